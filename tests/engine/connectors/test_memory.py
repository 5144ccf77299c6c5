"""Memory of reading does not grow with the rows: a table of 300 MB is read within half of that."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
FEW, MANY, WIDE = 20_000, 300_000, 1000
"""Rows of the two tables, and bytes of each row: the second would take 300 MB if it were held."""
ALLOWED = 256
"""MB more than for the small table."""

_READ = """
import resource, sys
from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.connectors.registry import CONNECTORS
from huitong.engine.declarations.sources import Source

kind, location, schema = sys.argv[1:]
source = Source(code="s", title="s", organisation="o", kind=kind, location=location, timeout=300)

def read(name):
    rows = 0
    with CONNECTORS[kind].read(source, ReadRequest(schema + name)) as reader:
        for batch in reader:
            rows += batch.num_rows
    return rows, [resource.getrusage(who).ru_maxrss // 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]

few, before = read("few")
many, after = read("many")
print(few, many, after[0] - before[0], after[1] - before[1])
"""


def _grown(kind: str, location: str | Path, schema: str = "") -> None:
    command = [sys.executable, "-c", _READ, kind, str(location), schema]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    few, many, ours, theirs = map(int, answer.stdout.split())
    assert (few, many) == (FEW, MANY)
    assert ours < ALLOWED and theirs < ALLOWED, f"{ours} MB more here, {theirs} MB more in the process that reads"


def test_sqlite_is_read_in_flat_memory(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "big.db")) as con, con:
        for name, rows in (("few", FEW), ("many", MANY)):
            con.execute(
                f"CREATE TABLE {name} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                f"WHERE i < {rows}) SELECT i AS id, printf('%0{WIDE}d', i) AS text FROM n"
            )
    _grown("sqlite", tmp_path / "big.db")


@pytest.mark.mariadb
def test_mariadb_is_read_in_flat_memory(mariadb: tuple[str, Callable[..., Any]]) -> None:
    url, run = mariadb
    for name, rows in (("few", FEW), ("many", MANY)):
        run(f"CREATE TABLE {name} AS SELECT seq AS id, lpad(seq, {WIDE}, '0') AS text FROM seq_1_to_{rows}")
    _grown("mysql", url)


@pytest.mark.postgresql
def test_postgresql_is_read_in_flat_memory(postgresql: tuple[str, str, Callable[..., Any]]) -> None:
    url, schema, run = postgresql
    for name, rows in (("few", FEW), ("many", MANY)):
        text = f"lpad(i::text, {WIDE}, '0') AS text"
        run(f"CREATE TABLE {name} AS SELECT i AS id, {text} FROM generate_series(1, {rows}) t(i)")
    _grown("postgresql", url, f"{schema}.")
