"""The DuckDB in which the city is made: variables, word lists, macros and the truth database."""

from __future__ import annotations

import os
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import msgspec

from huitong.engine.lake.extensions import Connection, connect
from huitong.engine.lake.names import ident, literal

TRUTH = "truth.duckdb"
"""The truth database in the city's folder."""
DAY_0 = date(2025, 6, 30)
"""The city's first day: fixed, so that the same seed gives the same rows on every machine."""
_GENERATOR = resources.files("huitong.packs.demo.generator")


class CityState(msgspec.Struct, frozen=True):
    """What a city was made from and how many days have passed; ``date`` is the city's own."""

    people: int
    seed: int
    day: int = 0

    @property
    def date(self) -> date:
        """The city's date: day 0 is fixed."""
        return DAY_0 + timedelta(days=self.day)


def sql_file(*path: str) -> str:
    """Return the text of a SQL file of the generator."""
    return _GENERATOR.joinpath(*path).read_text(encoding="utf-8")


def open_workshop(truth: Path, *, read_only: bool = False) -> Connection:
    """Open the truth database (made when absent) as the default catalog of a DuckDB of bounded memory.

    Args:
        truth: path of ``truth.duckdb``.
        read_only: only read it; several readers may.
    """
    con = connect(
        extensions=("sqlite",),
        memory_limit="1500MB",
        threads=2,
        preserve_insertion_order=True,
        temp_directory=str(truth.parent / f".spill-{os.getpid()}"),
    )
    con.execute(f"ATTACH {literal(str(truth))} AS truth {'(READ_ONLY)' if read_only else ''}")
    con.execute("USE truth")
    con.execute("SET enable_progress_bar = false")  # DuckDB would draw it into the standard output of a command
    return con


def furnish(con: Connection, state: CityState) -> None:
    """Give a connection (or a cursor: temporary things are its own) the city's variables, word lists and macros."""
    values = {
        "people": literal(state.people),
        "seed": literal(state.seed),
        "day0": _date_sql(DAY_0),
        "today": _date_sql(state.date),
    }
    with resources.as_file(_GENERATOR.joinpath("data")) as folder:
        for name, value in {**values, "folder": literal(str(folder))}.items():
            con.execute(f"SET VARIABLE {name} = {value}")
        con.execute(sql_file("truth", "0_words.sql"))
    for (kind,) in con.execute("SELECT kind FROM word_list").fetchall():
        con.execute(f"SET VARIABLE {ident(kind)} = (SELECT words FROM word_list WHERE kind = {literal(kind)})")
    con.execute(sql_file("truth", "1_macros.sql"))


def _date_sql(day: date) -> str:
    return f"DATE {literal(day.isoformat())}"
