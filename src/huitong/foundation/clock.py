"""Now, in UTC; and the city's time, Beijing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone and no summer time."""


_pretended: ContextVar[datetime | None] = ContextVar("huitong_pretended_now", default=None)


def now() -> datetime:
    """Return this moment, with time zone UTC."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """Let it be an aware ``moment`` inside: for the invented past of the demo city, and nothing else."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def to_beijing(moment: datetime) -> datetime:
    """Return an aware moment in Beijing time."""
    return moment.astimezone(BEIJING)


def beijing_today(moment: datetime | None = None) -> date:
    """Return the day it is in Beijing, now or at a moment."""
    return to_beijing(moment or now()).date()


def beijing_text(moment: datetime) -> str:
    """Write an aware moment for a reader: ``2026-01-31 08:05:09`` in Beijing time."""
    return to_beijing(moment).strftime("%Y-%m-%d %H:%M:%S")


def beijing_day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the UTC moments at which a Beijing day begins and the next one begins."""
    start = datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC)
    return start, start + timedelta(days=1)
