"""Queues: which cases, in which order, read from an index that has the order, however many cases there are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from django.db.models import Exists, F, OuterRef, Q

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import Viewer, scope_of
from huitong.apps.cases.models import Case, CaseQuerySet, CaseType, QueueEntry
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.paging import Page, bounded, cut
from huitong.engine.declarations import cases
from huitong.foundation import clock

MOST_COUNTED = 10_000
"""Totals stop here: whoever has more than this before them narrows the list, nobody pages to its end."""
SEARCHED = 2_000
"""Titles looked through for words."""
_NUMBER = re.compile(r"[A-Z]{1,8}-\d{4}")
FOUND = 500
"""Most cases that a search shows."""
_FOUND_ORDERS = {
    "due": (F("due_on").asc(nulls_last=True),),
    "-due": (F("due_on").desc(nulls_last=True),),
    "opened_at": ("pk",),
}
"""What a search found is little: it needs no index."""


def mine(viewer: Viewer, specs: Mapping[str, cases.CaseType] | None) -> CaseQuerySet:
    """Return the cases that wait for ``viewer``; without ``specs``, for the viewer's organisations, whoever of them."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return Case.objects.none()
    organisations = {organisation for organisation, _ in viewer.posts}
    if not organisations:
        return Case.objects.filter(opened_by=viewer, turn_organisation=None, closed_at=None).exclude(turn="")
    waiting = Case.objects.filter(turn_organisation__in=organisations)
    if viewer.scope.only is not None:
        waiting = waiting.filter(_with(viewer.scope.roots))
    if specs is None:
        return waiting
    unclaimed = Q(claimed_by=None) | Q(claimed_by=viewer)
    return waiting.filter(unclaimed, place__in=_places(specs.values(), viewer))


def _with(roots: Iterable[int]) -> Exists:
    """Whether a case stands in the queues of one of these organisations."""
    return Exists(QueueEntry.objects.filter(case=OuterRef("pk"), organisation__in=roots))


def _places(specs: Iterable[cases.CaseType], user: User) -> list[str]:
    """Where somebody with this user's roles may act for the party whose turn it is."""
    return [
        f"{spec.code}:{state.name}"
        for spec in specs
        for state in spec.states
        if state.turn
        and any(
            not user.roles.isdisjoint(spec.roles_for(step))
            for step in spec.actions_in(state.name)
            if step.party == state.turn
        )
    ]


def queue_of(
    viewer: Viewer,
    wanted: CaseFilter,
    specs: Mapping[str, cases.CaseType],
    *,
    soon: dt.date,
    number: int,
    size: int,
    most: int = MOST_COUNTED,
) -> Page[Case]:
    """Return one page of the cases that ``wanted`` asks for and ``viewer`` may see.

    Args:
        soon: last day that counts as due soon.
        most: where counting stops.
    """
    rows = _narrowed(viewer, wanted, specs, soon)
    if wanted.text:
        rows = _found(viewer, wanted, rows)
    elif wanted.order in ("due", "-due") and _is_whole(wanted):
        return _with_names(_open_first(viewer, wanted, specs, soon, number=number, size=size, most=most))
    elif wanted.order in ("-due", "opened_at"):
        rows = rows.reverse()
    page = cut(rows, number=number, size=size, most=most)  # counted in the same order: it walks the same index
    return _with_names(cast("Page[int]", page))


def orders_of(wanted: CaseFilter) -> tuple[str, ...]:
    """Return the columns that a queue can come by, its own first: those whose order an index has, either way."""
    return ("due", "opened_at") if wanted.text or _is_whole(wanted) else ("due",)


def _is_whole(wanted: CaseFilter) -> bool:
    """Whether all cases are asked for, open or not."""
    return wanted.view == "all" and not (wanted.due or wanted.organisation or wanted.state)


