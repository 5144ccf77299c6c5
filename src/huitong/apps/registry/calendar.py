"""A year of working days as the page and the API show it, and what its last change did to deadlines."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django_tasks_db.models import DBTaskResult

from huitong.apps.accounts.models import CalendarDay, CalendarYear
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases.models import CaseClock, CaseEvent
from huitong.apps.cases.selectors import recount_task
from huitong.foundation import clock
from huitong.foundation.calendar import WorkingCalendar
from huitong.foundation.errors import Terminal

FIRST, LAST = 2004, 2099
"""Years that the page shows: the shipped calendar begins with the first."""
SHOWN_MOVES = 20
Mark = Literal["work", "rest", "off", "made_up"]
"""A plain working day, a plain weekend, a day off by notice or by hand, a day off that is worked instead."""


@dataclass(frozen=True)
class Day:
    """One day. ``by_hand``: the city set it; the shipped calendar and the notices may say otherwise."""

    day: dt.date
    working: bool
    mark: Mark
    note: str
    by_hand: bool


@dataclass(frozen=True)
class Month:
    """One month: weeks from Monday, None where a day belongs to another month."""

    first: dt.date
    weeks: Sequence[Sequence[Day | None]]


@dataclass(frozen=True)
class Recount:
    """The last time deadlines were counted again for a year."""

    asked_at: dt.datetime
    state: Literal["waiting", "done", "failed"]
    moved: int


@dataclass(frozen=True)
class Year:
    """A year of the city's calendar."""

    year: int
    official: bool
    notice: str
    days: tuple[Day, ...]

    @property
    def working(self) -> int:
        """Number of working days."""
        return sum(one.working for one in self.days)

    def marked(self, mark: Mark) -> tuple[Day, ...]:
        """Return the days with a mark."""
        return tuple(one for one in self.days if one.mark == mark)

    def months(self) -> tuple[Month, ...]:
        """Return the days by month and week."""
        by_day = {one.day: one for one in self.days}
        weeks = calendar.Calendar(firstweekday=0)
        return tuple(
            Month(
                dt.date(self.year, month, 1),
                [
                    [by_day[day] if day.month == month else None for day in week]
                    for week in weeks.monthdatescalendar(self.year, month)
                ],
            )
            for month in range(1, 13)
        )


def require_year(year: int) -> None:
    """Refuse a year that the calendar does not show.

    Raises:
        Terminal: ``people.invalid_input``.
    """
    if not FIRST <= year <= LAST:
        raise Terminal("people.invalid_input", field="year", reason=f"{FIRST}-{LAST}")


def year_of(year: int) -> Year:
    """Return a year's days. Four queries."""
    known = working_calendar()
    by_hand = set(CalendarDay.objects.filter(day__year=year, notice_year=None).values_list("day", flat=True))
    notice = CalendarYear.objects.filter(year=year).values_list("notice", flat=True).first() or ""
    length = 366 if calendar.isleap(year) else 365
    days = (dt.date(year, 1, 1) + dt.timedelta(days=ahead) for ahead in range(length))
    official = year in known.official_years
    return Year(year, official, notice, tuple(_day(known, day, by_hand) for day in days))


def _day(known: WorkingCalendar, day: dt.date, by_hand: set[dt.date]) -> Day:
    working, note, weekend = known.is_working(day), known.note(day), day.weekday() >= calendar.SATURDAY
    named = day in known.days
    mark: Mark = "work" if working else "rest"
    if weekend and working:
        mark = "made_up"
    elif not working and (named or not weekend):
        mark = "off"
    return Day(day, working, mark, note, day in by_hand)


def next_provisional_year() -> int:
    """Return the coming year while it has no official calendar, else 0; the running one first. Two queries."""
    official, now = working_calendar().official_years, clock.beijing_today().year
    return next((year for year in (now, now + 1) if year not in official), 0)


def last_recount(year: int) -> Recount | None:
    """Return what the last change of a year's days did to deadlines. One query."""
    tasks = DBTaskResult.objects.filter(task_path=recount_task()).order_by("-enqueued_at")[:50]
    row = next((one for one in tasks if one.args_kwargs["args"] == [year]), None)
    if row is None:
        return None
    if row.finished_at is None:
        return Recount(row.enqueued_at, "waiting", 0)
    failed = row.return_value is None
    return Recount(row.enqueued_at, "failed" if failed else "done", int(row.return_value or 0))


def provisional_deadlines(viewer: Viewer) -> int:
    """Return how many running clocks of cases that ``viewer`` sees rest on a provisional year. One query."""
    return CaseClock.objects.visible_to(viewer).filter(state=CaseClock.State.RUNNING, provisional=True).count()


def moved_deadlines(viewer: Viewer) -> tuple[CaseEvent, ...]:
    """Return the last deadlines of open cases that a change of the calendar moved, newest first. One query."""
    rows = CaseEvent.objects.visible_to(viewer).filter(kind=CaseEvent.Kind.MOVED, case__closed_at__isnull=True)
    return tuple(rows.select_related("case__type").order_by("-pk")[:SHOWN_MOVES])
