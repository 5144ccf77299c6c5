"""Make the demo city, and know which day it is there."""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from huitong.foundation.errors import Terminal
from huitong.packs.demo.generator.crew import fill_with_crew
from huitong.packs.demo.generator.holdings import by_file, fill_file
from huitong.packs.demo.generator.objects import FEW_PEOPLE, source_objects
from huitong.packs.demo.generator.workshop import TRUTH, CityState, furnish, open_workshop, sql_file

FEWEST, MOST = 1_000, 5_000_000
"""How many people a city may have; its numbers are laid out for the most."""
_TRUTH_STEPS = ("2_places", "3_households", "4_people", "5_companies", "6_events", "7_ledgers")


@dataclass(frozen=True)
class Holding:
    """One source object: ``location`` is a file under the city's folder, ``object`` a table or sheet in it."""

    table: str
    department: str
    location: str
    object: str
    rows: int


@dataclass(frozen=True)
class CityReport:
    """What ``generate_city`` made. ``truth`` is a DuckDB file; ``seconds`` is wall time."""

    folder: Path
    truth: Path
    state: CityState
    holdings: tuple[Holding, ...]
    seconds: float


def city_folder(home: Path) -> Path:
    """Return where a home keeps its city."""
    return home / "city"


def truth_path(home: Path) -> Path:
    """Return the DuckDB file that says what is really so."""
    return city_folder(home) / TRUTH


def city_state(home: Path) -> CityState | None:
    """Return the state of the home's city, None where there is none."""
    file = city_folder(home) / "city.json"
    return msgspec.json.decode(file.read_bytes(), type=CityState) if file.exists() else None


def generate_city(home: Path, *, people: int = 50_000, seed: int = 7) -> CityReport:
    """Make the sources of every department under ``home/city`` and the truth beside them.

    The same ``people`` and ``seed`` give the same rows. A city appears whole or not at all.

    Args:
        home: folder of all state.
        people: residents, 1,000 to 5,000,000.
        seed: any integer.

    Raises:
        Terminal: ``demo.people``, ``demo.city_exists``, ``demo.crew_failed``.
    """
    started = time.monotonic()
    folder = city_folder(home)
    if not FEWEST <= people <= MOST:
        raise Terminal("demo.people", people=people, fewest=FEWEST, most=MOST)
    if folder.exists():
        raise Terminal("demo.city_exists", folder=folder)
    draft = home / ".city-draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    state = CityState(people=people, seed=seed)
    holdings = _make(draft, state)
    write_state(draft, state)
    draft.rename(folder)
    return CityReport(folder, truth_path(home), state, holdings, time.monotonic() - started)


def write_state(folder: Path, state: CityState) -> None:
    """Put ``city.json`` in place at once."""
    draft = folder / ".city.json.draft"
    draft.write_bytes(msgspec.json.encode(state))
    draft.replace(folder / "city.json")


def _make(folder: Path, state: CityState) -> tuple[Holding, ...]:
    with closing(open_workshop(folder / TRUTH)) as con:
        furnish(con, state)
        for step in _TRUTH_STEPS:
            con.execute(sql_file("truth", f"{step}.sql"))
        if state.people <= FEW_PEOPLE:
            for items in by_file():
                fill_file(con, folder, items, state)
    if state.people > FEW_PEOPLE:
        fill_with_crew(folder, state)
    with closing(open_workshop(folder / TRUTH, read_only=True)) as con:
        rows = dict(con.execute('SELECT "table", rows FROM holding').fetchall())
    for spilled in folder.glob(".spill-*"):
        shutil.rmtree(spilled)
    return tuple(Holding(i.table, i.department, i.file, i.object, rows[i.table]) for i in source_objects())
