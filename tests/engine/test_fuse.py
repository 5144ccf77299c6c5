"""Fusing: policies, provenance, conflicts; and increments that equal a rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitong.engine import fuse
from huitong.engine.declarations.libraries import Attribute, AttributeInput, Library, LibrarySource, Policy
from huitong.engine.fuse import fuse_library
from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.rows import replace_rows
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings

Row = tuple[str, str | None, str | None, str | None, str | None]
"""Row key, entity, name, phone, updated."""


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


def _library(policy: Policy = "authority", tables: tuple[str, ...] = ("police", "insurance")) -> Library:
    def attribute(name: str, order: tuple[str, ...], how: Policy) -> Attribute:
        sources = tuple(AttributeInput(table=one, field=name) for one in order)
        return Attribute(name=name, element="x", policy=how, sources=sources)

    return Library(
        code="people",
        title="人口",
        title_en="People",
        table="people",
        key="id",
        key_element="x",
        sources=tuple(LibrarySource(table=one, key="id", updated="updated") for one in tables),
        attributes=(attribute("name", tables, "authority"), attribute("phone", tables[::-1], policy)),
    )


def _put(lake: Lake, name: str, rows: list[Row], run: int = 1) -> None:
    with lake.transaction() as con:
        con.execute(
            "CREATE TEMP TABLE wanted(_key VARCHAR, _run BIGINT, id VARCHAR, name VARCHAR, phone VARCHAR, updated DATE)"
        )
        for key, entity, person, phone, updated in rows:
            con.execute("INSERT INTO wanted VALUES (?, ?, ?, ?, ?, ?)", [key, run, entity, person, phone, updated])
        replace_rows(con, "std", name, new="wanted")


def _rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    with lake.reader() as con:
        cursor = con.execute(f"SELECT * FROM base.{name} ORDER BY ALL")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_authority_wins_and_gaps_are_filled_by_the_next(lake: Lake) -> None:
    _put(lake, "police", [("p1", "A", "张三", None, "2026-01-01"), ("p2", "B", None, "1", "2026-01-01")])
    _put(lake, "insurance", [("i1", "A", "张三三", "9", "2025-01-01"), ("i2", "C", "王五", "3", None)], run=2)
    result = fuse_library(lake, _library())
    assert (result.entities, result.full, result.conflicts) == (3, True, 1)
    assert _rows(lake, "people") == [
        {"id": "A", "name": "张三", "phone": "9"},
        {"id": "B", "name": None, "phone": "1"},
        {"id": "C", "name": "王五", "phone": "3"},
    ]
    first = _rows(lake, "people_provenance")[0]
    assert (first["name"], first["phone"]) == ("police", "insurance")
    assert (first["police_key"], first["police_run"], first["insurance_key"], first["insurance_run"]) == (
        "p1",
        1,
        "i1",
        2,
    )
    conflict = _rows(lake, "people_conflict")[0]
    assert (conflict["id"], conflict["attribute"], conflict["chosen"]) == ("A", "name", "张三")
    assert (conflict["police"], conflict["insurance"]) == ("张三", "张三三")


def test_latest_takes_the_newest_value_that_is_there(lake: Lake) -> None:
    _put(lake, "police", [("p", "A", "x", "new", "2026-02-01"), ("q", "B", "x", None, "2026-02-01")])
    _put(lake, "insurance", [("i", "A", "x", "old", "2026-01-01"), ("j", "B", "x", "kept", None)])
    fuse_library(lake, _library("latest"))
    assert [row["phone"] for row in _rows(lake, "people")] == ["new", "kept"]


def test_most_common_counts_sources(lake: Lake) -> None:
    for name, phone in (("a", "1"), ("b", "2"), ("c", "2")):
        _put(lake, name, [("k", "A", "x", phone, None)])
    fuse_library(lake, _library("most_common", ("a", "b", "c")))
    assert _rows(lake, "people")[0]["phone"] == "2"


def test_the_newest_of_several_rows_of_one_source_speaks_for_it(lake: Lake) -> None:
    _put(lake, "police", [("1", "A", "旧", None, "2020-01-01"), ("2", "A", "新", None, "2026-01-01")])
    _put(lake, "insurance", [("B", "B", "x", None, None)])
    fuse_library(lake, _library())
    assert _rows(lake, "people")[0]["name"] == "新"
    first, second = _rows(lake, "people_provenance")
    assert first["police_key"] == "2"
    assert second["insurance_key"] is None, "the row key is the entity's key"


def test_a_source_misjudged_by_its_first_rows_is_fused_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuse, "_FIRST_ROWS", 1)
    _put(lake, "police", [("A", "A", "旧", None, "2020-01-01"), ("x", "A", "新", None, "2026-01-01")])
    assert fuse_library(lake, _library()).entities == 1
    assert _rows(lake, "people")[0]["name"] == "新"
    _put(lake, "police", [("A", "A", "旧", None, "2020-01-01"), ("x", "A", "更新", None, "2026-01-01")])
    assert fuse_library(lake, _library()).entities == 1
    assert _rows(lake, "people")[0]["name"] == "更新"


@pytest.mark.parametrize("links", [True, False])
def test_the_tables_share_a_file_and_nothing_else(lake: Lake, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Changing and compacting the one leaves the other; so does a disk that has no hard links."""
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    _put(lake, "police", [("p1", "A", "张三", None, None), ("p2", "B", None, "1", None)])
    _put(lake, "insurance", [("i1", "A", "张三三", "9", None)])
    fuse_library(lake, _library())
    before = _rows(lake, "people_provenance")
    with lake.transaction() as con:
        con.execute("DELETE FROM base.people")
    lake.compact(keep_days=0)
    assert _rows(lake, "people") == []
    assert _rows(lake, "people_provenance") == before
    assert fuse_library(lake, _library(), rebuild=True).changes.inserted == 2
    assert _rows(lake, "people_provenance") == before


