"""The working calendar's writes: a day set by hand, a year confirmed, a year's notice entered and entered again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from huitong.apps.accounts.calendar_watch import calendar_changed
from huitong.apps.accounts.models import CalendarDay, CalendarYear, User
from huitong.apps.accounts.selectors import require_bureau, working_calendar
from huitong.apps.accounts.specs import CalendarDaySpec, CalendarNoticeSpec, CalendarYearSpec, NoticeTaken
from huitong.apps.ledger.services import record_audit
from huitong.foundation import calendar as foundation_calendar
from huitong.foundation.errors import Terminal


@transaction.atomic
def set_calendar_day(acting_user: User, *, day: dt.date, working: bool, note: str = "") -> CalendarDay:
    """Make a day a working day, or a day off, whatever the shipped calendar and the notices say.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it.
    """
    require_bureau(acting_user)
    old = CalendarDay.objects.filter(day=day).first()
    before = CalendarDaySpec(day=day.isoformat(), working=old.working, note=old.note) if old else None
    row, _ = CalendarDay.objects.update_or_create(
        day=day, defaults={"working": working, "note": note, "notice_year": None}
    )
    calendar_changed(day.year)
    record_audit(
        acting_user,
        action="accounts.set_calendar_day",
        kind="calendar_day",
        target=day.isoformat(),
        before=before,
        after=CalendarDaySpec(day=day.isoformat(), working=working, note=note),
    )
    return row


@transaction.atomic
def confirm_calendar_year(acting_user: User, *, year: int, notice: str) -> None:
    """Record that the official notice of a year has been entered: its days are provisional no more.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it.
    """
    require_bureau(acting_user)
    CalendarYear.objects.update_or_create(year=year, defaults={"notice": notice})
    calendar_changed(year)
    record_audit(
        acting_user,
        action="accounts.confirm_calendar_year",
        kind="calendar_year",
        target=str(year),
        after=CalendarYearSpec(year=year, notice=notice),
    )


@transaction.atomic
def enter_calendar_notice(
    acting_user: User, *, year: int, notice: str, days: Iterable[foundation_calendar.CalendarDay]
) -> NoticeTaken:
    """Take over the days of a year's official notice and make the year official.

    What an earlier text of the same notice named and this one does not is as the shipped calendar has it again. A day
    set by hand stays as it was set, for the city had its reason: where it differs, the answer and the audit name it.
    Deadlines are counted again in the background, once for each year that the changed days lie in.

    Args:
        notice: its number, kept as the reason.
        days: what the notice names; other days stay as they are.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``calendar.notice_unnamed`` without its number.
    """
    require_bureau(acting_user)
    if not notice.strip():
        raise Terminal("calendar.notice_unnamed", year=year)
    named, known = {one.day: one for one in days}, working_calendar()
    by_hand = {row.day: row.working for row in CalendarDay.objects.filter(notice_year=None)}
    dropped = CalendarDay.objects.filter(notice_year=year).exclude(day__in=named)
    touched = {*named, *dropped.values_list("day", flat=True)}
    dropped.delete()
    for one in named.values():
        if one.day not in by_hand:
            said = {"working": one.working, "note": one.note, "notice_year": year}
            CalendarDay.objects.update_or_create(day=one.day, defaults=said)
    CalendarYear.objects.update_or_create(year=year, defaults={"notice": notice.strip()[:200]})
    now = working_calendar()
    changed = [day for day in touched if known.is_working(day) != now.is_working(day)]
    kept = tuple(sorted(day for day, one in named.items() if by_hand.get(day, one.working) != one.working))
    for moved in sorted({year, *(day.year for day in changed)}):
        calendar_changed(moved)
    _record_notice(acting_user, year, notice, named.values(), kept)
    return NoticeTaken(len(changed), kept)


def _record_notice(
    user: User, year: int, notice: str, days: Iterable[foundation_calendar.CalendarDay], kept: tuple[dt.date, ...]
) -> None:
    said = tuple(CalendarDaySpec(day=one.day.isoformat(), working=one.working, note=one.note) for one in days)
    by_hand = tuple(day.isoformat() for day in kept)
    record_audit(
        user,
        action="accounts.enter_calendar_notice",
        kind="calendar_year",
        target=str(year),
        after=CalendarNoticeSpec(year=year, notice=notice.strip()[:200], days=said, kept_by_hand=by_hand),
    )