def _open_first(
    viewer: Viewer,
    wanted: CaseFilter,
    specs: Mapping[str, cases.CaseType],
    soon: dt.date,
    *,
    number: int,
    size: int,
    most: int,
) -> Page[int]:
    """First what is open, by its deadline; then what is over, newest first: either has an index, both together none."""
    waiting = _narrowed(viewer, replace(wanted, view="open"), specs, soon)
    over = _narrowed(viewer, wanted, specs, soon, over=True)
    if wanted.order == "-due":
        waiting = waiting.reverse()
    ahead = waiting[:most].count()
    # Both together are counted by the index alone; what is over, by looking at each.
    total = max(ahead, _narrowed(viewer, wanted, specs, soon)[:most].count())
    number, size = bounded(number, size, total)
    start, end = (number - 1) * size, min(number * size, total)
    ids = [*waiting[start : min(end, ahead)]] if start < ahead else []
    if end > ahead:
        ids += over[max(0, start - ahead) : end - ahead]
    return Page(tuple(cast("list[int]", ids)), total, number, size)


def _with_names(page: Page[int]) -> Page[Case]:
    ids = page.rows
    known = Case.objects.select_related("type", "turn_organisation", "claimed_by").in_bulk(ids) if ids else {}
    return Page(tuple(known[pk] for pk in ids), page.total, page.number, page.size)


def _narrowed(
    viewer: Viewer, wanted: CaseFilter, specs: Mapping[str, cases.CaseType], soon: dt.date, *, over: bool = False
) -> CaseQuerySet:
    """Ids of the cases in their order, from whichever table has it in an index; or only of those that are ``over``."""
    scope = scope_of(viewer)
    if wanted.view in ("mine", "ours") or not scope.roots:
        return _of_cases(viewer, wanted, specs, soon, seen=_seen(viewer).exclude(closed_at=None) if over else None)
    if wanted.organisation and (turn := _turn_within(scope.limit or frozenset(), wanted.organisation)):
        return _of_cases(viewer, wanted, specs, soon, seen=Case.objects.filter(turn_organisation=turn))
    return _of_entries(scope.roots, wanted, specs, soon, {"closed": True} if over else {})


def _turn_within(organisations: frozenset[int], code: str) -> int | None:
    """Return the organisation's id if whatever waits for it is seen by whoever sees ``organisations``."""
    found = Organisation.objects.filter(code=code).values_list("pk", flat=True).first()
    return found if found in organisations else None


def _of_entries(
    roots: frozenset[int],
    wanted: CaseFilter,
    specs: Mapping[str, cases.CaseType],
    soon: dt.date,
    only: Mapping[str, bool],
) -> CaseQuerySet:
    is_open = wanted.view == "open" or bool(wanted.due or wanted.organisation)
    rows = QueueEntry.objects.filter(organisation__in=roots, **only)
    if wanted.due == "escalated":
        rows = rows.filter(escalated=True)
    elif is_open:
        rows = rows.filter(closed=False)
    places = _wanted_places(wanted, specs)
    order = ("sort_on", "case") if is_open else ("-case",)
    if places is not None and wanted.view == "all" and not wanted.state and not is_open:
        rows = rows.filter(type=_type_id(wanted))
    elif places is not None:
        rows = rows.filter(place__in=places)
        if wanted.state and not is_open:
            sign = _order_in(wanted, specs)
            order = (f"{sign}sort_on", f"{sign}case")
    if wanted.organisation:
        rows = rows.filter(case__turn_organisation__code=wanted.organisation)
    ids = rows.filter(**_dates(wanted, soon)).order_by(*order).values_list("case", flat=True)
    return ids if len(roots) == 1 else ids.distinct()  # type: ignore[return-value]


