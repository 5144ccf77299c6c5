"""Cases past their day, of the whole city: for the screen, whose viewers see everything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.apps.cases.models import Case
from huitong.foundation import clock

COUNTED = 10_000
"""Counts stop here."""


@dataclass(frozen=True)
class LateCases:
    """How many are open and late, each count stopping at :data:`COUNTED`, and the longest late with their days."""

    open: int
    late: int
    worst: tuple[tuple[Case, dt.date], ...]


def late_cases(*, most: int) -> LateCases:
    """Return the cases past their day, the longest late first. Three queries."""
    waiting = Case.objects.filter(closed_at=None).exclude(turn="")
    late = waiting.filter(sort_on__lt=clock.beijing_today())
    rows = late.select_related("turn_organisation", "type").order_by("sort_on", "pk")[:most]
    return LateCases(
        open=waiting.order_by()[:COUNTED].count(),
        late=late.order_by()[:COUNTED].count(),
        worst=tuple((row, row.sort_on) for row in rows if row.sort_on is not None),
    )
