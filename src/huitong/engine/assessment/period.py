"""A quarter of a year: what an assessment is of."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from huitong.foundation.errors import Terminal

_CODE = re.compile(r"(\d{4})[Qq]([1-4])", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """One quarter, Beijing days; ordered by time."""

    year: int
    number: int
    """1 to 4."""

    @property
    def code(self) -> str:
        """``2026Q3``."""
        return f"{self.year}Q{self.number}"

    @property
    def starts(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def ends(self) -> dt.date:
        """Its last day."""
        return self.next.starts - dt.timedelta(days=1)

    @property
    def next(self) -> Period:
        """The quarter after this one."""
        return Period(self.year, self.number + 1) if self.number < 4 else Period(self.year + 1, 1)

    @property
    def previous(self) -> Period:
        """The quarter before this one."""
        return Period(self.year, self.number - 1) if self.number > 1 else Period(self.year - 1, 4)


def period_of(code: str) -> Period:
    """Read ``2026Q3``.

    Raises:
        Terminal: ``assessment.bad_quarter``.
    """
    match = _CODE.fullmatch(code)
    if match is None or not 2000 <= int(match[1]) < 9999:
        raise Terminal("assessment.bad_quarter", quarter=code[:40])
    return Period(int(match[1]), int(match[2]))


def period_at(day: dt.date) -> Period:
    """Return the quarter that a Beijing day lies in."""
    return Period(day.year, (day.month + 2) // 3)
