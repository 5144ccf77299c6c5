"""What an assessment counts of the meter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from huitong.apps.ledger.models import MeterDay

CallFact = tuple[str, str, int | None, int | None, dt.date, int, int, int]
"""Service, app, id of the provider, id of the consumer, Beijing day, calls, calls refused, keys answered."""


def call_facts(since: dt.date, until: dt.date) -> Iterator[CallFact]:
    """Give the calls from ``since`` to ``until``, both included: one an app, service and day. One query."""
    rows = MeterDay.objects.filter(day__gte=since, day__lte=until).exclude(service="").order_by("service", "app", "day")
    summed = rows.values_list("service", "app", "provider", "consumer", "day").annotate(
        calls_sum=Coalesce(Sum("calls"), 0),
        refused_sum=Coalesce(Sum("calls", filter=Q(granted=False)), 0),
        answered_sum=Coalesce(Sum("answered"), 0),
    )
    yield from summed.iterator(2000)
