"""Let a day pass: things happen in the truth, departments hear of them, mend some dirt and lose some rows.

First everything is decided in one transaction of the truth database, down to the rows that each source shall write.
Then each source follows in one transaction of its own, or by the exchange of a whole file. Both can be done again
without harm, so whoever finds a day half done finishes it.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.names import ident, literal
from huitong.foundation.errors import Terminal
from huitong.packs.demo.generator.city import city_folder, city_state, truth_path, write_state
from huitong.packs.demo.generator.holdings import by_file, count_delivery, deliver
from huitong.packs.demo.generator.objects import COPY_OFFSET, SourceObject, keep_dirt, source_objects, stage
from huitong.packs.demo.generator.workshop import CityState, furnish, open_workshop, sql_file

_EVENTS = ("1_newcomers", "2_lives", "3_companies", "4_papers", "5_mending")
FEWEST_TO_DROP = 10
"""No department loses a row of a table this small: it would soon be empty."""


@dataclass(frozen=True)
class TableChange:
    """What a day changed in one source object, in rows; ``mended`` counts things, whose rows are among the others."""

    table: str
    inserted: int
    updated: int
    deleted: int
    mended: int


@dataclass(frozen=True)
class TickReport:
    """The day that passed; tables in which nothing changed are left out."""

    day: int
    date: date
    tables: tuple[TableChange, ...]


def tick_city(home: Path) -> TickReport:
    """Let one day pass at the sources, or finish one that was cut short.

    Returns:
        What changed. The same city changes the same way on the same day wherever it is.

    Raises:
        Terminal: ``demo.no_city``.
    """
    known, folder = city_state(home), city_folder(home)
    if known is None:
        raise Terminal("demo.no_city", folder=folder)
    con = open_workshop(truth_path(home))
    try:
        ((day, pending),) = con.execute("SELECT day, pending FROM city").fetchall()
        state = CityState(people=known.people, seed=known.seed, day=day if pending else day + 1)
        furnish(con, state)
        if not pending:
            _decide(con, folder, state)
        _apply(con, folder, state)
        write_state(folder, state)
        con.execute("UPDATE city SET pending = false")
        return _report(con, state)
    finally:
        con.close()


def _report(con: Connection, state: CityState) -> TickReport:
    rows = con.execute(f"""
        SELECT "table", inserted, updated, deleted, mended FROM tick
        WHERE day = {literal(state.day)} AND inserted + updated + deleted > 0 ORDER BY 1
    """).fetchall()
    return TickReport(state.day, state.date, tuple(TableChange(*row) for row in rows))


def _decide(con: Connection, folder: Path, state: CityState) -> None:
    con.execute("BEGIN")
    con.execute(f"UPDATE city SET day = {literal(state.day)}, pending = true")
    for step in _EVENTS:
        con.execute(sql_file("day", f"{step}.sql"))
    con.execute("CREATE SCHEMA IF NOT EXISTS pending")
    for item in source_objects():
        if item.medium == "db":
            _decide_table(con, folder, item, state)
        else:
            changes = count_delivery(con, item, stage(con, item, state))
            _note(con, item, state, "SELECT " + ", ".join(map(literal, changes)))
    con.execute("COMMIT")


def _decide_table(con: Connection, folder: Path, item: SourceObject, state: CityState) -> None:
    name, rows = literal(item.table), f"pending.{ident(item.table)}"
    with closing(sqlite3.connect(f"file:{folder / item.file}?mode=ro", uri=True)) as source:
        touched = _touched(con, source, item, state)
        if not touched:
            return
        held = _held_ids(source, item, touched)
    _keep_numbers(con, "touched", touched)
    _keep_numbers(con, "held", held)
    staged = stage(con, item, state, only_touched=True)
    keep_dirt(con, item, staged, day=state.day)
    con.execute(f"""
        DELETE FROM dirt WHERE "table" = {name} AND number IN (SELECT number FROM touched)
            AND number NOT IN (SELECT number FROM staged_rows)
    """)
    con.execute(f"""
        CREATE OR REPLACE TABLE {rows} AS {staged.rows_sql()}
        UNION ALL SELECT * FROM ({staged.copies_sql()}) WHERE id - {COPY_OFFSET} NOT IN (SELECT number FROM held)
    """)
    con.execute(f"""
        INSERT INTO leaving SELECT {name}, number FROM held WHERE number NOT IN (SELECT id FROM staged_rows)
            AND number - {COPY_OFFSET} NOT IN (SELECT id FROM staged_rows WHERE kind = 'duplicate')
    """)
    _note(con, item, state, f"""
        SELECT count(*) FILTER (id NOT IN (SELECT number FROM held)), count(*) FILTER (id IN (SELECT number FROM held)),
            (SELECT count(*) FROM leaving WHERE "table" = {name}) FROM {rows}
    """)  # fmt: skip


def _note(con: Connection, item: SourceObject, state: CityState, counts: str) -> None:
    name, day = literal(item.table), literal(state.day)
    mended = f'SELECT count(*) FROM dirt WHERE "table" = {name} AND mended_day = {day}'
    con.execute(f"INSERT INTO tick SELECT {name}, {day}, *, ({mended}) FROM ({counts})")
    con.execute(f"""
        UPDATE holding SET rows = rows + (SELECT inserted - deleted FROM tick WHERE "table" = {name} AND day = {day})
        WHERE "table" = {name}
    """)


def _touched(con: Connection, source: sqlite3.Connection, item: SourceObject, state: CityState) -> list[int]:
    """Return the things whose rows the department looks at today; those it drops are written down as gone."""
    name, day = literal(item.table), literal(state.day)
    hears = ", ".join(map(literal, ("new", *item.hears)))
    may_hear = ", ".join(map(literal, ("", *item.may_hear)))
    met = con.execute(f"""
        SELECT number FROM change WHERE day = {day} AND thing = {literal(item.thing)}
            AND (what IN ({hears}) OR (what IN ({may_hear}) AND luck(number, {name}) % 10 < 6))
        UNION SELECT number FROM dirt WHERE "table" = {name} AND mended_day = {day}
    """).fetchall()
    dice = random.Random(f"{state.seed}/{state.day}/{item.table}")
    ((rows,),) = con.execute(f'SELECT rows FROM holding WHERE "table" = {name}').fetchall()
    resaved, dropped = (
        _some_numbers(source, item, dice, max(1, rows * rate // 1_000_000)) if rate and rows >= fewest else []
        for rate, fewest in ((item.resaved, 1), (item.dropped, FEWEST_TO_DROP))
    )
    if dropped:
        con.execute(f"INSERT INTO gone VALUES {', '.join(f'({name}, {literal(one)}, {day})' for one in dropped)}")
    return sorted({number for (number,) in met} | set(resaved) | set(dropped))


def _some_numbers(source: sqlite3.Connection, item: SourceObject, dice: random.Random, wanted: int) -> list[int]:
    """Draw numbers of things that have a row at the source."""
    (largest,) = source.execute(f"SELECT max(id) FROM {ident(item.object)} WHERE id < {COPY_OFFSET}").fetchone()
    found: set[int] = set()
    for _ in range(wanted * 1000):
        if len(found) == wanted:
            break
        number = dice.randrange(largest // item.per + 1)
        if _held_ids(source, item, [number]):
            found.add(number)
    return sorted(found)


def _held_ids(source: sqlite3.Connection, item: SourceObject, numbers: Iterable[int]) -> list[int]:
    """Return the ids of the rows, second copies included, that the source holds of these things."""
    one_range = f"SELECT id FROM {ident(item.object)} WHERE id BETWEEN ? AND ?"
    query = f"{one_range} UNION ALL {one_range}"
    held: list[int] = []
    for number in numbers:
        first, last = number * item.per + 1, (number + 1) * item.per
        found = source.execute(query, (first, last, first + COPY_OFFSET, last + COPY_OFFSET))
        held.extend(one for (one,) in found)
    return held


def _keep_numbers(con: Connection, name: str, numbers: list[int]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} (number BIGINT)")
    for start in range(0, len(numbers), 5000):
        con.execute(
            f"INSERT INTO {name} VALUES {', '.join(f'({literal(one)})' for one in numbers[start : start + 5000])}"
        )


def _apply(con: Connection, folder: Path, state: CityState) -> None:
    changed = {
        name
        for (name,) in con.execute(
            f'SELECT "table" FROM tick WHERE day = {literal(state.day)} AND inserted + updated + deleted > 0'
        ).fetchall()
    }
    for items in by_file():
        if not changed & {item.table for item in items}:
            continue
        if items[0].medium == "db":
            _apply_database(con, folder / items[0].file, [item for item in items if item.table in changed])
        else:
            deliver(con, folder, items, state)


def _apply_database(con: Connection, file: Path, items: list[SourceObject]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as source:
        source.execute("BEGIN IMMEDIATE")
        for item in items:
            rows = con.execute(f"SELECT {_as_text_sql(con, item)} FROM pending.{ident(item.table)}").fetchall()
            gone = con.execute(f'SELECT id FROM leaving WHERE "table" = {literal(item.table)}').fetchall()
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                source.executemany(f"INSERT OR REPLACE INTO {ident(item.object)} VALUES ({marks})", rows)
            source.executemany(f"DELETE FROM {ident(item.object)} WHERE id = ?", gone)
        source.execute("COMMIT")


def _as_text_sql(con: Connection, item: SourceObject) -> str:
    """Return the columns in the types that SQLite has, written as DuckDB wrote them on the first day."""
    described = con.execute(f"DESCRIBE pending.{ident(item.table)}").fetchall()
    kinds = {"DATE": "VARCHAR", "TIMESTAMP": "VARCHAR", "VARCHAR": "VARCHAR", "BIGINT": "BIGINT", "INTEGER": "BIGINT"}
    return ", ".join(f"CAST({ident(row[0])} AS {kinds.get(row[1], 'DOUBLE')})" for row in described)
