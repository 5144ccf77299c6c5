"""Whether data is as new as its update cycle promises: one rule for the screen and for everybody's desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.models import CatalogItem, CatalogItemQuerySet
from huitong.apps.collection.models import Run

CYCLES = {
    "realtime": dt.timedelta(hours=1),
    "daily": dt.timedelta(days=1, hours=12),
    "weekly": dt.timedelta(days=8),
    "monthly": dt.timedelta(days=32),
    "quarterly": dt.timedelta(days=95),
    "yearly": dt.timedelta(days=370),
}
"""How old data may be, by update cycle, with some grace; data without a cycle is never late."""


@dataclass(frozen=True)
class OverdueItem:
    """A catalog item whose data is older than its cycle allows."""

    code: str
    title: str
    provider: str
    cycle: str
    last: dt.datetime


@dataclass(frozen=True)
class OverdueItems:
    """How many items are past their cycle, and the oldest of them; how many are linked and were never collected."""

    total: int
    never: int
    linked: int
    rows: tuple[OverdueItem, ...]


def too_old(cycle: str, last: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether data collected at ``last`` is past its cycle."""
    allowed = CYCLES.get(cycle)
    return allowed is not None and now - last > allowed


def last_collected() -> dict[int, dt.datetime]:
    """Return when each linked item was last collected, by its id, without those that never were.

    One query: it looks at the newest runs of each item by their index, not through all runs.
    """
    linked = CatalogItem.objects.current().linked().order_by()
    return {pk: last for pk, _cycle, last in _collected(linked) if last is not None}


def overdue_items(viewer: Viewer, *, most: int) -> OverdueItems:
    """Return the items past their cycle among those that ``viewer`` answers for: the bureau and leaders for all,
    an official for the own organisations'. The oldest first. Two queries, and those of the scope."""
    scope = scope_of(viewer)
    linked = CatalogItem.objects.current().linked().order_by()
    mine = linked if scope.limit is None else linked.filter(provider__in=scope.limit)
    now = timezone.now()
    found = _collected(mine)
    late = sorted((last, pk) for pk, cycle, last in found if last is not None and too_old(cycle, last, now))
    return OverdueItems(
        total=len(late),
        never=sum(last is None for _pk, _cycle, last in found),
        linked=len(found),
        rows=_rows(late[:most]),
    )


def _collected(items: CatalogItemQuerySet) -> list[tuple[int, str, dt.datetime | None]]:
    """Id, cycle and last collection of each item."""
    done = Run.objects.filter(item=OuterRef("pk"), kind=Run.Kind.COLLECT, state=Run.State.DONE).order_by("-pk")
    last = Subquery(done.values("finished_at")[:1])
    return list(items.annotate(last=last).values_list("pk", "update_cycle", "last"))


def _rows(late: Iterable[tuple[dt.datetime, int]]) -> tuple[OverdueItem, ...]:
    at = {pk: last for last, pk in late}
    known = CatalogItem.objects.select_related("provider").in_bulk(list(at))
    return tuple(
        OverdueItem(row.code, row.shown_title, row.provider.shown_short, row.update_cycle, last)
        for row, last in ((known[pk], last) for pk, last in at.items())
    )
