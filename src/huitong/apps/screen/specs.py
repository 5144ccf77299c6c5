"""What the screen shows, for everybody the same: sums and titles, no row and no person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """A title in both languages: one picture serves all viewers."""

    zh: str
    en: str


@dataclass(frozen=True)
class Lane:
    """One department in the flow, with where it is drawn."""

    code: str
    title: Named
    rows: int
    """Rows as they are at the department, in ``raw``."""
    moved_today: int
    """Rows that came, changed or went since midnight in Beijing."""
    moved_now: int
    """… since the picture before this one."""
    held: int
    """Rows held back by the checks."""
    failing: int
    path: str
    width: float
    """How thick its way is drawn, in rem."""


@dataclass(frozen=True)
class Minute:
    """Calls in one minute; ``x`` and ``height`` are of the chart's bar."""

    at: dt.datetime
    calls: int
    x: float
    height: float


@dataclass(frozen=True)
class LateItem:
    """A catalog item whose data is older than its update cycle allows."""

    code: str
    title: Named
    provider: Named
    cycle: str
    last: dt.datetime | None


@dataclass(frozen=True)
class Freshness:
    """Linked items by whether their data is as new as promised."""

    on_time: int
    late: int
    never: int
    worst: tuple[LateItem, ...]

    @property
    def all(self) -> int:
        """Linked items."""
        return self.on_time + self.late + self.never


@dataclass(frozen=True)
class LateCase:
    """A case past its day."""

    number: str
    title: Named
    organisation: Named
    due_on: dt.date


@dataclass(frozen=True)
class Work:
    """Cases that are open, and those past their day."""

    open: int
    late: int
    worst: tuple[LateCase, ...]


@dataclass(frozen=True)
class County:
    """What the organisations of one county hold."""

    code: str
    title: Named
    rows: int
    step: int
    """0 (nothing) … 5 (most), for the colour."""
    rank: int
    """1 for the county with most rows; 0 beyond those that are listed, and where there are none."""


@dataclass(frozen=True)
class WorstIssue:
    """One open quality issue with many rows."""

    item: str
    """The item's code."""
    title: Named
    provider: Named
    failed: int


@dataclass(frozen=True)
class Picture:
    """Everything the screen shows at one moment."""

    as_of: dt.datetime
    city: Named
    division: str
    lanes: tuple[Lane, ...]
    others: int
    """Departments beyond the lanes that are drawn."""
    rows: int
    moved_today: int
    items: int
    linked: int
    passed: int
    held: int
    issues: int
    worst_issues: tuple[WorstIssue, ...]
    library_rows: int
    calls_today: int
    minutes: tuple[Minute, ...]
    freshness: Freshness
    work: Work
    counties: tuple[County, ...]

    @property
    def ranked(self) -> tuple[County, ...]:
        """The counties that are listed beside the map, most rows first."""
        return tuple(sorted((one for one in self.counties if one.rank), key=lambda one: one.rank))

    @property
    def stage(self) -> str:
        """How far the city has come: ``empty`` (no department), ``unlinked``, ``uncollected``, ``working``."""
        if not self.lanes:
            return "empty"
        if not self.linked:
            return "unlinked"
        return "working" if self.rows else "uncollected"

    @property
    def checked(self) -> int:
        """Rows that were checked."""
        return self.passed + self.held

    @property
    def calls_now(self) -> int:
        """Calls of the last whole minute."""
        return self.minutes[-2].calls if len(self.minutes) > 1 else 0

    @property
    def most_calls(self) -> int:
        """Calls of the busiest minute shown."""
        return max((minute.calls for minute in self.minutes), default=0)
