"""The generated city: the same for the same seed, in agreement with its truth, valid where it is not dirty."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import httpx
import pytest
from stdnum.cn import ric, uscc
from tests.packs.contents import everything

from huitong.foundation.errors import Terminal
from huitong.packs.demo import (
    CityState,
    city_state,
    generate_city,
    serve_city_pages,
    tick_city,
    truth_counts,
    truth_path,
)
from huitong.packs.demo.generator import city, objects
from huitong.packs.demo.generator.objects import COPY_OFFSET, FEW_PEOPLE, source_objects, stage
from huitong.packs.demo.generator.workshop import furnish, open_workshop


def test_the_same_seed_gives_the_same_city(home: Path, tmp_path: Path) -> None:
    generate_city(tmp_path, people=1_000)
    assert everything(tmp_path) == everything(home)


@pytest.mark.slow
def test_a_crew_of_processes_makes_the_same_city(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city, "FEW_PEOPLE", 0)
    generate_city(tmp_path, people=1_000)
    assert everything(tmp_path) == everything(home)
    assert truth_counts(tmp_path) == truth_counts(home)
    assert {one.name for one in (tmp_path / "city").iterdir()} == {one.name for one in (home / "city").iterdir()}


def test_a_failing_crew_leaves_no_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city, "FEW_PEOPLE", 0)
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(Terminal, match="crew_failed"):
        generate_city(tmp_path, people=1_000)
    assert city_state(tmp_path) is None
    assert not (tmp_path / "city").exists()


def test_rows_are_the_same_whether_kept_or_computed_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = CityState(people=1_000, seed=7)
    with closing(open_workshop(truth_path(home), read_only=True)) as con:
        furnish(con, state)
        for item in (item for item in source_objects() if item.medium == "db"):
            kept, again = set(), set()
            for few, rows in ((FEW_PEOPLE, kept), (0, again)):
                monkeypatch.setattr(objects, "FEW_PEOPLE", few)
                staged = stage(con, item, state)
                rows.update(con.execute(staged.rows_sql()).fetchall())
            assert staged.relation == "staged_view"
            assert kept == again, item.table


@pytest.mark.slow
def test_another_seed_gives_another_city(home: Path, tmp_path: Path) -> None:
    generate_city(tmp_path, people=1_000, seed=8)
    assert everything(tmp_path)["police_resident"] != everything(home)["police_resident"]


def test_every_object_holds_the_rows_that_the_truth_says(home: Path) -> None:
    counts = truth_counts(home)
    assert {table: len(rows) for table, (_, rows) in everything(home).items()} == counts.rows
    assert all(counts.rows[table] for table in ("police_resident", "market_company", "air_now", "shucheng_school"))


def test_all_true_numbers_are_valid_and_unique(truth: duckdb.DuckDBPyConnection) -> None:
    people = truth.execute("SELECT id_number, born, sex FROM person").fetchall()
    assert all(ric.is_valid(number) for number, _, _ in people)
    assert all(ric.get_birth_date(number) == born for number, born, _ in people)
    assert all((int(number[16]) % 2 == 1) == (sex == "1") for number, _, sex in people)
    codes = [code for (code,) in truth.execute("SELECT uscc FROM company").fetchall()]
    assert all(uscc.is_valid(code) for code in codes)
    assert len({number for number, _, _ in people}) == len(people)
    assert len(set(codes)) == len(codes)


def test_clean_rows_are_true_and_dirty_rows_are_dirty_as_said(home: Path, truth: duckdb.DuckDBPyConnection) -> None:
    people = {
        i: (number, mobile) for i, number, mobile in truth.execute("SELECT i, id_number, mobile FROM person").fetchall()
    }
    dirt = dict(truth.execute("SELECT number, kind FROM dirt WHERE \"table\" = 'medical_member'").fetchall())
    with closing(sqlite3.connect(home / "city/medical_insurance/yb.db")) as source:
        held = source.execute("SELECT id, certno, tel FROM psn_info_b").fetchall()
    for row_id, number, mobile in held:
        i = row_id % COPY_OFFSET - 1
        true_number, true_mobile = people[i]
        kind = dirt.get(i, "")
        if not kind.startswith("id_"):
            assert number == true_number
        if not kind.startswith("mobile_"):
            assert mobile == true_mobile
        assert _DIRTY.get(kind, lambda *_: True)(number, true_number)
    assert {row_id % COPY_OFFSET - 1 for row_id, _, _ in held if row_id > COPY_OFFSET} == {
        i for i, kind in dirt.items() if kind == "duplicate"
    }


_DIRTY = {
    "id_missing": lambda dirty, _: dirty is None,
    "id_checksum": lambda dirty, true: not ric.is_valid(dirty) and dirty[:17] == true[:17],
    "id_short": lambda dirty, true: dirty == true[:6] + true[8:17],
    "id_lower": lambda dirty, true: dirty == true.lower() != true,
    "id_blank": lambda dirty, true: dirty.strip() == true != dirty,
}


def test_people_and_companies_hang_together(truth: duckdb.DuckDBPyConnection) -> None:
    def count(sql: str) -> int:
        ((found,),) = truth.execute(sql).fetchall()
        return int(found)

    married = "FROM person a JOIN person b ON b.i = a.spouse"
    assert count(f"SELECT count(*) {married}") > 300
    assert count(f"SELECT count(*) {married} WHERE b.spouse <> a.i OR a.sex = b.sex OR a.h <> b.h") == 0
    assert count("SELECT count(*) FROM person WHERE in_fund AND employer IS NULL") == 0
    assert count("SELECT count(*) FROM company JOIN person ON i = boss WHERE boss_id <> id_number") == 0
    assert count("SELECT count(*) FROM marriage WHERE divorced_on <= married_on") == 0
    assert count("SELECT count(DISTINCT fraud) FROM withdrawal") == 4


def test_false_papers_can_be_found_in_the_departments_data(home: Path, truth: duckdb.DuckDBPyConnection) -> None:
    with closing(sqlite3.connect(home / "city/housing_fund/gjj.db")) as fund:
        fund.execute("ATTACH ? AS dwellings", [str(home / "city/housing_construction/fcgl.db")])
        fund.execute("ATTACH ? AS marriages", [str(home / "city/civil_affairs/hydj.db")])
        shown = "SELECT f.id FROM grtq f LEFT JOIN dwellings.htba d ON d.htbh = f.pzbh WHERE f.pzbh LIKE 'GC%' AND "
        found = {
            "contract_unfiled": fund.execute(shown + "d.id IS NULL").fetchall(),
            "contract_cancelled": fund.execute(shown + "d.zxrq < date(f.tqrq, '+30 days')").fetchall(),
            "sham_marriage": fund.execute(
                "SELECT f.id FROM grtq f JOIN marriages.lhdj d ON 'J' || substr(d.lhzzh, 2) = f.pzbh "
                "WHERE d.djrq < date(d.jhrq, '+60 days')"
            ).fetchall(),
        }
    for fraud, rows in found.items():
        known = truth.execute("SELECT w + 1 FROM withdrawal WHERE fraud = $1", [fraud]).fetchall()
        assert known
        assert set(known) <= set(rows), fraud


def test_the_page_is_served(home: Path) -> None:
    with serve_city_pages(home) as address:
        answer = httpx.get(f"{address}/air.html", trust_env=False)
        assert answer.status_code == 200
        assert "空气质量实时发布" in answer.text
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_city_is_made_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    state = city_state(home)
    assert state is not None
    assert (state.people, state.day, state.date) == (1_000, 0, date(2025, 6, 30))
    assert city_state(tmp_path) is None
    for people in (999, 5_000_001):
        with pytest.raises(Terminal, match="people"):
            generate_city(tmp_path, people=people)
    with pytest.raises(Terminal, match="city_exists"):
        generate_city(home)
    for ask in (tick_city, truth_counts):
        with pytest.raises(Terminal, match="no_city"):
            ask(tmp_path)
    with pytest.raises(Terminal, match="no_city"), serve_city_pages(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_spreadsheets_and_lists_stay_small_whatever_the_city(home: Path) -> None:
    growing = {item.table for item in source_objects() if item.medium == "db"}
    assert len(source_objects()) == 44
    assert len(growing) == 31
