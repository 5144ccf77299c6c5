"""What collecting moved since the last look: each run is counted once, and no look reads the runs of the past.

Runs are numbered in the order in which they were queued, and end in any order. So a look reads the runs that were open
at the look before, and those with higher numbers; the first one reads backwards to the day before today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Max, Q
from django.utils import timezone

from huitong.apps.collection.models import Run, RunQuerySet

OVERLAP = 100
"""Numbers below the highest that are looked at again: on PostgreSQL they may be committed out of order."""
COLUMNS = ("kind", "state", "item", "organisation", "counts", "queued_at", "finished_at")
OPEN = (Run.State.QUEUED, Run.State.RUNNING)


@dataclass(frozen=True)
class Moved:
    """One collection that was done: of which item and organisation, how many rows came, changed or went."""

    item: int | None
    organisation: int | None
    rows: int
    at: dt.datetime


class Movement:
    """Reads runs as they end. Memory: the runs that are open, and the last :data:`OVERLAP`."""

    def __init__(self) -> None:
        self.anew = True
        """Whether the last news are all of today's: at first, or when the database was put back to an earlier state."""
        self._top: int | None = None
        self._open: set[int] = set()
        self._counted: set[int] = set()

    def news(self) -> tuple[Moved, ...]:
        """Return the collections that were done since the last call. Two queries; grows with what is new and open."""
        top = Run.objects.aggregate(top=Max("pk"))["top"] or 0
        self.anew = self._top is None or top < self._top
        rows: Iterable[Run] = self._since_yesterday() if self.anew else self._newer(self._top or 0)
        found, open_now = [], set()
        for row in rows:
            if row.state in OPEN:
                open_now.add(row.pk)
            elif row.pk not in self._counted:
                self._counted.add(row.pk)
                if row.state == Run.State.DONE and row.kind == Run.Kind.COLLECT and row.finished_at is not None:
                    counts = row.typed_counts
                    change = counts.inserted + counts.updated + counts.deleted
                    found.append(Moved(row.item_id, row.organisation_id, change, row.finished_at))
        self._top, self._open = top, open_now
        self._counted = {pk for pk in self._counted if pk > top - OVERLAP}
        return tuple(found)

    def _newer(self, top: int) -> RunQuerySet:
        newer = Run.objects.filter(Q(pk__gt=top - OVERLAP) | Q(pk__in=self._open))
        return newer.order_by().only(*COLUMNS)

    def _since_yesterday(self) -> Iterator[Run]:
        self._open, self._counted = set(), set()
        since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
        for row in Run.objects.order_by("-pk").only(*COLUMNS).iterator(chunk_size=500):
            if row.queued_at < since:
                return
            yield row