def test_only_touched_entities_are_recomputed(lake: Lake) -> None:
    rows: list[Row] = [(str(n), f"E{n:03}", "n", "1", None) for n in range(100)]
    _put(lake, "police", rows)
    fuse_library(lake, _library())
    _put(lake, "police", [("0", "E000", "m", "1", None), *rows[2:]])
    result = fuse_library(lake, _library())
    assert (result.full, result.recomputed, result.entities) == (False, 2, 99)
    assert (result.changes.updated, result.changes.deleted) == (1, 1)
    assert fuse_library(lake, _library()).recomputed == 0


def test_a_new_source_or_attribute_remakes_the_library(lake: Lake) -> None:
    _put(lake, "police", [("p", "A", "x", None, None)])
    fuse_library(lake, _library())
    _put(lake, "insurance", [("i", "A", "y", "5", None)])
    assert fuse_library(lake, _library()).full
    assert _rows(lake, "people")[0]["phone"] == "5"
    narrower = msgspec.structs.replace(_library(), attributes=_library().attributes[:1])
    fuse_library(lake, narrower)
    assert list(_rows(lake, "people")[0]) == ["id", "name"]


def test_an_attribute_whose_source_is_not_there_yet_is_an_empty_column(lake: Lake) -> None:
    _put(lake, "police", [("p", "A", "张三", "1", None)])
    only = AttributeInput(table="insurance", field="employer")
    wider = msgspec.structs.replace(
        _library(), attributes=(*_library().attributes, Attribute(name="employer", element="x", sources=(only,)))
    )
    fuse_library(lake, wider)
    assert _rows(lake, "people") == [{"id": "A", "name": "张三", "phone": "1", "employer": None}]


def test_without_any_checked_source_it_says_so(lake: Lake) -> None:
    with pytest.raises(HuitongError) as caught:
        fuse_library(lake, _library())
    assert caught.value.code == "fuse.no_input"


def test_types_that_differ_are_named(lake: Lake) -> None:
    _put(lake, "police", [])
    with lake.transaction() as con:
        con.execute("CREATE TABLE std.insurance AS SELECT * REPLACE (1 AS phone) FROM std.police")
    with pytest.raises(HuitongError) as caught:
        fuse_library(lake, _library())
    assert caught.value.code == "fuse.types_differ" and "insurance.phone INTEGER" in caught.value.detail("en")


_entities = st.sampled_from(["A", "B", "C", None])
_values = st.sampled_from(["x", "y", None])
_state = st.dictionaries(
    st.sampled_from("123456"),
    st.tuples(_entities, _values, _values, st.sampled_from(["2026-01-01", "2026-02-01", None])),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(_state, _state), min_size=2, max_size=3), policy=st.sampled_from(["latest", "most_common"])
)
def test_increments_equal_a_rebuild(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, Any]], policy: Policy
) -> None:
    monkeypatch.setattr(fuse, "BUCKET_ROWS", 3)
    tables = ("people", "people_provenance", "people_conflict")
    for police, insurance in steps:
        _put(lake, "police", [(key, *values) for key, values in police.items()])
        _put(lake, "insurance", [(key, *values) for key, values in insurance.items()])
        fuse_library(lake, _library(policy))
    grown = [_rows(lake, name) for name in tables]
    with lake.transaction() as con:
        for name in tables:
            con.execute(f"DROP TABLE base.{name}")
    fuse_library(lake, _library(policy), rebuild=True)
    assert grown == [_rows(lake, name) for name in tables]
