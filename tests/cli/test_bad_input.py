"""Every kind of bad input: an error with a code and a hint in both languages and forms, and nothing is lost."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.conftest import Answer, Huitong
from tests.cli.tiny import ROWS, Bad, write_pack, write_table

from huitong.apps.collection.selectors import the_lake
from huitong.apps.collection.services import close_stores
from huitong.foundation.errors import error_texts

CHINESE = re.compile(r"[\u4e00-\u9fff]")
Break = Callable[[Path, pytest.FixtureRequest], Bad]


@dataclass(frozen=True)
class Case:
    """One way of going wrong: what is done to the source, and the error that it must be."""

    name: str
    code: str
    spoil: Break


def _unreachable(_: Path, __: pytest.FixtureRequest) -> Bad:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Bad(kind="mysql", location=f"mysql://u:secret-word@127.0.0.1:{port}/d")


def _slow(_: Path, request: pytest.FixtureRequest) -> Bad:
    port = request.getfixturevalue("silent_port")
    return Bad(kind="mysql", location=f"mysql://u:secret-word@127.0.0.1:{port}/d", timeout=0.4)


def _wrong_password(_: Path, request: pytest.FixtureRequest) -> Bad:
    server = urlsplit(request.getfixturevalue("mariadb_url"))
    return Bad(kind="mysql", location=f"mysql://nobody:secret-word@{server.hostname}:{server.port or 3306}/test")


def _table_missing(folder: Path, _: pytest.FixtureRequest) -> Bad:
    return Bad(object="t_gone")


def _column_missing(folder: Path, _: pytest.FixtureRequest) -> Bad:
    write_table(folder / "bad.db", [("1",)], columns="code TEXT")
    return Bad()


def _type_changed(folder: Path, _: pytest.FixtureRequest) -> Bad:
    write_table(folder / "bad.db", [("1", b"\x01")], columns="code TEXT, name BLOB")
    return Bad()


def _duplicate_keys(folder: Path, _: pytest.FixtureRequest) -> Bad:
    write_table(folder / "bad.db", [("1", "a"), ("1", "b")])
    return Bad()


def _emptied(folder: Path, _: pytest.FixtureRequest) -> Bad:
    write_table(folder / "bad.db", [])
    return Bad()


def _csv(content: bytes) -> Break:
    def spoil(folder: Path, _: pytest.FixtureRequest) -> Bad:
        (folder / "files").mkdir()
        (folder / "files" / "t.csv").write_bytes(content)
        return Bad(kind="csv", location="${tiny}/files", object="t.csv")

    return spoil


CASES = (
    Case("unreachable", "source.unreachable", _unreachable),
    Case("slow", "source.timeout", _slow),
    Case("wrong password", "source.auth_failed", _wrong_password),
    Case("missing table", "source.object_missing", _table_missing),
    Case("missing column", "source.column_missing", _column_missing),
    Case("changed type", "collect.type_changed", _type_changed),
    Case("duplicate keys", "collect.duplicate_keys", _duplicate_keys),
    Case("unknown encoding", "source.encoding_unknown", _csv("code,name\nJosé,Málaga\n".encode("latin-1"))),
    Case("empty file", "source.empty", _csv(b"")),
    Case("only a header line", "collect.emptied", _csv(b"code,name\n")),
    Case("empty table", "collect.emptied", _emptied),
)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the tiny pack's sources, both as they should be."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    monkeypatch.setenv("tiny", str(folder))
    for name in ("good", "bad"):
        write_table(folder / f"{name}.db", ROWS)  # type: ignore[arg-type]
    return folder


def _raw() -> list[tuple[str, ...]]:
    with the_lake().reader() as con:
        return con.execute("SELECT code, name FROM raw.tiny_bad ORDER BY ALL").fetchall()


def _says(answer: Answer, code: str, hint: str) -> None:
    assert answer.code == 1, answer.text
    assert code in answer.text and f"→ {hint}" in answer.text, answer.text
    assert "Traceback" not in answer.text and "secret-word" not in answer.text


def _is_in(language: str, *texts: str) -> None:
    for text in texts:
        assert text and bool(CHINESE.search(text)) == (language == "zh"), text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_source(case: Case, tiny: Path, huitong: Huitong, request: pytest.FixtureRequest) -> None:
    assert huitong("run", "--pack", str(write_pack(tiny, Bad()))).code == 0
    assert _raw() == ROWS
    pack = str(write_pack(tiny, case.spoil(tiny, request)))
    text = error_texts()[case.code]
    answer = huitong("run", "--pack", pack, "--json")
    (failure,) = json.loads(answer.out)["failures"]
    assert (answer.code, failure["kind"], failure["target"], failure["code"]) == (1, "collect", "T-2", case.code)
    assert failure["title"] == text.title["zh"] and CHINESE.search(failure["hint"]) and failure["detail"]
    answer = huitong("collect", "T-2", "--json", language="en")
    (row,) = json.loads(answer.out)
    assert (answer.code, row["kind"], row["target"], row["state"], row["code"]) == (
        1, "collect", "T-2", "failed", case.code
    )  # fmt: skip
    assert row["title"] == text.title["en"] and row["detail"] and row["hint"] and not CHINESE.search(row["hint"])
    _says(huitong("run", "--item", "T-2", language="en"), case.code, row["hint"])
    _says(huitong("collect", "T-2"), case.code, failure["hint"])
    (open_failure,) = json.loads(huitong("status", "--json", language="en").out)["failures"]
    assert (open_failure["error"], open_failure["hint"]) == (case.code, row["hint"])
    assert _raw() == ROWS, "what was collected stays"


def test_an_emptied_source_is_believed_when_somebody_says_so(tiny: Path, huitong: Huitong) -> None:
    assert huitong("run", "--pack", str(write_pack(tiny, Bad()))).code == 0
    write_table(tiny / "bad.db", [])
    assert huitong("collect", "T-2").code == 1
    (refused,) = json.loads(huitong("run", "--full", "--json").out)["failures"]
    assert refused["code"] == "collect.emptied" and _raw() == ROWS, "a whole chain never says so"
    (row,) = json.loads(huitong("collect", "T-2", "--mode", "full", "--json").out)
    assert (row["state"], row["deleted"], row["code"], row["hint"]) == ("done", 2, "", "")
    assert _raw() == []
    assert huitong("collect", "T-2").code == 0, "empty before and after is nothing to say"


def test_two_hundred_columns_are_not_bad(tiny: Path, huitong: Huitong) -> None:
    names = tuple(f"c{number}" for number in range(200))
    rows: list[tuple[object, ...]] = [tuple(f"{name}-{n}" for name in names) for n in range(3)]
    write_table(tiny / "bad.db", rows, columns=", ".join(f"{name} TEXT" for name in names))
    done = huitong("run", "--pack", str(write_pack(tiny, Bad(columns=names, key=("c0",)))), "--json")
    assert (done.code, json.loads(done.out)["failures"]) == (0, [])
    for schema in ("raw", "std"):
        with the_lake().reader() as con:
            found = con.execute(f"SELECT c0, c199 FROM {schema}.tiny_bad ORDER BY ALL").fetchall()
        assert found == [(row[0], row[199]) for row in rows]


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("sources.yaml", "- {code: s, title: s, organisation: data, kind: csv, location: x, hue: 1}", "pack.invalid"),
        ("pack.yaml", "{name: tiny, title: t, requires: [../pack]}", "pack.cycle"),
        ("pack.yaml", "{name: [", "pack.bad_yaml"),
    ],
    ids=["unknown key", "cycle", "not YAML"],
)  # fmt: skip
def test_a_bad_pack(tiny: Path, huitong: Huitong, file: str, content: str, code: str) -> None:
    assert huitong("run", "--pack", str(write_pack(tiny, Bad()))).code == 0
    pack = write_pack(tiny, Bad())
    (pack / file).write_text(content, encoding="utf-8")
    for language in ("zh", "en"):
        problem = json.loads(huitong("run", "--pack", str(pack), "--json", language=language).out)
        assert problem["code"] == code
        _is_in(language, problem["title"], problem["hint"])
        _says(huitong("run", "--pack", str(pack), language=language), code, problem["hint"])
        _says(huitong("apply", str(pack), language=language), code, problem["hint"])
    assert _raw() == ROWS


_OWNER = """
import pathlib, sys
from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings
with open_lake(load_settings(home=pathlib.Path(sys.argv[1]), environment={})):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_lake_owned_by_another_process(tiny: Path, home: Path, huitong: Huitong) -> None:
    assert huitong("run", "--pack", str(write_pack(tiny, Bad()))).code == 0
    close_stores()
    command = [sys.executable, "-c", _OWNER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdin is not None
        assert owner.stdout.readline() == "mine\n"
        for command in ("run", "collect", "check", "fuse", "publish"):
            language = "zh" if command == "check" else "en"
            problem = json.loads(huitong(command, "--json", language=language).out)
            assert (problem["code"], str(owner.pid) in problem["detail"]) == ("lake.owned", True)
            _is_in(language, problem["title"], problem["hint"])
        _says(huitong("run", language="en"), "lake.owned", problem["hint"])
        owner.stdin.close()
    assert huitong("run").code == 0
    assert _raw() == ROWS


@pytest.mark.parametrize("words", [("collect", "--colour"), ("run", "--pack"), ("collect", "--mode", "some"), ("nap",)])
def test_wrong_use_exits_with_two(huitong: Huitong, words: tuple[str, ...]) -> None:
    answer = huitong(*words)
    assert answer.code == 2 and "Traceback" not in answer.text
