"""The chain finds in the departments' data what the truth says is in it, on the first day and on the next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from huitong.engine.check import check_item, check_order
from huitong.engine.collect import collect_item
from huitong.engine.declarations.pack import Pack
from huitong.engine.declarations.variables import expand_source
from huitong.engine.fuse import fuse_library
from huitong.engine.lake import Lake, open_lake
from huitong.engine.standards import Standards
from huitong.foundation.settings import load_settings
from huitong.packs.demo import TruthCounts, serve_city_pages, tick_city, truth_counts


def _run_chain(lake: Lake, pack: Pack, home: Path, tables: Iterable[str]) -> dict[str, int]:
    """Collect, check and fuse; return the libraries' entities."""
    sources = {source.code: source for source in pack.sources}
    standards = Standards.of(pack.elements, pack.codelists)
    wanted = [item for item in check_order(pack.items) if item.table in set(tables)]
    with serve_city_pages(home) as web:
        variables = {"home": str(home), "city_web": web}
        for item in wanted:
            assert item.link
            collect_item(lake, item, expand_source(sources[item.link.source], variables), variables)
    for item in wanted:
        check_item(lake, item, standards)
    complete = [one for one in pack.libraries if {source.table for source in one.sources} <= set(tables)]
    return {library.table: fuse_library(lake, library).entities for library in complete}


def _agrees(lake: Lake, truth: TruthCounts, tables: Iterable[str]) -> None:
    rows = lake.row_counts()
    for table in tables:
        stopped = sum(count for (name, _), count in truth.quarantined.items() if name == table)
        assert rows["raw", table] == truth.rows[table], table
        assert rows["quarantine", table] == stopped, table
        assert rows["std", table] == truth.rows[table] - stopped, table


def test_three_departments_agree_with_the_truth_day_by_day(copied_home: Path, pack: Pack) -> None:
    tables = ["market_company", "civil_low_income", "air_now"]
    with open_lake(load_settings(home=copied_home, environment={})) as lake:
        _run_chain(lake, pack, copied_home, tables)
        _agrees(lake, truth_counts(copied_home), tables)
        tick_city(copied_home)
        _run_chain(lake, pack, copied_home, tables)
        _agrees(lake, truth_counts(copied_home), tables)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_everything_agrees_with_the_truth_day_by_day(copied_home: Path, pack: Pack) -> None:
    tables = [item.table for item in pack.items]
    with open_lake(load_settings(home=copied_home, environment={})) as lake:
        for _ in range(3):
            truth = truth_counts(copied_home)
            assert _run_chain(lake, pack, copied_home, tables) == truth.entities
            _agrees(lake, truth, tables)
            tick_city(copied_home)
