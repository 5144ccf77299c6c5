"""Facts in files, statements in a locked database, scores that a pocket calculator can follow."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.engine.assessment.deriving import Derived, check_indicator, derive, row_columns, rows_behind
from huitong.engine.assessment.facts import Manifest, damaged_files, file_of, remove_facts, write_facts
from huitong.engine.assessment.period import Period, period_at, period_of
from huitong.engine.assessment.scoring import Assessed, results_of, score_of
from huitong.engine.assessment.slices import Slice, write_bundle
from huitong.engine.assessment.statements import locked_facts, run_statement
from huitong.engine.assessment.tables import fact_tables
from huitong.engine.declarations.indicators import Indicator
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal, Transient

SHIPPED = load_pack("assessment").indicators
LINK_RATE = next(one for one in SHIPPED if one.code == "link_rate")
DOCUMENT = (Path(__file__).parents[2] / "docs" / "assessment.md").read_text(encoding="utf-8")


def item(organisation: str, key: str, *, linked: bool, unit: str = "") -> tuple[object, ...]:
    """A row of ``items``."""
    values: dict[str, object] = {
        "organisation": organisation, "unit": unit or organisation, "key": key, "title": f"目录 {key}",
        "linked": linked, "link_state": "live" if linked else "none", "listed_on": dt.date(2026, 1, 5),
    }  # fmt: skip
    return tuple(values.get(column.name) for column in fact_tables()["items"].columns)


@pytest.fixture
def facts(tmp_path: Path) -> tuple[Path, Manifest]:
    """Two departments: police has two of three items linked, hr none of one."""
    items = [item("police", "P1", linked=True), item("police", "P2", linked=False), item("hr", "H1", linked=False)]
    batches = [[item("police", "P3", linked=True, unit="station")], items]
    return tmp_path, write_facts(tmp_path, "2026Q3", {"items": batches})


@pytest.mark.parametrize("indicator", SHIPPED, ids=lambda one: one.code)
def test_shipped_indicators_hold(indicator: Indicator) -> None:
    check_indicator(indicator)
    assert indicator.title_en and indicator.abstract_en and indicator.advice_en
    assert row_columns(indicator)[:6] == ("organisation", "unit", "kind", "key", "title", "met")


def test_every_fact_is_documented() -> None:
    for table in fact_tables().values():
        part = DOCUMENT.split(f"### `{table.name}`")[1].split("###")[0]
        assert table.grain_en in part
        for column in table.columns:
            assert f"| `{column.name}` | {column.type} | {column.title_en} |" in part


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT organisation, 1 AS value FROM items", "assessment.wrong_columns"),
        ("SELECT organisation, 'a' AS value, 1 AS numerator, 1 AS denominator FROM items", "assessment.wrong_columns"),
        ("SELECT nothing FROM items", "assessment.bad_statement"),
        ("SELEC organisation", "assessment.not_one_select"),
        ("SELECT 1; DROP TABLE items", "assessment.not_one_select"),
        ("DELETE FROM items", "assessment.not_one_select"),
        ("COPY items TO '/tmp/facts.csv'", "assessment.not_one_select"),
        ("SELECT * FROM read_text('/etc/passwd')", "assessment.bad_statement"),
        ("SELECT * FROM '/etc/passwd'", "assessment.bad_statement"),
        ("SELECT * FROM 'https://example.org/a.parquet'", "assessment.bad_statement"),
        (LINK_RATE.sql.replace("100.0", "random()"), "assessment.unsteady"),
        (LINK_RATE.sql.replace("100.0", "epoch(now())"), "assessment.unsteady"),
        (LINK_RATE.sql.replace("100.0", "epoch(current_date)"), "assessment.unsteady"),
    ],
)
def test_statements_that_are_refused(sql: str, code: str) -> None:
    with pytest.raises(Terminal) as error:
        check_indicator(msgspec.structs.replace(LINK_RATE, sql=sql))
    assert error.value.code == code and "link_rate/sql" in error.value.detail("zh")


@pytest.mark.parametrize(
    "marks",
    [{"full": 50.0, "zero": 50.0}, {"better": "lower"}, {"weight": -1.0}],
    ids=["equal", "reversed", "negative"],
)
def test_marks_that_make_no_line_are_refused(marks: dict[str, object]) -> None:
    with pytest.raises(Terminal) as error:
        check_indicator(msgspec.structs.replace(LINK_RATE, **marks))
    assert error.value.code == "assessment.bad_marks"


def test_rows_that_yield_something_else_are_refused() -> None:
    with pytest.raises(Terminal) as error:
        check_indicator(msgspec.structs.replace(LINK_RATE, rows="SELECT organisation, key FROM items"))
    assert error.value.code == "assessment.wrong_columns"


def test_a_locked_database_reaches_nothing() -> None:
    with locked_facts(None, None, mentioned="") as con:
        for sql in ("SET enable_external_access = true", "ATTACH '/tmp/x.db'", "INSTALL httpfs", "SET threads = 8"):
            with pytest.raises(Terminal):
                run_statement(con, "test", sql)
            with pytest.raises(duckdb.Error):
                con.execute(sql)


def test_values_come_from_the_files(facts: tuple[Path, Manifest]) -> None:
    root, manifest = facts
    assert derive(root, manifest, [LINK_RATE])["link_rate"] == (
        Derived("hr", 0.0, 0.0, 1.0),
        Derived("police", 66.666667, 2.0, 3.0),
    )


def test_rows_behind_a_value(facts: tuple[Path, Manifest]) -> None:
    root, manifest = facts
    behind = rows_behind(root, manifest, LINK_RATE, organisation="police", units=None)
    assert [(row[3], row[5]) for row in behind.rows] == [("P2", False), ("P1", True), ("P3", True)]
    unit = rows_behind(root, manifest, LINK_RATE, organisation="police", units=["station"])
    assert [row[3] for row in unit.rows] == ["P3"] and unit.total == 1
    unmet = rows_behind(root, manifest, LINK_RATE, organisation="police", units=None, only_unmet=True)
    assert [row[3] for row in unmet.rows] == ["P2"]
    second = rows_behind(root, manifest, LINK_RATE, organisation="police", units=None, offset=1, limit=1)
    assert [row[3] for row in second.rows] == ["P1"] and second.total == 3
    beyond = rows_behind(root, manifest, LINK_RATE, organisation="police", units=None, offset=50)
    assert (beyond.rows, beyond.total) == ((), 3)
    assert rows_behind(root, manifest, LINK_RATE, organisation="' OR true --", units=None).total == 0


def test_two_results_for_one_organisation_are_refused(facts: tuple[Path, Manifest]) -> None:
    root, manifest = facts
    twice = msgspec.structs.replace(
        LINK_RATE, sql="SELECT organisation, 1 AS value, 1 AS numerator, 1 AS denominator FROM items"
    )
    with pytest.raises(Terminal) as error:
        derive(root, manifest, [twice])
    assert error.value.code == "assessment.organisation_twice"
    endless = msgspec.structs.replace(
        LINK_RATE,
        sql="SELECT organisation, max('inf'::DOUBLE) AS value, 1 AS numerator, 1 AS denominator FROM items GROUP BY 1",
    )
    with pytest.raises(Terminal) as error:
        derive(root, manifest, [endless])
    assert error.value.code == "assessment.not_finite"


def test_a_changed_byte_shows(facts: tuple[Path, Manifest]) -> None:
    root, manifest = facts
    assert damaged_files(root, manifest) == ()
    file = file_of(root, manifest, "items")
    assert file.stat().st_mode & 0o222 == 0, "facts are read-only"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    assert damaged_files(root, manifest) == ("items",)
    file.unlink()
    assert damaged_files(root, manifest) == ("items",)


def test_facts_outlive_the_tables_of_today(facts: tuple[Path, Manifest]) -> None:
    root, manifest = facts
    file = file_of(root, manifest, "items")
    older = pq.read_table(file).drop_columns(["title_en", "rejected"]).append_column("gone", pa.array(["x"] * 4))
    file.chmod(0o644)
    pq.write_table(older, file)
    assert len(derive(root, manifest, [LINK_RATE])["link_rate"]) == 2
    then = msgspec.structs.replace(LINK_RATE, rows=LINK_RATE.rows.replace("title_en", "gone"))
    assert row_columns(then, root, manifest)[6] == "gone"
    assert rows_behind(root, manifest, then, organisation="hr", units=None).rows[0][6] == "x"


def test_facts_come_whole_or_not_at_all(tmp_path: Path) -> None:
    def failing() -> object:
        yield [item("police", "P1", linked=True)]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_facts(tmp_path, "2026Q3", {"items": failing()})  # type: ignore[dict-item]
    assert list(tmp_path.iterdir()) == []


def test_totals_and_ranks_by_hand() -> None:
    half = msgspec.structs.replace(LINK_RATE, code="half", weight=5.0, full=100.0, zero=0.0)
    method = (msgspec.structs.replace(half, code="whole", weight=10.0), half)
    who = [Assessed(code, code, code, code, "department") for code in ("a", "b", "c", "d")]
    who.append(Assessed("e", "e", "e", "e", "county"))
    derived = {
        "whole": [Derived("a", 80, 8, 10), Derived("b", 50, 5, 10), Derived("c", 70, 7, 10), Derived("e", 5, 1, 20)],
        "half": [Derived("a", 50, 1, 2), Derived("b", 110, 11, 10)],
    }
    results = {one.organisation: one for one in results_of(method, who, derived)}
    assert {code: (one.total, one.rank, one.of) for code, one in results.items()} == {
        "a": (70.0, 1, 3),  # (80 × 10 + 50 × 5) ÷ 15 = 53.33 + 16.67
        "c": (70.0, 1, 3),  # only `whole` applies
        "b": (66.66, 3, 3),  # 33.33 + 33.33: 110 % is no more than full
        "e": (5.0, 1, 1),
    }
    assert [part.points for part in results["a"].parts] == [53.33, 16.67]
    assert list(results) == ["a", "c", "b", "e"], "departments first, each by rank"


@given(
    value=st.floats(-1e9, 1e9),
    zero=st.floats(-1e6, 1e6),
    full=st.floats(-1e6, 1e6),
    more=st.floats(0, 1e6),
)
def test_scores_lie_between_the_marks_and_never_fall(value: float, zero: float, full: float, more: float) -> None:
    if abs(full - zero) < 1e-3:
        return
    better = "higher" if full > zero else "lower"
    indicator = msgspec.structs.replace(LINK_RATE, zero=zero, full=full, better=better)
    score = score_of(indicator, value)
    assert 0 <= score <= 100
    assert score_of(indicator, zero) == 0 and score_of(indicator, full) == 100
    improved = value + more if better == "higher" else value - more
    assert score_of(indicator, improved) >= score


def test_quarters() -> None:
    assert period_of("2026q3") == Period(2026, 3) and period_of("2026Q3").code == "2026Q3"
    assert (period_of("2026Q3").starts, period_of("2026Q3").ends) == (dt.date(2026, 7, 1), dt.date(2026, 9, 30))
    assert period_at(dt.date(2026, 12, 31)).next == period_at(dt.date(2027, 1, 1)) == Period(2027, 1)
    assert Period(2027, 1).previous == Period(2026, 4)
    for nonsense in ("2026", "2026Q5", "20260Q1", "2026Q", "0001Q1", "２０２６Q1"):
        with pytest.raises(Terminal) as error:
            period_of(nonsense)
        assert error.value.code == "assessment.bad_quarter"


def test_calls_in_a_slice_are_those_of_its_own_services_and_offers(tmp_path: Path) -> None:
    """Police provides ``own``; its station has an item in ``shared``, which the bureau provides, its squad in none."""
    offers = [("police", "station", "P3", "目录", "shared", "服务"), ("hr", "hr", "H1", "目录", "other", "服务")]
    calls = [(provider, key, "app", "hr", dt.date(2026, 7, 1), 9, 0, 9) for provider, key in (
        ("police", "own"), ("bureau", "shared"), ("bureau", "other"),
    )]  # fmt: skip
    manifest = write_facts(tmp_path, "2026Q3", {"offers": [offers], "calls": [calls]})

    def services(*units: str) -> set[str]:
        part = Slice(frozenset({"police"}), frozenset(units))
        write_bundle(tmp_path / "facts.zip", root=tmp_path, manifest=manifest, part=part, method=())
        with zipfile.ZipFile(tmp_path / "facts.zip") as bundle:
            return set(pq.read_table(io.BytesIO(bundle.read("facts/calls.parquet")))["key"].to_pylist())

    assert services("police", "station", "squad") == {"own", "shared"}
    assert services("station") == {"shared"}
    assert services("squad") == set(), "the department's meter is not every unit's"


@pytest.mark.parametrize("part", [Slice(None), Slice(frozenset({"police"}), frozenset({"police"}))], ids=["all", "own"])
def test_facts_that_a_newer_preview_replaced_are_named(facts: tuple[Path, Manifest], part: Slice) -> None:
    root, manifest = facts
    remove_facts(root, manifest)
    with pytest.raises(Transient) as error:
        write_bundle(root / "facts.zip", root=root, manifest=manifest, part=part, method=())
    assert error.value.code == "assessment.facts_gone" and manifest.folder in error.value.detail()
