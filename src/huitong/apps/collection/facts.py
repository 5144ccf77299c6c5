"""What an assessment counts of collection: days collected, issues, rows. Rows are read in batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate

from huitong.apps.catalog.models import CatalogItem
from huitong.apps.collection.models import QualityIssue, Run, TableState
from huitong.foundation.clock import BEIJING, beijing_day_bounds, to_beijing

CollectionDay = tuple[str, int, dt.date, int, int]
"""Item code, id of its provider, Beijing day, collections that succeeded, that failed."""
IssueFact = tuple[str, str, str, str, int, str, int, int, dt.date, dt.date | None]
"""Item code, its title, in English, rule, id of the provider, severity, failed rows, rows, found on, solved on."""


def collection_days(since: dt.date, until: dt.date) -> Iterator[CollectionDay]:
    """Give the days from ``since`` to ``until``, both included, on which items were collected. One query."""
    runs = Run.objects.filter(
        kind=Run.Kind.COLLECT,
        item__isnull=False,
        finished_at__gte=beijing_day_bounds(since)[0],
        finished_at__lt=beijing_day_bounds(until)[1],
    )
    days = runs.order_by().annotate(day=TruncDate("finished_at", tzinfo=BEIJING))
    counted = days.values_list("item__code", "item__provider", "day").annotate(
        done=Count("pk", filter=Q(state=Run.State.DONE)), failed=Count("pk", filter=Q(state=Run.State.FAILED))
    )
    yield from counted.iterator(2000)


def first_collected() -> dict[int, dt.date]:
    """Return the Beijing day of each item's first collection that succeeded, by id of the item. One query."""
    done = Run.objects.filter(item=OuterRef("pk"), kind=Run.Kind.COLLECT, state=Run.State.DONE).order_by("pk")
    rows = CatalogItem.objects.linked().annotate(first=Subquery(done.values("finished_at")[:1]))
    return {item: to_beijing(first).date() for item, first in rows.values_list("pk", "first") if first}


def issue_facts(since: dt.date, until: dt.date) -> Iterator[IssueFact]:
    """Give the quality issues that were open at some time from ``since`` to ``until``. One query."""
    start, end = beijing_day_bounds(since)[0], beijing_day_bounds(until)[1]
    rows = QualityIssue.objects.filter(opened_at__lt=end).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=start))
    names = ("item__code", "item__title", "item__title_en", "rule", "item__provider", "severity", "failed", "total")
    for *values, opened, closed in rows.order_by("pk").values_list(*names, "opened_at", "closed_at").iterator(2000):
        solved = to_beijing(closed).date() if closed and closed < end else None
        code, title, title_en, rule, provider, severity, failed, total = values
        yield code, title, title_en, rule, provider, severity, failed, total, to_beijing(opened).date(), solved


def rows_of_tables() -> dict[tuple[str, str], int]:
    """Return how many rows each table of the lake has, by schema and name. One query."""
    counted = TableState.objects.values_list("schema", "name").annotate(Max("rows"))
    return {(schema, name): rows for schema, name, rows in counted}
