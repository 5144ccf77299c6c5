"""Supply and demand in numbers: how many needs, answered in time or late, in how many working days."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Count

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.demand.models import Need, NeedQuerySet
from huitong.apps.demand.specs import Figures
from huitong.foundation import clock

Cell = tuple[str, int, str, bool | None, int | None, int]
"""Kind, provider, outcome, in time, days, how many."""


def figures(
    viewer: Viewer, *, since: dt.date | None = None, until: dt.date | None = None
) -> tuple[tuple[Figures, ...], tuple[Figures, ...]]:
    """Return the needs filed from ``since`` to ``until``: all together by kind, then by kind and department.

    Counts what the viewer may see, by three queries, and adds up cells of equal answers: work grows with departments
    and days, not with needs.
    """
    rows = Need.objects.visible_to(viewer)
    rows = rows.filter(opened_on__gte=since) if since else rows
    rows = rows.filter(opened_on__lte=until) if until else rows
    cells = list(_cells(rows))
    late = dict(_overdue(rows))
    names = {row.pk: row for row in Organisation.objects.filter(pk__in={cell[1] for cell in cells})}
    groups: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell[0], 0].append(cell)
        groups[cell[0], cell[1]].append(cell)
    made = [
        _figures(kind, names.get(provider), group, _late(late, kind, provider))
        for (kind, provider), group in sorted(groups.items())
    ]
    whole = tuple(one for one in made if not one.provider)
    return whole, tuple(sorted((one for one in made if one.provider), key=lambda one: (one.kind, -one.total)))


def _cells(rows: NeedQuerySet) -> Iterable[Cell]:
    names = ("kind", "provider", "outcome", "in_time", "days")
    cells: Iterable[Cell] = rows.order_by().values_list(*names).annotate(Count("pk"))
    return cells


def _overdue(rows: NeedQuerySet) -> Iterable[tuple[tuple[str, int], int]]:
    open_late = rows.filter(outcome="", case__sort_on__lt=clock.beijing_today()).order_by()
    counted = open_late.values_list("kind", "provider").annotate(Count("pk"))
    return [((kind, provider), count) for kind, provider, count in counted]


def _late(late: dict[tuple[str, int], int], kind: str, provider: int) -> int:
    return sum(count for (one, who), count in late.items() if one == kind and provider in (0, who))


def _figures(kind: str, provider: Organisation | None, cells: list[Cell], overdue: int) -> Figures:
    outcomes: Counter[str] = Counter()
    days: Counter[int] = Counter()
    in_time = answered = 0
    for _, _, outcome, kept, took, count in cells:
        outcomes[outcome] += count
        if took is not None:
            days[took] += count
            answered += count
            in_time += count if kept else 0
    return Figures(
        kind=kind,
        provider=provider.code if provider else "",
        provider_title=provider.shown_short if provider else "",
        total=outcomes.total(),
        open=outcomes[""],
        overdue=overdue,
        answered=answered,
        in_time=in_time,
        agreed=outcomes[Need.Outcome.GRANTED] + outcomes[Need.Outcome.FULFILLED],
        refused=outcomes[Need.Outcome.REFUSED],
        median_days=median(days),
    )


def median(counts: Counter[int]) -> float | None:
    """Return the median of numbers given as number → how often; None without any."""
    whole = counts.total()
    if not whole:
        return None
    places = ((whole - 1) // 2, whole // 2)
    found, seen = [], 0
    for value in sorted(counts):
        found += [value for place in places if seen <= place < seen + counts[value]]
        seen += counts[value]
    return sum(found) / 2
