"""The check step: what goes to std, to quarantine, and that increments equal a rebuild."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from huitong.engine import check as step
from huitong.engine.check import CheckResult, check_item, check_order
from huitong.engine.check_samples import FailingSample, failing_samples
from huitong.engine.declarations.items import CatalogItem, ItemField, Rule
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.sources import Link
from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.lake import table_exists
from huitong.engine.lake.names import ident, table
from huitong.engine.lake.rows import replace_rows
from huitong.engine.plans.check import CheckPlan, flags_table
from huitong.engine.plans.check_fields import FieldPlan
from huitong.engine.standards import Standards
from huitong.foundation.errors import Terminal
from huitong.foundation.settings import Settings, load_settings

PACK = load_pack("standards")
STANDARDS = Standards.of(PACK.elements, PACK.codelists)
Row = dict[str, str | None]


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


def item(name: str, *fields: ItemField, rules: tuple[Rule, ...] = (), key: tuple[str, ...] = ("id",)) -> CatalogItem:
    """Declare an item with little."""
    return CatalogItem(
        code=name, title=name, title_en=name, provider="o", table=name, fields=fields, rules=rules,
        link=Link(source="s", key=key),
    )  # fmt: skip


def put(lake: Lake, name: str, rows: list[Row], *, columns: tuple[str, ...], run: int = 1) -> None:
    """Bring a raw table to these rows, keyed by ``id``, writing only what differs, as collect does."""
    values = [(row["id"], run, *(row.get(column) for column in columns)) for row in rows]
    texts = ", ".join(f"{ident(column)} VARCHAR" for column in columns)
    with lake.transaction() as con:
        con.execute(f"CREATE OR REPLACE TEMP TABLE new_rows (_key VARCHAR, _run BIGINT, {texts})")
        if values:
            con.executemany(f"INSERT INTO new_rows VALUES ({', '.join('?' * (len(columns) + 2))})", values)
        replace_rows(con, "raw", name, new="new_rows")


def content(lake: Lake, schema: str, name: str) -> list[tuple[Any, ...]]:
    """Return a table's rows in order, [] where there is none."""
    with lake.reader() as con:
        if not table_exists(con, schema, name):
            return []
        return con.execute(f"FROM {table(schema, name)} ORDER BY _key").fetchall()


def failures(result: CheckResult) -> dict[str, int]:
    """Return the rules that rows fail."""
    return {one.rule: one.failed for one in result.rules if one.failed}


PERSON = item(
    "person",
    ItemField(column="id", element="record_id"),
    ItemField(column="sfzh", element="id_number", required=True),
    ItemField(column="xm", element="person_name"),
    ItemField(column="xb", element="sex"),
    ItemField(column="csrq", element="birth_date"),
    ItemField(column="sj", element="mobile"),
    ItemField(column="je", element="amount"),
    ItemField(column="gx", element="updated_at"),
)
PERSON_COLUMNS = ("id", "sfzh", "xm", "xb", "csrq", "sj", "je", "gx")
GOOD: Row = {
    "id": "1",
    "sfzh": "１１０１０５ 19491231002x",
    "xm": " 王　小明",
    "xb": "男",
    "csrq": "1949年12月31日",
    "sj": "+86 138-0013-8000",
    "je": "1,234.50元",
    "gx": "2024/1/31 8:05",
}


def test_clean_rows_become_typed_and_normalised(lake: Lake) -> None:
    put(lake, "person", [GOOD], columns=PERSON_COLUMNS, run=7)
    result = check_item(lake, PERSON, STANDARDS)
    assert (result.checked, result.passed, result.quarantined, result.flagged, failures(result)) == (1, 1, 0, 0, {})
    assert content(lake, "std", "person") == [
        (
            "1",
            7,
            "1",
            "11010519491231002X",
            "王 小明",
            "1",
            date(1949, 12, 31),
            "13800138000",
            Decimal("1234.5"),
            datetime(2024, 1, 31, 8, 5),
        )
    ]


