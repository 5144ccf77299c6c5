"""Watermarks, kept as text and lowered by the overlap; and what the overlap is for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_collect import _collect, _item, _raw, _write

from huitong.engine.connectors.protocol import WatermarkValue
from huitong.engine.declarations.items import CatalogItem
from huitong.engine.lake import Lake, open_lake
from huitong.engine.watermarks import later, lowered
from huitong.foundation.settings import Settings


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kept", "kind", "overlap", "expected"),
    [
        ("2026-03-01 00:00:30", "TIMESTAMP", 60, datetime(2026, 2, 28, 23, 59, 30)),
        ("2026-03-01 00:00:30.250000", "TIMESTAMP", 0, datetime(2026, 3, 1, 0, 0, 30, 250_000)),
        ("2026-03-01 08:00:00+08", "TIMESTAMP WITH TIME ZONE", 60, datetime.fromisoformat("2026-03-01T07:59:00+08:00")),
        ("2026-03-01", "DATE", 0, date(2026, 3, 1)),
        ("2026-03-01", "DATE", 1, date(2026, 2, 28)),  # part of a day is a day
        ("2026-03-01", "DATE", 86_401, date(2026, 2, 27)),
        ("1000", "BIGINT", 50, 950),
        ("1000", "INTEGER", 0, 1000),
        ("10.25", "DECIMAL(12,2)", 3, Decimal("7.25")),
        ("10.5", "DOUBLE", 1, Decimal("9.5")),
        ("2026-03-01", "VARCHAR", 86_400, "2026-02-28"),
        ("2026-03-01 00:00:30", "VARCHAR", 60, "2026-02-28 23:59:30"),
        ("2026-03-01T00:00:30", "VARCHAR", 60, "2026-02-28T23:59:30"),
        ("v-000017", "VARCHAR", 60, "v-000017"),
    ],
)  # fmt: skip
def test_a_watermark_is_lowered_in_its_own_kind(kept: str, kind: str, overlap: int, expected: WatermarkValue) -> None:
    found = lowered(kept, kind, overlap)
    assert (found, type(found)) == (expected, type(expected))


@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), overlap=st.integers(0, 10**7))
def test_lowered_text_sorts_as_its_time_does(moment: datetime, overlap: int) -> None:
    """A source compares text with text: the bound must not be greater than what it stands for."""
    kept = moment.isoformat(sep=" ")
    bound = lowered(kept, "VARCHAR", overlap)
    assert isinstance(bound, str) and bound <= kept


def test_the_later_of_two_watermarks_goes_by_value() -> None:
    assert later("9", "10", "BIGINT") == "10"
    assert later("9", "10", "VARCHAR") == "9"
    assert later("2026-03-01", "2026-02-28", "DATE") == "2026-03-01"
    assert later("7", "", "BIGINT") == "7"


def _overlapping(overlap: int) -> CatalogItem:
    item = _item(mode="incremental")
    assert item.link
    return msgspec.structs.replace(item, link=msgspec.structs.replace(item.link, overlap=overlap))


@pytest.mark.parametrize(("overlap", "seen"), [(0, False), (120, True)])
def test_an_update_that_was_committed_late_is_found_within_the_overlap(
    lake: Lake, tmp_path: Path, overlap: int, seen: bool
) -> None:
    """A department's transaction takes its time of change at the start and commits after ours has read later ones.

    The row is known, so that neither its key nor the count of rows tells that it changed.
    """
    database = tmp_path / "police.db"
    _write(database, [("1", "张三", "2026-01-01 08:00:00"), ("2", "李四", "2026-01-01 09:00:00")])
    item = _overlapping(overlap)
    _collect(lake, database, item)
    with closing(sqlite3.connect(database)) as con, con:
        con.execute("UPDATE person SET xm = '李肆', gxsj = '2026-01-01 10:00:00' WHERE sfzh = '2'")
    assert _collect(lake, database, item).watermark == "2026-01-01 10:00:00"
    with closing(sqlite3.connect(database)) as con, con:
        con.execute("UPDATE person SET xm = '张叁', gxsj = '2026-01-01 09:59:00' WHERE sfzh = '1'")
    result = _collect(lake, database, item)
    assert (result.mode, result.changes.updated) == ("incremental", int(seen))
    assert [row[2] for row in _raw(lake)] == ["张叁" if seen else "张三", "李肆"]
    assert result.watermark == "2026-01-01 10:00:00", "it never goes back"
    assert _collect(lake, database, item).changes.total == 0, "what is read again changes nothing"
