"""The working-day calendar: every clock in the system counts by it.

The State Council's office announces the holidays and make-up working days of a year in the autumn before. Until then a
year is *provisional*: its weekdays are taken as working days and an answer that passes through it says so, so that open
deadlines can be computed again when the notice comes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TextIO

from chinese_calendar import constants

from huitong.foundation.errors import Terminal

_SATURDAY = 5
_COLUMNS = ("day", "working", "note")
_HORIZON = timedelta(days=366 * 50)


@dataclass(frozen=True)
class CalendarDay:
    """A day that differs from the plain week, or is confirmed as it is: working or resting, and why."""

    day: date
    working: bool
    note: str = ""


@dataclass(frozen=True)
class Deadline:
    """The answer to "n working days after". ``provisional``: it may move, a year on the way has no official notice."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Span:
    """The answer to "how many working days". ``provisional`` as in Deadline."""

    days: int
    provisional: bool


class WorkingCalendar:
    """A table of exceptional days over the plain week (Monday to Friday), and the years that are official."""

    def __init__(self, days: Iterable[CalendarDay], official_years: Iterable[int]) -> None:
        self._days = {entry.day: entry for entry in days}
        self.official_years = frozenset(official_years)

    @property
    def days(self) -> Mapping[date, CalendarDay]:
        """The exceptional days by date."""
        return self._days

    def with_changes(self, days: Iterable[CalendarDay], official_years: Iterable[int] = ()) -> WorkingCalendar:
        """Return a calendar in which these days count instead, and these years are official as well."""
        merged = {**self._days, **{entry.day: entry for entry in days}}
        return WorkingCalendar(merged.values(), self.official_years | frozenset(official_years))

    def is_working(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        entry = self._days.get(day)
        return entry.working if entry else day.weekday() < _SATURDAY

    def is_provisional(self, day: date) -> bool:
        """Tell whether a day lies in a year without an official notice."""
        return day.year not in self.official_years

    def note(self, day: date) -> str:
        """Return why a day is exceptional, "" where it is not."""
        entry = self._days.get(day)
        return entry.note if entry else ""

    def add_working_days(self, start: date, count: int) -> Deadline:
        """Return the ``count``-th working day after ``start`` (before it, when negative); the start does not count.

        This is how deadlines in days run by law (行政许可法, article 82: working days, without public holidays).
        Zero gives ``start`` itself.

        Raises:
            Terminal: ``calendar.too_far`` when it lies more than fifty years away.
        """
        step = timedelta(days=1 if count >= 0 else -1)
        day, left, provisional = start, abs(count), count != 0 and self.is_provisional(start)
        while left:
            day += step
            if abs(day - start) > _HORIZON:
                raise Terminal("calendar.too_far", start=start, count=count)
            provisional = provisional or self.is_provisional(day)
            left -= self.is_working(day)
        return Deadline(day, provisional)

    def working_days_between(self, start: date, end: date) -> Span:
        """Count the working days after ``start`` up to and with ``end``; negative when ``end`` comes first.

        The opposite of ``add_working_days``: what it adds to a start, this finds again.
        """
        if end < start:
            back = self.working_days_between(end - timedelta(days=1), start - timedelta(days=1))
            return Span(-back.days, back.provisional)
        if end - start > _HORIZON:
            raise Terminal("calendar.too_far", start=start, count=(end - start).days)
        days = [start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1)]
        return Span(sum(map(self.is_working, days)), any(map(self.is_provisional, days)))


@cache
def seeded_calendar() -> WorkingCalendar:
    """Return the official calendar as far as the package ``chinesecalendar`` knows it (2004 on)."""
    rests = (CalendarDay(day, working=False, note=note) for day, note in constants.holidays.items())
    works = (CalendarDay(day, working=True, note=note) for day, note in constants.workdays.items())
    return WorkingCalendar([*rests, *works], {day.year for day in constants.holidays})


def write_days(days: Iterable[CalendarDay], stream: TextIO) -> None:
    """Write days as CSV with the columns ``day`` (ISO), ``working`` (1 or 0) and ``note``."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((entry.day.isoformat(), int(entry.working), entry.note) for entry in days)


def read_days(file: Path) -> tuple[CalendarDay, ...]:
    """Read days from a CSV file that ``write_days`` wrote or an official edited.

    Raises:
        Terminal: ``calendar.unreadable_row`` names the line.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return tuple(_day(row, str(file), line) for line, row in enumerate(csv.DictReader(stream), start=2))


def _day(row: Mapping[str, str | None], where: str, line: int) -> CalendarDay:
    working = row.get("working") or ""
    try:
        day = date.fromisoformat(row.get("day") or "")
    except ValueError as error:
        raise Terminal("calendar.unreadable_row", where=where, line=line) from error
    if working not in ("0", "1"):
        raise Terminal("calendar.unreadable_row", where=where, line=line)
    return CalendarDay(day, working=working == "1", note=row.get("note") or "")
