"""Working days: the official notices, make-up days, provisional years, edits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.foundation import clock
from huitong.foundation.calendar import CalendarDay, Deadline, Span, read_days, seeded_calendar, write_days
from huitong.foundation.errors import Terminal

CALENDAR = seeded_calendar()
days = st.dates(date(2015, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 10, 13), -5, date(2026, 9, 30)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
    ],
)
def test_known_deadlines(start: date, count: int, end: date) -> None:
    assert CALENDAR.add_working_days(start, count) == Deadline(end, provisional=False)


@given(days, st.integers(1, 60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    deadline = CALENDAR.add_working_days(start, count)
    assert CALENDAR.is_working(deadline.day)
    assert CALENDAR.working_days_between(start, deadline.day) == Span(count, deadline.provisional)
    assert CALENDAR.working_days_between(start, deadline.day - timedelta(days=1)).days == count - 1


@given(days, days)
def test_counting_backwards_is_negative(one: date, other: date) -> None:
    there = CALENDAR.working_days_between(one, other).days
    back = CALENDAR.working_days_between(other, one).days
    assert abs(there + back) <= 1  # they differ by the end that counts


def test_years_without_notice_are_provisional_until_it_comes() -> None:
    start = date(2026, 12, 30)
    before = CALENDAR.add_working_days(start, 5)
    assert before.provisional
    assert not CALENDAR.add_working_days(start, 1).provisional
    notice = [CalendarDay(date(2027, 1, 1), working=False, note="元旦"), CalendarDay(date(2027, 1, 3), working=True)]
    after = CALENDAR.with_changes(notice, official_years=[2027]).add_working_days(start, 5)
    assert not after.provisional
    assert (before.day, after.day) == (date(2027, 1, 6), date(2027, 1, 6))


def test_an_edited_day_counts() -> None:
    edited = CALENDAR.with_changes([CalendarDay(date(2026, 3, 4), working=False, note="停电")])
    assert edited.add_working_days(date(2026, 3, 3), 1).day == date(2026, 3, 5)
    assert edited.note(date(2026, 3, 4)) == "停电"
    assert CALENDAR.add_working_days(date(2026, 3, 3), 1).day == date(2026, 3, 4)


def test_days_are_written_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    with file.open("w", encoding="utf-8") as stream:
        write_days(CALENDAR.days.values(), stream)
    assert {entry.day: entry for entry in read_days(file)} == dict(CALENDAR.days)


@pytest.mark.parametrize("row", ["2026-13-01,1,", "2026-01-01,yes,", "nonsense", "2026-01-01"])
def test_an_unreadable_row_is_named(tmp_path: Path, row: str) -> None:
    file = tmp_path / "days.csv"
    file.write_text(f"day,working,note\n2026-01-01,0,元旦\n{row}\n", encoding="utf-8")
    with pytest.raises(Terminal) as caught:
        read_days(file)
    assert caught.value.code == "calendar.unreadable_row"
    assert caught.value.parameters["line"] == 3


def test_an_endless_deadline_is_refused() -> None:
    with pytest.raises(Terminal, match=r"calendar\.too_far"):
        CALENDAR.add_working_days(date(2026, 1, 1), 100_000)
    with pytest.raises(Terminal, match=r"calendar\.too_far"):
        CALENDAR.working_days_between(date(1900, 1, 1), date(2026, 1, 1))


def test_beijing_time() -> None:
    late = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)
    assert clock.beijing_today(late) == date(2026, 2, 1)
    assert clock.beijing_text(late) == "2026-02-01 00:30:00"
    start, end = clock.beijing_day_bounds(date(2026, 2, 1))
    assert start == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert start <= late < end
    assert clock.now().tzinfo is UTC
