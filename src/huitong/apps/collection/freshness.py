"""Whether data is as new as its update cycle promises: one rule for the screen and for everybody's desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, FilteredRelation, Q
from django.utils import timezone

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.models import CatalogItem, CatalogItemQuerySet
from huitong.apps.collection.models import Run, TargetState

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
    """Return when each linked item was last collected, by its id, without those that never were. One query."""
    collected = TargetState.objects.filter(kind=Run.Kind.COLLECT, done_at__isnull=False, item__isnull=False)
    current = collected.exclude(item__state="cancelled").exclude(item__link_state="none").order_by()
    return {item: last for item, last in current.values_list("item", "done_at") if item and last}


def overdue_items(viewer: Viewer, *, most: int) -> OverdueItems:
    """Return the items past their cycle among those that ``viewer`` answers for: the bureau and leaders for all,
    an official for the own organisations'. The oldest first. Two queries, and those of the scope."""
    scope = scope_of(viewer)
    mine = _linked() if scope.limit is None else _linked().filter(provider__in=scope.limit)
    now, past = timezone.now(), Q()
    for cycle, allowed in CYCLES.items():
        past |= Q(update_cycle=cycle, collecting__done_at__lt=now - allowed)
    counted = mine.aggregate(
        total=Count("pk", filter=past), never=Count("pk", filter=Q(collecting__done_at=None)), linked=Count("pk")
    )
    if not counted["total"]:
        return OverdueItems(**counted, rows=())
    oldest = mine.filter(past).annotate(last=F("collecting__done_at")).order_by("last", "pk")
    return OverdueItems(**counted, rows=_rows(oldest[:most]))


def _linked() -> CatalogItemQuerySet:
    """Current linked items, beside each how its collection stands as ``collecting``."""
    states = FilteredRelation("target_states", condition=Q(target_states__kind=Run.Kind.COLLECT))
    return CatalogItem.objects.current().linked().order_by().annotate(collecting=states)


def _rows(late: CatalogItemQuerySet) -> tuple[OverdueItem, ...]:
    rows = late.select_related("provider").defer("spec")
    return tuple(
        OverdueItem(row.code, row.shown_title, row.provider.shown_short, row.update_cycle, vars(row)["last"])
        for row in rows
    )
