"""SIGKILL at every point of every kind of run: what was there stays whole, and the next run makes it right."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.engine.killing import PERSON, collected, installation, write_people

from huitong.engine.lake import Lake, open_lake
from huitong.engine.publish import publish_table
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.store import ServingStore

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
Row = tuple[str, str, str]
PEOPLE = 3000


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def catalog(request: pytest.FixtureRequest) -> Iterator[str]:
    """The lake's catalog: "" for the embedded one, or the URL of a database of its own."""
    if request.param == "duckdb":
        yield ""
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"huitong_killed_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _people(version: int) -> list[Row]:
    """The source in its ``version``: a hundred people change their name each time, fifty come."""
    return [
        (f"{number:06}", f"姓名{version if number < 100 else 0}", f"2026-01-{version + 1 if number < 100 else 1:02}")
        for number in range(PEOPLE)
    ] + [
        (f"{900_000 + 1000 * one + number}", "新", f"2026-01-{one + 1:02}")
        for one in range(1, version + 1)
        for number in range(50)
    ]


def _without_some(version: int) -> list[Row]:
    """As :func:`_people`, while ten people more leave with each version."""
    return [row for row in _people(version) if not 200 <= int(row[0]) < 200 + 10 * version]


def _kill(what: str, point: str, home: Path, catalog: str, database: Path, table: str, mode: str) -> None:
    words = [what, point, str(home), catalog, str(database), table, mode]
    killed = subprocess.run(
        [sys.executable, "-m", "tests.engine.killing", *words], cwd=Path(__file__).parents[2], check=False
    )
    assert killed.returncode == -signal.SIGKILL, f"{point}: was not killed"


def _held(lake: Lake, table: str) -> list[Row]:
    if not lake.exists("raw", table):
        return []
    with lake.reader() as con:
        return con.execute(f"SELECT sfzh, xm, gxsj FROM raw.{table} ORDER BY ALL").fetchall()


SITUATIONS = {
    "first": ("auto", _people, ("in the stream", "staged", "rows written", "in the ledger", "committed")),
    "incremental": ("auto", _people, ("in the stream", "staged", "rows written", "in the ledger", "committed")),
    "remake": ("remake", _people, ("in the stream", "staged", "rows written", "in the ledger", "committed")),
    "reconcile": ("auto", _without_some, ("keys read", "rows written", "rows deleted", "in the ledger", "committed")),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_collection_killed_anywhere(tmp_path: Path, catalog: str, situation: str) -> None:
    mode, people, points = SITUATIONS[situation]
    home, database = tmp_path / "var", tmp_path / "police.db"
    write_people(database, people(0))
    with open_lake(installation(home, catalog)) as lake:
        collected(lake, database)
    before = people(0)
    for version, point in enumerate(points, 1):
        table = f"person_{version}" if situation == "first" else "person"
        rows = people(version)
        write_people(database, rows)
        _kill("collect", point, home, catalog, database, table, mode)
        with open_lake(installation(home, catalog)) as lake:
            expected = rows if point == "committed" else [] if situation == "first" else before
            assert _held(lake, table) == sorted(expected), f"{point}: whole as before, or whole as after"
            with lake.reader() as con:
                counted = con.execute(
                    "SELECT sum(inserted) - sum(deleted) FROM meta.runs WHERE table_name = ?", [table]
                ).fetchone()
            if situation != "remake":
                assert (counted or (0,))[0] == (len(expected) or None), f"{point}: ledger and table agree"
            collected(lake, database, table=table)
            assert _held(lake, table) == sorted(rows), f"{point}: the next run makes it right"
        before = rows


def _served(store: ServingStore) -> list[Row]:
    keys = [row[0] for row in _people(9)]
    return sorted(store.lookup(PERSON.name, "sfzh", keys, ["sfzh", "xm", "gxsj"], 10_000).rows)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "points"),
    [
        ("full", ("draft filled", "file indexed", "store moved")),
        ("auto", ("rows deleted", "rows inserted", "store moved")),
    ],
)
def test_a_publication_killed_anywhere(tmp_path: Path, catalog: str, mode: str, points: tuple[str, ...]) -> None:
    home, database = tmp_path / "var", tmp_path / "police.db"
    here = installation(home, catalog)
    write_people(database, _people(0))
    with open_lake(here) as lake:
        collected(lake, database)
        publish_table(lake, open_serving(here.serving_url), PERSON)
    before = _people(0)
    for version, point in enumerate(points, 1):
        rows = _people(version)
        write_people(database, rows)
        with open_lake(here) as lake:
            collected(lake, database)
        _kill("publish", point, home, catalog, database, "person", mode)
        store = open_serving(here.serving_url)
        assert _served(store) == sorted(rows if point == "store moved" else before), f"{point}: old or new, no mixture"
        with open_lake(here) as lake:
            publish_table(lake, store, PERSON)
            assert _served(store) == sorted(rows), f"{point}: the next publication makes it right"
            assert publish_table(lake, store, PERSON).written == 0
        store.close()
        before = rows
