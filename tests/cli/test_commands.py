"""The command line as its users have it: one process a command, exit codes, JSON, errors that say what to do."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from huitong.foundation.calendar import seeded_calendar

HUITONG = str(Path(sys.executable).with_name("huitong"))
pytestmark = pytest.mark.timeout(900)


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


@pytest.mark.parametrize("engine", ["abacus", "spark"])
def test_a_wrong_setting_is_named(tmp_path: Path, engine: str) -> None:
    answer = _run("status", home=tmp_path, HUITONG_ENGINE=engine)
    assert answer.returncode == 1 and "HUITONG_ENGINE" in answer.stderr and "Traceback" not in answer.stderr
    assert engine in answer.stderr and "duckdb" in answer.stderr and "→ " in answer.stderr


def test_an_empty_installation_answers(tmp_path: Path) -> None:
    status = _json("status", home=tmp_path / "var")
    assert (status["tables"], status["failures"]) == ([], [])
    assert _json("run", home=tmp_path / "var")["done"] == 0
    checks = {check["check"]: check for check in _json("doctor", home=tmp_path / "var")}
    assert all(check["passed"] for check in checks.values())
    following = dt.datetime.now(tz=dt.UTC).year + 1
    if following not in seeded_calendar().official_years:
        assert checks["calendar"]["warning"] and "工作日历" in checks["calendar"]["found"]
    assert _json("ledger", "verify", home=tmp_path / "var")["whole"] is True


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://huitong:secret-word@127.0.0.1:1/huitong", "127.0.0.1/huitong"),
        ("mysql://huitong:secret-word@127.0.0.1:3306/huitong", "“mysql”"),
        ("people.sqlite3", "HUITONG_DATABASE_URL"),
    ],
)
def test_doctor_finishes_without_a_database(tmp_path: Path, url: str, said: str) -> None:
    answer = _run("doctor", "--json", home=tmp_path / "var", HUITONG_DATABASE_URL=url)
    checks = {check["check"]: check for check in json.loads(answer.stdout)}
    assert answer.returncode == 1 and "Traceback" not in answer.stderr and "secret-word" not in answer.stdout
    assert {name for name, check in checks.items() if not check["passed"]} == {"database", "calendar"}
    assert said in checks["database"]["found"] and "HUITONG_DATABASE_URL" in checks["database"]["found"]


def test_doctor_leaves_the_tables_as_they_are(tmp_path: Path) -> None:
    checks = {check["check"]: check for check in _json("doctor", home=tmp_path / "var")}
    assert checks["database"]["warning"] and "huitong init" in checks["database"]["found"]
    with sqlite3.connect(tmp_path / "var" / "people.sqlite3") as con:
        assert con.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    con.close()


SHAPE = {
    "": {"home", "site", "gateway", "tables", "services", "clients", "accounts", "truth", "failures"},
    "tables": {"schema", "table", "rows"},
    "services": {"code", "url", "example_curl"},
    "clients": {"client_id", "client_secret", "grants"},
    "accounts": {"login", "password", "role", "organisation"},
}
STATUS_SHAPE = {
    "": {"tables", "last_runs", "failures", "open_issues", "queued", "running", "evidence"},
    "tables": {"schema", "table", "rows", "changed_at"},
    "last_runs": {"kind", "target", "state", "finished_at", "error"},
    "failures": {"kind", "target", "error", "title", "detail", "hint", "finished_at"},
}


def _has_shape(document: Any, shape: dict[str, set[str]]) -> None:
    """Check the exact keys of a document and of the objects in its lists."""
    assert set(document) == shape[""]
    for name, keys in shape.items():
        for one in document[name] if name else ():
            assert set(one) == keys, name


@pytest.mark.slow
def test_the_demo_says_what_later_checks_rely_on(city: tuple[Path, Any]) -> None:
    home, document = city
    _has_shape(document, SHAPE)
    assert (document["home"], document["failures"]) == (str(home), [])
    assert document["gateway"] == document["site"] + "/gateway"
    assert {(table["schema"], table["table"]) for table in document["tables"]} >= {
        ("base", "population"),
        ("base", "legal_person"),
        ("quarantine", "police_resident"),
    }
    assert all(service["example_curl"].startswith("curl ") for service in document["services"])
    codes = {service["code"] for service in document["services"]}
    for client in document["clients"]:
        assert client["client_secret"] and client["grants"]
        assert all(set(grant) == {"code", "service", "purpose"} for grant in client["grants"])
        assert {grant["service"] for grant in client["grants"]} <= codes
    assert {account["role"] for account in document["accounts"]} == {
        "bureau", "data_officer", "developer", "citizen", "leader",
    }  # fmt: skip
    assert Path(document["truth"]).exists()
    status = _json("status", home=home)
    _has_shape(status, STATUS_SHAPE)
    assert status["failures"] == [] and len(status["last_runs"]) > 80


@pytest.mark.slow
def test_a_later_start_has_nothing_left_to_do(city: tuple[Path, Any]) -> None:
    again = _run("demo", "--no-serve", "--json", home=city[0])
    assert json.loads(again.stdout)["tables"] == city[1]["tables"]
    assert not re.search("collect|publish", again.stderr), "what the desks granted was published when it was granted"


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


@contextmanager
def _serving(home: Path, port: int) -> Iterator[tuple[str, int]]:
    """Serve an installation by a process of its own: its address and PID."""
    process = subprocess.Popen(
        [HUITONG, "serve", "--port", str(port)],
        env={**os.environ, "HUITONG_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(480):
            try:
                httpx.get(f"http://127.0.0.1:{port}/gateway/health", timeout=2, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:  # also after a test that failed: nothing is left running
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture
def served(city: tuple[Path, Any]) -> Iterator[tuple[Path, str, int]]:
    """The city's site in a process of its own: home, address, PID of the process that serves."""
    with _serving(city[0], 8917) as (url, pid):
        yield city[0], url, pid


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


