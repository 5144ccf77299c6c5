"""Days pass at the sources: as reported, seen by watermarks, the same everywhere, and finished when cut short."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.packs.contents import everything

from huitong.engine.declarations.pack import Pack
from huitong.packs.demo import TickReport, city_state, tick_city, truth_path
from huitong.packs.demo.generator import tick
from huitong.packs.demo.generator.objects import source_objects

Held = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]


def _by_id(held: Held, table: str) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row for row in held[table][1]}


def _differences(before: Held, after: Held) -> dict[str, tuple[int, int, int]]:
    """Count rows inserted, updated and deleted in each database table."""
    found = {}
    for item in (item for item in source_objects() if item.medium == "db"):
        old, new = _by_id(before, item.table), _by_id(after, item.table)
        updated = sum(1 for key in old.keys() & new.keys() if old[key] != new[key])
        found[item.table] = (len(new.keys() - old.keys()), updated, len(old.keys() - new.keys()))
    return {table: counts for table, counts in found.items() if any(counts)}


def _holdings(home: Path) -> dict[str, int]:
    with duckdb.connect(str(truth_path(home)), read_only=True) as truth:
        return dict(truth.execute('SELECT "table", rows FROM holding').fetchall())


def _reported(report: TickReport) -> dict[str, tuple[int, int, int]]:
    databases = {item.table for item in source_objects() if item.medium == "db"}
    return {one.table: (one.inserted, one.updated, one.deleted) for one in report.tables if one.table in databases}


def test_two_days_change_what_they_report(copied_home: Path, pack: Pack) -> None:
    watermarks = {item.table: item.link.watermark for item in pack.items if item.link and item.link.watermark}
    for day in (1, 2):
        before = everything(copied_home)
        report = tick_city(copied_home)
        after = everything(copied_home)
        assert report.day == day
        assert _reported(report) == _differences(before, after)
        assert {table: len(rows) for table, (_, rows) in after.items()} == _holdings(copied_home)
        for table, watermark in watermarks.items():
            place = after[table][0].index(watermark)
            changed = set(after[table][1]) - set(before[table][1])
            assert all(row[place].startswith(report.date.isoformat()) for row in changed), table
    totals = [sum(getattr(one, what) for one in report.tables) for what in ("inserted", "updated", "deleted", "mended")]
    assert all(totals)
    assert any(one.table == "air_now" and one.updated for one in report.tables)


def test_a_day_cut_short_is_finished_and_no_day_is_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, disturbed = (Path(shutil.copytree(home, tmp_path / name)) for name in ("one", "two"))
    expected = tick_city(undisturbed)
    written = []
    write = tick._apply_database

    def fail_at_the_fourth(*arguments: Any) -> None:
        if len(written) == 3:
            raise OSError("disk full")
        write(*arguments)
        written.append(arguments)

    with monkeypatch.context() as patch:
        patch.setattr(tick, "_apply_database", fail_at_the_fourth)
        with pytest.raises(OSError, match="disk full"):
            tick_city(disturbed)
    assert city_state(disturbed) == city_state(home)
    assert tick_city(disturbed) == expected
    assert city_state(disturbed) == city_state(undisturbed)
    assert everything(disturbed) == everything(undisturbed)


@pytest.mark.slow
def test_a_day_killed_at_any_source_is_finished(home: Path, tmp_path: Path) -> None:
    undisturbed, disturbed = (Path(shutil.copytree(home, tmp_path / name)) for name in ("one", "two"))
    expected = tick_city(undisturbed)
    program = f"from pathlib import Path; from huitong.packs.demo import tick_city; tick_city(Path({str(disturbed)!r}))"
    for file in ("police/rkxx.db", "housing_fund/gjj.db", "tax/jsxt.db"):
        watched = disturbed / "city" / file
        before = watched.stat().st_mtime_ns
        with subprocess.Popen([sys.executable, "-c", program]) as process:
            while watched.stat().st_mtime_ns == before and process.poll() is None:
                time.sleep(0.001)
            process.kill()
        if city_state(disturbed) != city_state(home):
            break  # the day was over before the kill
    else:
        assert tick_city(disturbed) == expected
    assert everything(disturbed) == everything(undisturbed)


def test_a_day_that_was_not_decided_leaves_no_trace(
    home: Path, copied_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(copied_home)

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(tick, "count_delivery", fail)
        with pytest.raises(OSError, match="disk full"):
            tick_city(copied_home)
    assert everything(copied_home) == before
    assert city_state(copied_home) == city_state(home)