def test_each_failure_has_its_own_code_and_raw_columns_are_kept(lake: Lake) -> None:
    rows: list[Row] = [
        GOOD,
        {**GOOD, "id": "2", "sfzh": "110105194912310021"},
        {**GOOD, "id": "3", "sfzh": "110105194912"},
        {**GOOD, "id": "4", "csrq": "唔知道"},
        {**GOOD, "id": "5", "sfzh": None, "xb": "3"},
        {**GOOD, "id": "6", "sj": "12345", "je": "无"},
        {**GOOD, "id": "7", "sfzh": "110105194912310021", "xb": "x"},
    ]
    put(lake, "person", rows, columns=PERSON_COLUMNS)
    result = check_item(lake, PERSON, STANDARDS)
    assert failures(result) == {
        "id_number.checksum": 2,
        "id_number.length": 1,
        "birth_date.conversion": 1,
        "id_number.required": 1,
        "sex.in_codelist": 2,
        "mobile.format": 1,
    }
    assert (result.passed, result.quarantined, result.flagged) == (3, 4, 2)
    quarantine = content(lake, "quarantine", "person")
    assert [row[2] for row in quarantine] == [
        ["id_number.checksum"],
        ["id_number.length"],
        ["birth_date.conversion"],
        ["id_number.checksum", "sex.in_codelist"],
    ]
    assert quarantine[0][4] == "110105194912310021"
    assert [(row[0], row[2]) for row in content(lake, "meta", flags_table("person"))] == [
        ("5", ["id_number.required", "sex.in_codelist"]),
        ("6", ["mobile.format"]),
    ]


def test_counts_are_kept_with_the_data(lake: Lake) -> None:
    put(lake, "person", [GOOD, {**GOOD, "id": "2", "sj": "1"}], columns=PERSON_COLUMNS)
    check_item(lake, PERSON, STANDARDS)
    with lake.reader() as con:
        kept = con.execute(
            "SELECT rule, severity, failed, checked FROM meta.check_results WHERE table_name = 'person' AND failed > 0"
        ).fetchall()
    assert kept == [("mobile.format", "flag", 1, 2)]


def test_a_second_check_finds_nothing_to_do(lake: Lake) -> None:
    put(lake, "person", [GOOD], columns=PERSON_COLUMNS)
    first = check_item(lake, PERSON, STANDARDS)
    second = check_item(lake, PERSON, STANDARDS)
    assert (first.full, second.full, second.recomputed, second.changes.total) == (True, False, 0, 0)
    assert second.rules == first.rules


def test_only_changed_keys_are_looked_at_and_only_differences_written(lake: Lake) -> None:
    rows: list[Row] = [{**GOOD, "id": str(number)} for number in range(1, 10)]
    put(lake, "person", rows, columns=PERSON_COLUMNS)
    check_item(lake, PERSON, STANDARDS)
    rows[0]["sfzh"] = "1"
    rows[1]["xm"] = "王 小明"  # normalised, the same as before
    del rows[8]
    put(lake, "person", rows, columns=PERSON_COLUMNS, run=2)
    result = check_item(lake, PERSON, STANDARDS)
    assert not result.full
    assert result.recomputed == 2
    assert (result.changes.inserted, result.changes.updated, result.changes.deleted) == (1, 0, 2)
    assert failures(result) == {"id_number.length": 1}


def test_a_changed_declaration_rechecks_everything(lake: Lake) -> None:
    put(lake, "person", [{**GOOD, "sj": "1"}], columns=PERSON_COLUMNS)
    check_item(lake, PERSON, STANDARDS)
    stricter = msgspec.structs.replace(
        PERSON, rules=(Rule(code="mobile.format", kind="mobile", field="mobile", severity="reject"),)
    )
    result = check_item(lake, stricter, STANDARDS)
    assert (result.full, result.passed, result.quarantined) == (True, 0, 1)
    fewer = msgspec.structs.replace(PERSON, fields=PERSON.fields[:3])
    result = check_item(lake, fewer, STANDARDS)
    assert (result.full, result.passed, result.quarantined) == (True, 1, 0)
    assert list(lake.columns("std", "person")) == ["_key", "_run", "record_id", "id_number", "person_name"]