def _answers(command: str, **environment: str) -> None:
    """Run a printed command that calls the gateway: it answers 200, and not with nothing."""
    words = ["bash", "-c", command + " -w '\\n%{http_code}'"]
    answer = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, **environment})
    body, _, status = answer.stdout.rpartition("\n")
    assert status == "200", command + answer.stdout
    document = json.loads(body)
    if "records" in document:
        assert all(record["found"] for record in document["records"]) and document["records"], command
    else:
        (result,) = document["results"]
        assert set(result["values"].values()) == {False}, "nobody is called ?, and no more than that is told"


@pytest.mark.slow
def test_every_example_command_works_as_printed(city: tuple[Path, Any], served: tuple[Path, str, int]) -> None:
    home, before = city
    document = _json("demo", "--no-serve", home=home)  # the running site has the lake: examples come from elsewhere
    _has_shape(document, SHAPE)
    assert document["site"] == served[1]
    assert [one["code"] for one in document["services"]] == [one["code"] for one in before["services"]]
    for service in document["services"]:
        assert service["example_curl"].startswith("curl "), service
        _answers(service["example_curl"])


@pytest.mark.slow
def test_the_commands_on_a_services_page_work_as_printed(city: tuple[Path, Any], served: tuple[Path, str, int]) -> None:
    _, document = city
    secrets = {client["client_id"]: client["client_secret"] for client in document["clients"]}
    with httpx.Client(base_url=served[1], trust_env=False, follow_redirects=True, timeout=60) as browser:
        browser.get("/login/")
        token = {"X-CSRFToken": browser.cookies["huitong_csrf"], "Referer": served[1]}
        browser.post("/persona/", data={"login": "admin"}, headers=token)
        for service in document["services"]:
            page = LexborHTMLParser(browser.get(f"/services/{service['code']}/").text)
            panel = page.css_first("section[aria-labelledby=call]")
            assert panel is not None
            command = panel.css_first("pre code")
            assert command is not None
            (app,) = re.findall(r"-u (\S+):\$SECRET", command.text())
            assert f"/apps/{app}/" in (panel.html or ""), "where the secret is from"
            _answers(command.text(), SECRET=secrets[app])


@pytest.mark.slow
def test_what_fails_in_the_chain_is_said_and_exits_with_one(city: tuple[Path, Any], tmp_path: Path) -> None:
    """A step that fails, and a chain that an error breaks off: by the command itself and by the running site."""
    home = Path(shutil.copytree(city[0], tmp_path / "copy"))
    delivery = home / "city" / "counties" / "341525" / "hly.csv"  # a day that passes does not touch it
    content = delivery.read_bytes()
    delivery.write_bytes(b"")
    answer = _run("demo", "--tick", "--no-serve", home=home, HUITONG_LANGUAGE="en")
    assert answer.returncode == 1 and "(source.empty)" in answer.stdout and "→ " in answer.stdout
    with _serving(home, 8918) as (url, _):
        answer = _run("demo", "--tick", "--no-serve", "--json", home=home)
        failures = json.loads(answer.stdout)["failures"]
        assert len(failures) == 1, failures
        (failure,) = failures
        assert (answer.returncode, failure["kind"], failure["code"]) == (1, "collect", "source.empty")
        assert failure["title"] and failure["detail"] and failure["hint"]
        delivery.write_bytes(content)
        with _refusing_runs(home, "fuse"):
            _broken_off(home, url)
        assert httpx.get(f"{url}/gateway/health", timeout=10, trust_env=False).status_code == 200, "the site goes on"
        mended = _json("demo", "--tick", "--no-serve", home=home)
        assert mended["failures"] == [], "collecting again does the remaining steps"


