"""Fill the departments' databases and files from the truth."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby
from pathlib import Path

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.names import ident, literal
from huitong.packs.demo.generator.deliveries import Sheet, write_delivery
from huitong.packs.demo.generator.objects import SourceObject, Staged, keep_dirt, source_objects, stage
from huitong.packs.demo.generator.workshop import CityState

_LARGEST = "police/rkxx.db"
_SQLITE_TYPES = {"BIGINT": "INTEGER", "INTEGER": "INTEGER", "DATE": "DATE", "TIMESTAMP": "DATETIME", "VARCHAR": "TEXT"}


def fill_file(con: Connection, folder: Path, items: list[SourceObject], state: CityState) -> None:
    """Make one file of a department from the truth, and write down what it holds and what is dirty in it.

    Cost: one pass over the truth an object, and a second one for its dirt.

    Args:
        con: a connection furnished for ``state``, on its first day.
        folder: the city's folder.
        items: all objects of the file.
        state: the city.
    """
    if items[0].medium == "db":
        _fill_database(con, folder, items, state)
    else:
        deliver(con, folder, items, state)


def by_file() -> list[list[SourceObject]]:
    """Return the objects of each file together; databases, the longest work, first."""
    ordered = sorted(source_objects(), key=lambda item: (item.medium != "db", item.file != _LARGEST, item.file))
    return [list(items) for _, items in groupby(ordered, key=lambda item: item.file)]


def _fill_database(con: Connection, folder: Path, items: list[SourceObject], state: CityState) -> None:
    file = folder / items[0].file
    file.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"ATTACH {literal(str(file))} AS source (TYPE sqlite)")
    for item in items:
        staged = stage(con, item, state)
        _create_table(file, item.object, staged)
        target = f"source.{ident(item.object)}"
        rows = _count(con, f"INSERT INTO {target} {staged.rows_sql()}")
        if item.dirt:
            keep_dirt(con, item, staged, day=state.day)
            rows += _count(con, f"INSERT INTO {target} {staged.copies_sql()}")
        con.execute(f"INSERT INTO holding VALUES ({literal(item.table)}, {literal(rows)})")
    con.execute("DETACH source")


def _create_table(file: Path, name: str, staged: Staged) -> None:
    columns = ", ".join(
        f"{ident(column)} {_SQLITE_TYPES.get(kind, 'REAL')}{' PRIMARY KEY' if column == 'id' else ''}"
        for column, kind in staged.columns
    )
    with closing(sqlite3.connect(file)) as source:
        source.execute(f"CREATE TABLE {ident(name)} ({columns})")


def deliver(con: Connection, folder: Path, items: list[SourceObject], state: CityState) -> None:
    """Write one file with all its sheets, and write down what it holds.

    Args:
        con: a connection furnished for ``state``.
        folder: the city's folder.
        items: the objects of one file.
        state: the city.
    """
    sheets = []
    for item in items:
        staged = stage(con, item, state)
        keep_dirt(con, item, staged, day=state.day)
        rows = con.execute(f"({staged.rows_sql()}) UNION ALL ({staged.copies_sql()}) ORDER BY ALL").fetchall()
        own = f'"table" = {literal(item.table)}'
        con.execute(f"DELETE FROM dirt WHERE {own} AND number NOT IN (SELECT number FROM {staged.relation})")
        con.execute(f"DELETE FROM delivered WHERE {own}")
        con.execute(f"INSERT INTO delivered SELECT {literal(item.table)}, * FROM ({_contributions_sql(staged)})")
        con.execute(f"DELETE FROM holding WHERE {own}")
        con.execute(f"INSERT INTO holding VALUES ({literal(item.table)}, {literal(len(rows))})")
        sheets.append(Sheet(item.object, staged.names, rows))
    write_delivery(folder / items[0].file, sheets, encoding=items[0].encoding)


def count_delivery(con: Connection, item: SourceObject, staged: Staged) -> tuple[int, int, int]:
    """Return how many rows of a file a new delivery would insert, update and delete, thing by thing."""
    row = con.execute(f"""
        SELECT coalesce(sum(coming.rows) FILTER (old.number IS NULL), 0),
            coalesce(sum(coming.rows) FILTER (old.hash <> coming.hash), 0),
            coalesce(sum(old.rows) FILTER (coming.number IS NULL), 0)
        FROM ({_contributions_sql(staged)}) coming
        FULL JOIN (SELECT * FROM delivered WHERE "table" = {literal(item.table)}) old USING (number)
    """).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def _contributions_sql(staged: Staged) -> str:
    row = ", ".join(ident(name) for name in staged.names)
    return f"""
        SELECT number, sum(CASE WHEN kind = 'duplicate' THEN 2 ELSE 1 END) AS rows, bit_xor(hash({row})) AS hash
        FROM {staged.relation} GROUP BY number
    """


def _count(con: Connection, statement: str) -> int:
    row = con.execute(statement).fetchone()
    return int(row[0]) if row else 0