def test_a_changed_code_list_rechecks_everything(lake: Lake) -> None:
    put(lake, "person", [GOOD], columns=PERSON_COLUMNS)
    check_item(lake, PERSON, STANDARDS)
    lists = [
        msgspec.structs.replace(one, entries=one.entries[2:]) if one.name == "sex" else one for one in PACK.codelists
    ]
    result = check_item(lake, PERSON, Standards.of(PACK.elements, lists))
    assert result.full
    assert failures(result) == {"sex.in_codelist": 1}


def test_typed_sources_need_no_text(lake: Lake) -> None:
    typed = item(
        "typed",
        ItemField(column="id", element="record_id"),
        ItemField(column="d", element="event_date"),
        ItemField(column="n", element="quantity"),
        ItemField(column="i", element="year"),
        ItemField(column="p", element="phone"),
        ItemField(column="b", element="yes_no"),
        ItemField(column="s", element="sex"),
    )
    with lake.transaction() as con:
        con.execute(
            "CREATE TABLE raw.typed AS SELECT '1' AS _key, 1::BIGINT AS _run, 1 AS id, TIMESTAMP '2024-01-31 10:00:00' "
            "AS d, 1.5::DOUBLE AS n, 2024.0::DOUBLE AS i, 5641234567.0::DOUBLE AS p, true AS b, 2 AS s "
            "UNION ALL SELECT '2', 1, 2, NULL, NULL, 2024.5, NULL, NULL, NULL"
        )
    result = check_item(lake, typed, STANDARDS)
    assert failures(result) == {"year.conversion": 1}
    assert content(lake, "std", "typed") == [
        ("1", 1, "1", date(2024, 1, 31), Decimal("1.5"), 2024, "5641234567", True, "2")
    ]


def test_many_rules_need_several_verdict_columns(lake: Lake) -> None:
    columns = tuple(f"c{number}" for number in range(16))
    wide = item(
        "wide",
        ItemField(column="id", element="record_id"),
        *(ItemField(column=column, element="uscc", name=column) for column in columns),
    )
    put(lake, "wide", [{"id": "1", **dict.fromkeys(columns, "91110000600037341I")}], columns=("id", *columns))
    result = check_item(lake, wide, STANDARDS)
    assert failures(result) == {f"{column}.characters": 1 for column in columns}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"table": "nowhere"}, "check.not_collected"),
        ({"fields": (ItemField(column="none", element="sex"),)}, "check.column_missing"),
        ({"fields": (PERSON.fields[2], PERSON.fields[2])}, "check.duplicate_field"),
    ],
)
def test_unusable_items_are_refused(lake: Lake, change: dict[str, Any], code: str) -> None:
    put(lake, "person", [GOOD], columns=PERSON_COLUMNS)
    with pytest.raises(Terminal) as caught:
        check_item(lake, msgspec.structs.replace(PERSON, **change), STANDARDS)
    assert caught.value.code == code
    assert not lake.exists("std", "person")


