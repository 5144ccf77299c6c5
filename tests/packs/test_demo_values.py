"""What the chain makes of the demo city, value by value, against the truth: golden records, disputes, mended values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.packs.test_demo_chain import _run_chain

from huitong.engine.declarations.pack import Pack
from huitong.engine.lake import Lake, open_lake
from huitong.foundation.settings import load_settings
from huitong.packs.demo.generator.objects import source_objects
from huitong.packs.demo.generator.truth_counts import POPULATION

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
DISPUTED = {
    "name_similar": "person_name",
    "mobile_stale": "mobile",
    "address_stale": "address",
    "marital_stale": "marital_status",
    "birth_differs": "birth_date",
}
"""Kinds of dirt that make departments disagree, and about what."""
NORMALISED = ("id_wide", "id_short", "id_lower", "id_blank", "mobile_wide", "mobile_dashed")


@dataclass(frozen=True)
class City:
    """The truth about people by number, what is wrong in which row, and the lake after one chain."""

    people: dict[int, dict[str, Any]]
    dirt: list[tuple[str, int, str]]
    lake: Lake
    pack: Pack

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Query the lake."""
        with self.lake.reader() as con:
            found = con.execute(sql)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def std(self, table: str) -> dict[str, dict[str, Any]]:
        """Rows of a table by ID number."""
        return {row["id_number"]: row for row in self.rows(f"SELECT * FROM std.{table}")}

    def wrong(self, table: str) -> dict[int, set[str]]:
        """Kinds of dirt of a table's rows, by person."""
        found: dict[int, set[str]] = {}
        for name, number, kind in self.dirt:
            if name == table:
                found.setdefault(number, set()).add(kind)
        return found


@pytest.fixture(scope="module")
def city(home: Path, pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The population's departments, collected, checked and fused on the first day."""
    with duckdb.connect(str(home / "city" / "truth.duckdb"), read_only=True) as truth:
        columns = "i, id_number, name, sex, born, ethnicity, mobile, marital, in_police"
        people = truth.execute(f"SELECT {columns} FROM person").fetchall()
        dirt = truth.execute('SELECT "table", number, kind FROM dirt WHERE mended_day IS NULL').fetchall()
    names = columns.split(", ")
    here = load_settings(home=tmp_path_factory.mktemp("values") / "var", environment={})
    with open_lake(here) as lake:
        _run_chain(lake, pack, home, POPULATION)
        yield City({row[0]: dict(zip(names, row, strict=True)) for row in people}, dirt, lake, pack)


def test_golden_records_say_what_is_so(city: City) -> None:
    golden = {row["id_number"]: row for row in city.rows("SELECT * FROM base.population")}
    police = city.std("police_resident")
    wrong = city.wrong("police_resident")
    compared = 0
    for number, person in city.people.items():
        row = golden.get(person["id_number"])
        if row is None or person["id_number"] not in police or wrong.get(number, set()) - {"mobile_stale"}:
            continue
        said = (row["person_name"], row["sex"], row["birth_date"], row["ethnicity"])
        assert said == (person["name"], person["sex"], person["born"], person["ethnicity"]), person
        compared += 1
    assert compared > 700
    assert {key: row["person_name"] for key, row in golden.items() if row["person_name"] is None} == {}


def test_what_departments_disagree_about_is_in_the_conflicts(city: City) -> None:
    (library,) = (one for one in city.pack.libraries if one.code == "population")
    fields = {one.name: {source.table: source.field for source in one.sources} for one in library.attributes}
    std = {table: city.std(table) for table in POPULATION}
    conflicts = {(row["id_number"], row["attribute"]): row for row in city.rows("FROM base.population_conflict")}
    seen = dict.fromkeys(DISPUTED, 0)
    for table, number, kind in city.dirt:
        attribute = DISPUTED.get(kind, "")
        if table not in POPULATION or table not in fields.get(attribute, {}):
            continue
        key = city.people[number]["id_number"]
        stated = {
            one: str(std[one][key][field])
            for one, field in fields[attribute].items()
            if key in std[one] and std[one][key][field] is not None
        }
        if table not in stated or len(set(stated.values())) < 2:
            continue  # no row of it passed, or nobody else says anything
        conflict = conflicts[key, attribute]
        assert {one: str(conflict[one]) for one in stated} == stated, (table, kind)
        seen[kind] += 1
    assert all(seen.values()), seen


@pytest.mark.parametrize("kind", NORMALISED)
def test_clumsy_values_become_the_true_ones(city: City, kind: str) -> None:
    things = {one.table: one.thing for one in source_objects()}
    field = {"id": "id_number", "mobile": "mobile"}[kind.partition("_")[0]]
    seen = 0
    for table, number, what in city.dirt:
        if what != kind or table not in POPULATION or things[table] != "person":
            continue
        person = city.people[number]
        row = city.std(table).get(person["id_number"])
        assert row is not None, (table, person)
        assert row[field] == person[field], (table, person)
        raw = city.rows(f"SELECT * FROM raw.{table} WHERE _key = '{row['_key']}'")
        assert person[field] not in raw[0].values(), "it was clumsy at the source"
        seen += 1
    assert seen, "the city has no such value"
