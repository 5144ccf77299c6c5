"""``/api/calendar``: the city's working days, one year at a time."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Field, Router, Schema

from huitong.apps.accounts.selectors import require_bureau, require_official
from huitong.apps.accounts.services import enter_calendar_notice, set_calendar_day
from huitong.apps.api_auth import caller
from huitong.apps.registry.calendar import Day, last_recount, require_year, year_of
from huitong.apps.registry.calendar_views import doubts_text
from huitong.foundation.calendar_notice import read_notice
from huitong.foundation.errors import Terminal

router = Router(tags=["calendar"])


class DayOut(Schema):
    """One day that is not just a working weekday or a plain weekend."""

    day: dt.date
    working: bool
    note: str
    by_hand: bool


class CalendarOut(Schema):
    """A year. ``moved``: deadlines that the last change moved; null before one, or while they are counted."""

    year: int
    official: bool
    notice: str
    working_days: int
    days: list[DayOut]
    moved: int | None


class DayIn(Schema):
    """A day as it is to be."""

    working: bool
    note: str = Field("", max_length=200)


class NoticeIn(Schema):
    """A year's notice. ``number`` may be left out where the text has it."""

    text: str = Field(max_length=20_000)
    number: str = Field("", max_length=200)


@router.get("/{int:year}", response=CalendarOut, operation_id="get_calendar", summary="Get a year's working days")
def get_calendar(request: HttpRequest, year: int) -> dict[str, object]:
    """Return the exceptional days of a year and whether its official notice has been entered."""
    require_official(caller(request))
    return _year(year)


@router.put(
    "/days/{day}", response=CalendarOut, operation_id="set_calendar_day", summary="Make a day a working day or not"
)
def set_day(request: HttpRequest, day: dt.date, body: DayIn) -> dict[str, object]:
    """Set one day by hand, for the bureau; deadlines are counted again in the background."""
    user = require_bureau(caller(request))
    require_year(day.year)
    set_calendar_day(user, day=day, working=body.working, note=body.note)
    return _year(day.year)


@router.post(
    "/{int:year}/notice", response=CalendarOut, operation_id="enter_calendar_notice", summary="Enter a year's notice"
)
def enter_notice(request: HttpRequest, year: int, body: NoticeIn) -> dict[str, object]:
    """Make a year official with the text of its notice, for the bureau; refused where dates do not fit."""
    user = require_bureau(caller(request))
    require_year(year)
    read = read_notice(body.text, year)
    if read.doubts or not read.days:
        raise Terminal("calendar.notice_doubtful", year=year, doubts=doubts_text(read.doubts) or "—")
    enter_calendar_notice(user, year=year, notice=body.number or read.number, days=read.days)
    return _year(year)


def _year(year: int) -> dict[str, object]:
    require_year(year)
    found, recount = year_of(year), last_recount(year)
    days = [_out(one) for one in found.days if one.mark in ("off", "made_up") or one.by_hand]
    moved = recount.moved if recount and recount.state == "done" else None
    return {
        "year": year,
        "official": found.official,
        "notice": found.notice,
        "working_days": found.working,
        "days": days,
        "moved": moved,
    }


def _out(one: Day) -> dict[str, object]:
    return {"day": one.day, "working": one.working, "note": one.note, "by_hand": one.by_hand}