def _of_cases(
    viewer: Viewer,
    wanted: CaseFilter,
    specs: Mapping[str, cases.CaseType],
    soon: dt.date,
    *,
    seen: CaseQuerySet | None = None,
) -> CaseQuerySet:
    if wanted.view in ("mine", "ours"):
        rows = mine(viewer, specs if wanted.view == "mine" else None)
    else:
        rows = _seen(viewer) if seen is None else seen
        rows = rows.filter(closed_at=None) if wanted.view == "open" or wanted.due else rows
    if wanted.organisation:
        rows = rows.filter(turn_organisation__code=wanted.organisation)
    if wanted.due == "escalated":
        rows = rows.filter(escalated=True)
    places = _wanted_places(wanted, specs)
    if places is not None:
        whole_type = not wanted.state and wanted.view in ("open", "all")
        rows = rows.filter(type=_type_id(wanted)) if whole_type else rows.filter(place__in=places)
    rows = rows.filter(**_dates(wanted, soon))
    is_whole = wanted.view == "all" and not (wanted.due or wanted.organisation)
    order = ("-pk",) if is_whole else ("sort_on", "pk")
    if is_whole and wanted.state:
        sign = _order_in(wanted, specs)
        order = (f"{sign}sort_on", f"{sign}pk")
    return rows.order_by(*order).values_list("pk", flat=True)  # type: ignore[return-value]


def _seen(viewer: Viewer) -> CaseQuerySet:
    """The cases that ``viewer`` may see, asked for one by one: for lists that begin from another index."""
    scope = scope_of(viewer)
    return Case.objects.filter(_with(scope.roots)) if scope.roots else Case.objects.visible_to(viewer)


def _wanted_places(wanted: CaseFilter, specs: Mapping[str, cases.CaseType]) -> list[str] | None:
    if not wanted.case_type:
        return None
    spec = specs.get(wanted.case_type)
    open_only = wanted.view != "all"
    names = [state.name for state in spec.states if state.turn or not open_only] if spec else []
    return [f"{wanted.case_type}:{name}" for name in names if not wanted.state or name == wanted.state]


def _order_in(wanted: CaseFilter, specs: Mapping[str, cases.CaseType]) -> str:
    """In one state: first what is due first; of those that are over, newest first. Either way an index has it."""
    spec = specs.get(wanted.case_type)
    state = next((one for one in spec.states if one.name == wanted.state), None) if spec else None
    return "" if state and state.turn else "-"


def _type_id(wanted: CaseFilter) -> int | None:
    return CaseType.objects.filter(code=wanted.case_type).values_list("pk", flat=True).first()


def escalated_count(viewer: Viewer, most: int) -> int:
    """Return how many of the cases that ``viewer`` sees are escalated, at most ``most``. One query."""
    scope = scope_of(viewer)
    if not scope.roots:
        return Case.objects.visible_to(viewer).filter(escalated=True).order_by()[:most].count()
    entries = QueueEntry.objects.filter(organisation__in=scope.roots, escalated=True)
    ours = entries.order_by("sort_on", "case").values("case")  # by the index of what is escalated, also on SQLite
    once = ours if len(scope.roots) == 1 else ours.distinct()  # an organisation has a case once
    return once[:most].count()


def _dates(wanted: CaseFilter, soon: dt.date) -> dict[str, object]:
    today = clock.beijing_today()
    if wanted.due == "late":
        return {"sort_on__lt": today}
    if wanted.due == "ahead":
        return {"sort_on__gte": today}
    return {"sort_on__range": (today, soon)} if wanted.due == "soon" else {}


def _found(viewer: Viewer, wanted: CaseFilter, rows: CaseQuerySet) -> CaseQuerySet:
    """Narrow a queue to a number or its beginning, a subject's code, or words of a title."""
    text = wanted.text.strip()
    upper = text.upper()
    seen = _seen(viewer)
    found = [seen.filter(number__gte=upper, number__lt=f"{upper}z"), seen.filter(subject_key=text)]
    if not _NUMBER.match(upper):
        found.append(Case.objects.filter(pk__in=list(rows[:SEARCHED]), title__icontains=text))
    ids = {pk for each in found for pk in each.order_by().values_list("pk", flat=True)[:FOUND]}
    order = _FOUND_ORDERS.get(wanted.order, ())
    return Case.objects.filter(pk__in=ids).order_by(*order, "-pk").values_list("pk", flat=True)  # type: ignore[return-value]
