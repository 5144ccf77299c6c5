"""The shipped indicators over rows few enough to count on one's fingers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest

from huitong.engine.assessment.deriving import derive
from huitong.engine.assessment.facts import write_facts
from huitong.engine.assessment.tables import fact_tables
from huitong.engine.declarations.load import load_pack

SHIPPED = {one.code: one for one in load_pack("assessment").indicators}
QUARTER = {"code": "2026Q1", "starts": dt.date(2026, 1, 1), "ends": dt.date(2026, 3, 31), "until": dt.date(2026, 3, 31)}


def row(table: str, **values: object) -> tuple[object, ...]:
    """A row of a fact table about the police."""
    known = {"organisation": "police", "unit": "police", **values}
    return tuple(known.get(column.name) for column in fact_tables()[table].columns)


def value(folder: Path, indicator: str, **rows: Iterable[tuple[object, ...]]) -> tuple[float, float, float]:
    """Value, numerator and denominator of an indicator for the police."""
    facts = {"quarter": [[row("quarter", **QUARTER)]], **{table: [list(some)] for table, some in rows.items()}}
    (found,) = derive(folder, write_facts(folder, "2026Q1", facts), (SHIPPED[indicator],))[indicator]
    return found.value, found.numerator, found.denominator


def march(day: int) -> dt.date:
    """A day of the quarter's last month."""
    return dt.date(2026, 3, day)


def test_freshness(tmp_path: Path) -> None:
    """A weekly item first collected on 3 March owes 29 days ÷ 7 = 4 updates; a daily one, 90 in the quarter."""
    items = [
        row("items", key="weekly", cycle_days=7, linked_on=march(3)),
        row("items", key="daily", cycle_days=1, linked_on=dt.date(2025, 6, 1)),
        row("items", key="irregular", cycle_days=None, linked_on=march(3)),
        row("items", key="never", cycle_days=1, linked_on=None),
        row("items", key="later", cycle_days=1, linked_on=dt.date(2026, 4, 1)),
    ]
    weekly = {
        3: 1,  # first week
        12: 1,  # second week
        13: 2,  # second week again
        18: 0,  # third week: failed
        31: 1,  # fifth week, which has only begun
    }
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(47)]
    collections = [
        *(row("collections", key="weekly", day=march(day), done=done, failed=1) for day, done in weekly.items()),
        *(row("collections", key="daily", day=day, done=1, failed=0) for day in days),
        row("collections", key="daily", day=dt.date(2025, 12, 31), done=1, failed=0),
        row("collections", key="irregular", day=march(9), done=1, failed=0),
    ]
    assert value(tmp_path, "freshness", items=items, collections=collections) == (pytest.approx(52.12766), 49, 94)


def test_issue_mending(tmp_path: Path) -> None:
    """Two of four: mended on the 15th day counts, on the 16th not; what is open for 14 days is still young."""
    issues = [
        row("issues", key="quick", days_open=3, closed_on=march(10)),
        row("issues", key="just", days_open=15, closed_on=march(10)),
        row("issues", key="slow", days_open=16, closed_on=march(10)),
        row("issues", key="old", days_open=15, closed_on=None),
        row("issues", key="young", days_open=14, closed_on=None),
    ]
    assert value(tmp_path, "issue_mending", issues=issues) == (50.0, 2, 4)


def test_answer_time(tmp_path: Path) -> None:
    """Three of four: what fell due today and is open is not late yet."""
    cases = [
        row("cases", key="1", ended_on=march(5), late=False),
        row("cases", key="2", ended_on=march(6), late=False),
        row("cases", key="3", ended_on=None, due_on=march(31), late=False),
        row("cases", key="4", ended_on=march(20), late=True),
    ]
    assert value(tmp_path, "answer_time", cases=cases) == (75.0, 3, 4)


def test_disputes(tmp_path: Path) -> None:
    """One of four: solved late, and not solved though due today, both count against the source."""
    disputes = [
        row("disputes", key="1", ended_on=march(5), late=False, outcome="explained"),
        row("disputes", key="2", ended_on=march(20), late=True, outcome="kept"),
        row("disputes", key="3", ended_on=None, due_on=march(31), late=False, outcome="answering"),
        row("disputes", key="4", ended_on=None, due_on=march(9), late=True, outcome="answering"),
    ]
    assert value(tmp_path, "disputes", disputes=disputes) == (25.0, 1, 4)