def _broken_off(home: Path, url: str) -> None:
    answer = _run("demo", "--tick", "--no-serve", home=home, HUITONG_LANGUAGE="en")
    assert answer.returncode == 1 and "Traceback" not in answer.stdout + answer.stderr
    for said in (
        "(serve.broken)",
        "The chain broke off",
        f"at {url} was broken off by an error",
        "django.db.utils.IntegrityError",
        "→ See what that site's process",
    ):
        assert said in " ".join(answer.stderr.split()), answer.stderr


@contextmanager
def _refusing_runs(home: Path, kind: str) -> Iterator[None]:
    """Have the people plane's database refuse to enter runs of a kind: no step fails, the chain itself breaks off."""
    refuse = f"CREATE TRIGGER refuse_runs BEFORE INSERT ON collection_run WHEN NEW.kind = '{kind}'"
    with closing(sqlite3.connect(home / "people.sqlite3", timeout=60)) as con:
        con.execute(f"{refuse} BEGIN SELECT RAISE(ABORT, 'refused'); END")
        yield
        con.execute("DROP TRIGGER refuse_runs")


@pytest.mark.slow
def test_a_broken_ledger_names_its_first_broken_record(city: tuple[Path, Any], tmp_path: Path) -> None:
    home = Path(shutil.copytree(city[0], tmp_path / "copy"))
    whole = _json("ledger", "verify", home=home)
    assert (whole["whole"], whole["broken"]) == (True, None) and whole["records"] > 5
    segment = next(file for file in sorted((home / "evidence").glob("*/*.jsonl")) if file.stat().st_size > 2000)
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[2], lines[4] = _flipped(lines[2]), _flipped(lines[4])
    segment.chmod(0o644)
    segment.write_bytes(b"".join(lines))
    answer = _run("ledger", "verify", "--json", home=home, HUITONG_LANGUAGE="en")
    document = json.loads(answer.stdout)
    assert (answer.returncode, document["whole"], document["broken"]["line"]) == (1, False, 3)
    assert document["broken"]["chain"] == segment.parent.name and document["broken"]["file"] == str(segment)
    assert document["broken"]["code"].startswith("evidence.") and document["broken"]["hint"]
    text = _run("ledger", "verify", home=home, HUITONG_LANGUAGE="en")
    assert text.returncode == 1 and "Broken" in text.stdout and document["broken"]["detail"] in text.stderr


def _flipped(line: bytes) -> bytes:
    """Change one byte in the middle of a line."""
    middle = len(line) // 2
    return line[:middle] + bytes([line[middle] ^ 1]) + line[middle + 1 :]


@pytest.mark.slow
def test_a_quarter_is_proved_and_a_changed_byte_named(city: tuple[Path, Any], tmp_path: Path) -> None:
    home = Path(shutil.copytree(city[0], tmp_path / "copy"))
    quarters = sorted(folder.name[:6] for folder in (home / "assessment").iterdir() if "preview" not in folder.name)
    assert len(quarters) == 6
    last = quarters[-1]
    ranked = _json("assess", last, home=home)
    assert ranked["quarter"]["state"] == "published" and ranked["quarter"]["generated"] and len(ranked["rows"]) > 15
    assert _json("assess", last, "--verify", home=home)["differences"] == []
    assert _run("assess", last, "--freeze", home=home).returncode == 1, "frozen once"
    (file,) = (home / "assessment").glob(f"{last}-????????/items.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    answer = _run("assess", last, "--verify", home=home)
    assert answer.returncode == 1 and "items.parquet" in answer.stdout
    for wrong, code in (("2026", "assessment.bad_quarter"), ("2019Q1", "assessment.not_frozen")):
        assert json.loads(_run("assess", wrong, "--json", home=home).stdout)["code"] == code
