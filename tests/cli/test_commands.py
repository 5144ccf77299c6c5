"""The command line as its users have it: one process a command, exit codes, JSON, errors that say what to do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HUITONG = str(Path(sys.executable).with_name("huitong"))
pytestmark = pytest.mark.timeout(400)


def _run(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HUITONG_HOME": str(home), **environment}
    return subprocess.run([HUITONG, *words], capture_output=True, text=True, check=False, env=env)


def _json(*words: str, home: Path) -> Any:
    answer = _run(*words, "--json", home=home)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A small demo city, built by the command, and what the command said of it."""
    home = tmp_path_factory.mktemp("city") / "var"
    return home, _json("demo", "--people", "1000", "--no-serve", home=home)


def test_wrong_use_exits_with_two(tmp_path: Path) -> None:
    assert _run("collect", "--no-such-option", home=tmp_path).returncode == 2
    assert _run("apply", home=tmp_path).returncode == 2


def test_an_error_has_code_and_hint_in_both_forms_and_languages(tmp_path: Path) -> None:
    answer = _run("apply", "nowhere", "--json", home=tmp_path)
    problem = json.loads(answer.stdout)
    assert (answer.returncode, problem["code"], problem["status"]) == (1, "pack.not_found", 404)
    english = _run("apply", "nowhere", home=tmp_path, HUITONG_LANGUAGE="en").stderr
    assert "No such pack" in english and "→ Give a folder" in english and "Traceback" not in english


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    answer = _run("status", home=tmp_path, HUITONG_ENGINE="abacus")
    assert answer.returncode == 1 and "HUITONG_ENGINE" in answer.stderr and "Traceback" not in answer.stderr


def test_an_empty_installation_answers(tmp_path: Path) -> None:
    status = _json("status", home=tmp_path / "var")
    assert (status["tables"], status["failures"]) == ([], [])
    assert _json("run", home=tmp_path / "var")["done"] == 0
    assert all(check["passed"] for check in _json("doctor", home=tmp_path / "var"))
    assert _json("ledger", "verify", home=tmp_path / "var")["whole"] is True


@pytest.mark.slow
def test_the_demo_says_what_later_checks_rely_on(city: tuple[Path, Any]) -> None:
    home, document = city
    assert document["home"] == str(home)
    assert {(table["schema"], table["table"]) for table in document["tables"]} >= {
        ("base", "population"),
        ("base", "legal_person"),
        ("quarantine", "police_resident"),
    }
    assert all(service["example_curl"].startswith("curl ") for service in document["services"])
    assert all(client["client_secret"] and client["grants"] for client in document["clients"])
    assert {account["role"] for account in document["accounts"]} == {
        "bureau", "data_officer", "developer", "citizen", "leader",
    }  # fmt: skip
    assert Path(document["truth"]).exists()
    status = _json("status", home=home)
    assert status["failures"] == [] and len(status["last_runs"]) > 80


@pytest.mark.slow
def test_a_day_passes_and_the_chain_follows(city: tuple[Path, Any]) -> None:
    home, before = city
    after = _json("demo", "--tick", "--no-serve", home=home)
    rows = [{(t["schema"], t["table"]): t["rows"] for t in document["tables"]} for document in (before, after)]
    assert rows[0] != rows[1]
    assert _json("status", home=home)["failures"] == []


@pytest.mark.slow
def test_a_pack_goes_out_and_comes_back_unchanged(city: tuple[Path, Any], tmp_path: Path) -> None:
    home, _ = city
    assert "pack.yaml" in " ".join(_json("export", str(tmp_path / "out"), home=home)["files"])
    assert _json("apply", "demo", "--plan", home=home)["changes"] == []
    changes = _json("apply", str(tmp_path / "out"), "--plan", home=home)["changes"]
    assert [change for change in changes if change["fields"] != ["secret"]] == []


@pytest.mark.slow
def test_explain_says_why(city: tuple[Path, Any]) -> None:
    home, document = city
    grant = document["clients"][0]["grants"][0]["code"]
    allowed = _run("explain", grant, "--kind", "verify", home=home)
    assert allowed.returncode == 0, allowed.stdout
    refused = _run("explain", grant, "--kind", "verify", "--field", "no_such_field", home=home)
    assert refused.returncode == 1 and "✗" in refused.stdout


@pytest.fixture
def served(city: tuple[Path, Any]) -> Iterator[tuple[Path, str, int]]:
    """The city's site in a process of its own: home, address, PID of the process that serves."""
    home, _ = city
    process = subprocess.Popen(
        [HUITONG, "serve", "--port", "8917"], env={**os.environ, "HUITONG_HOME": str(home)}, stderr=subprocess.DEVNULL
    )
    for _ in range(240):
        try:
            httpx.get("http://127.0.0.1:8917/gateway/health", timeout=2, trust_env=False)
            break
        except httpx.TransportError:
            time.sleep(0.25)
    yield home, "http://127.0.0.1:8917", process.pid
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


@pytest.mark.slow
def test_a_second_command_is_told_who_has_the_lake_and_can_ask_it(served: tuple[Path, str, int]) -> None:
    home, _, _ = served
    before = _json("status", home=home)
    answer = _run("collect", "GA-001", home=home, HUITONG_LANGUAGE="en")
    assert answer.returncode == 1 and re.search(r"owned by process \d+", answer.stderr)
    assert _json("status", home=home)["last_runs"] == before["last_runs"], "a refused command leaves no run behind"
    taken = _run("serve", "--port", "8917", home=home)
    assert taken.returncode == 1 and "8917" in taken.stderr
    ticked = _run("demo", "--tick", "--no-serve", "--json", home=home)
    assert ticked.returncode == 0, ticked.stderr
    assert _json("status", home=home)["failures"] == []


@pytest.mark.slow
def test_the_example_command_of_a_service_works_as_printed(
    city: tuple[Path, Any], served: tuple[Path, str, int]
) -> None:
    _, document = city
    service = next(one for one in document["services"] if one["code"] == "person-records")
    command = service["example_curl"].replace(document["site"], served[1])
    answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    (record,) = json.loads(answer.stdout)["records"]
    assert record["found"] is True and "*" in record["data"]["id_number"]