def test_dates_that_were_to_come_pass_when_they_have_come(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ("id", "csrq")
    dated = item("dated", PERSON.fields[0], ItemField(column="csrq", element="birth_date"))
    rows: list[Row] = [{"id": "1", "csrq": "2026-01-02"}, {"id": "2", "csrq": "2020-01-01"}, {"id": "3", "csrq": None}]
    put(lake, "dated", rows, columns=columns)
    monkeypatch.setattr(step, "beijing_today", lambda: date(2026, 1, 1))
    assert failures(check_item(lake, dated, STANDARDS)) == {"birth_date.not_future": 1}
    monkeypatch.setattr(step, "beijing_today", lambda: date(2026, 1, 2))
    later = check_item(lake, dated, STANDARDS)
    assert (failures(later), later.recomputed, later.full) == ({}, 1, False)


EMPLOYED = item(
    "employed",
    ItemField(column="id", element="record_id"),
    ItemField(column="xb", element="sex", required=True),
    ItemField(column="dw", element="uscc", unique=True),
    ItemField(column="qh", element="division_code"),
    ItemField(column="sj", element="mobile"),
)
EMPLOYERS = ("91341500MA2N0K2X3T", "９１３４１５００ma2n0k2x3t", "91110000802100433B", "340000000012345", "91?", None)


def test_values_looked_at_once_give_what_rows_looked_at_one_by_one_give(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(11)
    rows: list[Row] = [
        {
            "id": str(number),
            "xb": dice.choice(("1", "男", " 女 ", "不详的", "无", None)),
            "dw": dice.choice(EMPLOYERS),
            "qh": dice.choice(("341502", "３４１５０２", "341599", "", None)),
            "sj": dice.choice(("13800138000", "x", None)),
        }
        for number in range(600)
    ]
    columns = tuple(rows[0])
    put(lake, "employed", rows, columns=columns)
    one_by_one = check_item(lake, EMPLOYED, STANDARDS)
    monkeypatch.setattr(step, "_WORTHWHILE", 600)
    again = msgspec.structs.replace(EMPLOYED, table="again", code="again")
    put(lake, "again", rows, columns=columns)
    looked_at: list[str] = []
    known_sql = CheckPlan.known_sql

    def noted(plan: CheckPlan, field: FieldPlan) -> str:
        looked_at.append(field.declared.column)
        return known_sql(plan, field)

    monkeypatch.setattr(CheckPlan, "known_sql", noted)
    at_once = check_item(lake, again, STANDARDS)
    assert looked_at == ["xb", "dw", "qh"]
    assert one_by_one.quarantined and one_by_one.flagged and one_by_one.passed
    assert [one.failed for one in at_once.rules] == [one.failed for one in one_by_one.rules]
    for schema, name, other in [
        ("std", "employed", "again"),
        ("quarantine", "employed", "again"),
        ("meta", flags_table("employed"), flags_table("again")),
    ]:
        assert content(lake, schema, name) == content(lake, schema, other)
    for name in ("employed", "again"):
        rebuilt = check_item(lake, msgspec.structs.replace(EMPLOYED, table=name, code=name), STANDARDS, rebuild=True)
        assert rebuilt.changes.total == 0


CONTRACT = item(
    "contract",
    ItemField(column="id", element="record_id"),
    ItemField(column="person", element="id_number"),
    ItemField(column="number", element="contract_number", unique=True),
    ItemField(column="from", element="started_on"),
    ItemField(column="to", element="ended_on"),
    ItemField(column="phone", element="mobile", unique=True),
    rules=(
        Rule(code="order", kind="compare", field="started_on", other="ended_on", values=("<=",)),
        Rule(code="known_person", kind="reference", field="id_number", values=("holder", "id_number")),
        Rule(code="mobile.unique", kind="unique", field="mobile", severity="reject"),
    ),
)
HOLDER = item("holder", ItemField(column="id", element="record_id"), ItemField(column="person", element="id_number"))
CONTRACT_COLUMNS = ("id", "person", "number", "from", "to", "phone")
PEOPLE = ("11010519491231002X", "110105491231002", "340102199001010014", "bad", None)

contracts = st.dictionaries(
    st.sampled_from([str(number) for number in range(40)]),
    st.fixed_dictionaries(
        {
            "person": st.sampled_from(PEOPLE),
            "number": st.sampled_from(["A1", "a1", "Ａ１", "B2", "C3", "D4", "E5", None]),
            "from": st.sampled_from(["2024-01-01", "2024年2月1日", "x", None]),
            "to": st.sampled_from(["2024-01-15", "20240301", None]),
            "phone": st.sampled_from(["13800138000", "138 0013 8000", "13900139000", "1", "2", None]),
        }
    ),
    min_size=15,
    max_size=40,
)
holders = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({"person": st.sampled_from(PEOPLE)}))
worlds = st.lists(st.tuples(contracts, holders), min_size=3, max_size=3)


def as_rows(drawn: dict[str, dict[str, str | None]]) -> list[Row]:
    """Put the keys into the rows."""
    return [{"id": key, **row} for key, row in drawn.items()]


many_edits = settings(  # each example is many edits at once; shrinking one would take minutes
    deadline=None, max_examples=1, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@many_edits
@given(worlds)
def test_increments_equal_a_rebuild(tmp_path_factory: pytest.TempPathFactory, states: list[Any]) -> None:
    increments_equal_a_rebuild(tmp_path_factory.mktemp("lake"), states)


@pytest.mark.slow
@settings(many_edits, max_examples=12)
@given(worlds)
def test_increments_equal_a_rebuild_often(tmp_path_factory: pytest.TempPathFactory, states: list[Any]) -> None:
    increments_equal_a_rebuild(tmp_path_factory.mktemp("lake"), states)


def increments_equal_a_rebuild(home: Path, states: list[Any]) -> None:
    """Check after each state, then compare with one check of the last state."""
    with open_lake(load_settings(home=home, environment={})) as lake, pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "_FULL_SHARE", 1e9)
        for contract_rows, holder_rows in states:
            put(lake, "contract", as_rows(contract_rows), columns=CONTRACT_COLUMNS)
            put(lake, "holder", as_rows(holder_rows), columns=("id", "person"))
            check_item(lake, HOLDER, STANDARDS)
            last = check_item(lake, CONTRACT, STANDARDS)
        assert not last.full
        patch.setattr(step, "_WORTHWHILE", 0)
        patch.setattr(step, "_REPEATED", 0)  # what may be looked up by its values is
        fresh = msgspec.structs.replace(CONTRACT, table="fresh", code="fresh")
        put(lake, "fresh", as_rows(states[-1][0]), columns=CONTRACT_COLUMNS)
        anew = check_item(lake, fresh, STANDARDS)
        assert [one.failed for one in last.rules] == [one.failed for one in anew.rules]
        for schema, name, other in [
            ("std", "contract", "fresh"),
            ("quarantine", "contract", "fresh"),
            ("meta", flags_table("contract"), flags_table("fresh")),
        ]:
            assert content(lake, schema, name) == content(lake, schema, other)


@pytest.fixture
def always_incremental(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables would be checked whole when much of them is in scope."""
    monkeypatch.setattr(step, "_FULL_SHARE", 1e9)


@pytest.mark.usefixtures("always_incremental")
def test_a_partner_that_goes_makes_a_value_unique_again(lake: Lake) -> None:
    base: Row = {"person": None, "from": None, "to": None}
    rows = [
        {"id": "1", "number": "A1", "phone": "13800138000", **base},
        {"id": "2", "number": "Ａ１", "phone": "138 0013 8000", **base},
        {"id": "3", "number": "B2", "phone": None, **base},
    ]
    put(lake, "contract", rows, columns=CONTRACT_COLUMNS)
    put(lake, "holder", [], columns=("id", "person"))
    check_item(lake, HOLDER, STANDARDS)
    first = check_item(lake, CONTRACT, STANDARDS)
    assert failures(first) == {"contract_number.unique": 2, "mobile.unique": 2}
    assert first.quarantined == 2
    rows[1]["number"], rows[1]["phone"] = "B2", "13900139000"
    put(lake, "contract", rows, columns=CONTRACT_COLUMNS)
    second = check_item(lake, CONTRACT, STANDARDS)
    assert (second.full, second.recomputed) == (False, 3)
    assert failures(second) == {"contract_number.unique": 2}
    assert second.quarantined == 0


@pytest.mark.usefixtures("always_incremental")
def test_references_follow_the_other_table(lake: Lake) -> None:
    rows: list[Row] = [{"id": str(number), "person": PEOPLE[number % 3]} for number in range(6)]
    put(lake, "contract", rows, columns=CONTRACT_COLUMNS)
    assert failures(check_item(lake, CONTRACT, STANDARDS)) == {"known_person": 6}
    put(lake, "holder", [{"id": "a", "person": PEOPLE[0]}], columns=("id", "person"))
    check_item(lake, HOLDER, STANDARDS)
    assert failures(check_item(lake, CONTRACT, STANDARDS)) == {"known_person": 2}
    put(lake, "holder", [{"id": "a", "person": PEOPLE[2]}], columns=("id", "person"))
    check_item(lake, HOLDER, STANDARDS)
    last = check_item(lake, CONTRACT, STANDARDS)
    assert failures(last) == {"known_person": 4}
    assert (last.full, last.recomputed) == (False, 6)


def test_referenced_tables_come_first() -> None:
    assert [one.table for one in check_order([CONTRACT, HOLDER])] == ["holder", "contract"]
    looped = msgspec.structs.replace(
        HOLDER, rules=(Rule(code="r", kind="reference", field="id_number", values=("contract", "id_number")),)
    )
    assert {one.table for one in check_order([CONTRACT, looped])} == {"holder", "contract"}


ENTERPRISE = item(
    "enterprise",
    ItemField(column="企业名称", element="company_name"),
    ItemField(column="统一社会信用代码", element="uscc"),
    ItemField(column="注册日期", element="established_on"),
    ItemField(column="注册资金", element="capital_text"),
    key=("统一社会信用代码",),
)


@pytest.mark.realdata
def test_real_company_registrations(lake: Lake, data_folder: Path) -> None:
    file = data_folder / "enterprises" / "anhui_enterprises_1978_2019.csv.gz"
    with lake.transaction() as con:
        con.execute(
            "CREATE TABLE raw.enterprise AS SELECT 统一社会信用代码 AS _key, 1::BIGINT AS _run, * "
            "FROM read_csv($1, all_varchar = true)",
            [str(file)],
        )
    result = check_item(lake, ENTERPRISE, STANDARDS)
    assert (result.checked, result.passed, result.quarantined) == (124_057, 124_045, 12)
    assert failures(result) == {"uscc.checksum": 11, "uscc.registration_number": 1}
    quarantine = content(lake, "quarantine", "enterprise")
    assert all(len(row[2]) == 1 for row in quarantine)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        (written,) = [
            row["统一社会信用代码"]
            for row in csv.DictReader(stream)
            if row["统一社会信用代码"].upper() != row["统一社会信用代码"]
        ]
    with lake.reader() as con:
        found = con.execute("SELECT uscc FROM std.enterprise WHERE _key = ?", [written]).fetchall()
    assert found == [(written.upper(),)]
    assert check_item(lake, ENTERPRISE, STANDARDS).changes.total == 0


def test_samples_of_failing_rows_are_masked(lake: Lake) -> None:
    rows: list[Row] = [{**GOOD, "id": str(number), "sfzh": "110105194912310021"} for number in range(9)]
    rows[0]["sj"] = "12345"
    rows.append({**GOOD, "id": "x", "sj": "12345678901"})
    put(lake, "person", rows, columns=PERSON_COLUMNS)
    assert failing_samples(lake, PERSON, STANDARDS) == {}
    check_item(lake, PERSON, STANDARDS)
    samples = failing_samples(lake, PERSON, STANDARDS, limit=3)
    assert samples == {
        "id_number.checksum": tuple(FailingSample(str(number), "110105***********1") for number in range(3)),
        "mobile.format": (FailingSample("0", "****"), FailingSample("x", "123******01")),
    }
    by_id = msgspec.structs.replace(PERSON, link=Link(source="s", key=("sfzh",)))
    put(lake, "person", [{**rows[0], "id": "110105194912310021"}], columns=PERSON_COLUMNS)
    check_item(lake, by_id, STANDARDS)
    assert failing_samples(lake, by_id, STANDARDS)["mobile.format"][0].key == "110105***********1"


@pytest.mark.postgresql
def test_the_same_on_a_postgresql_catalog(settings_here: Settings, postgresql_url: str) -> None:
    name = f"huitong_check_{uuid4().hex[:12]}"
    catalog = urlsplit(postgresql_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with open_lake(replace(settings_here, lake_catalog=catalog)) as lake:
                rows: list[Row] = [GOOD, {**GOOD, "id": "2", "sfzh": "1"}, {**GOOD, "id": "3"}]
                put(lake, "person", rows, columns=PERSON_COLUMNS)
                first = check_item(lake, PERSON, STANDARDS)
                put(lake, "person", [rows[0], GOOD | {"id": "2"}, rows[2]], columns=PERSON_COLUMNS)
                second = check_item(lake, PERSON, STANDARDS)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert (first.full, first.passed, first.quarantined) == (True, 2, 1)
    assert (second.full, second.recomputed, second.passed, second.quarantined) == (False, 1, 3, 0)
