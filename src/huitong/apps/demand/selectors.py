"""Reads of supply and demand."""

from __future__ import annotations

from collections.abc import Mapping

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.cases.selectors import case_rows
from huitong.apps.cases.specs import CaseRow
from huitong.apps.demand.figures import figures
from huitong.apps.demand.models import Authority, Draft, Need, NeedQuerySet, Remit
from huitong.apps.demand.offers import offer_of
from huitong.apps.demand.sources import authorities, identifiers, items_with, repeated_fields, source_rows
from huitong.apps.demand.specs import NeedFilter, NeedRow
from huitong.apps.demand.suggesting import departments_for, items_for, like_demands
from huitong.apps.paging import PAGE_SIZE, Page, bounded, ordered
from huitong.engine.declarations import remits
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

__all__ = [
    "authorities",
    "departments_for",
    "figures",
    "identifiers",
    "items_for",
    "items_with",
    "like_demands",
    "offer_of",
    "repeated_fields",
    "source_rows",
]


def access_need(viewer: Viewer, number: str, kind: str) -> Need:
    """Return an application or demand that ``viewer`` may see, with its case and organisations.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    names = ("case__type", "case__turn_organisation", "case__claimed_by", "applicant", "provider", "item")
    found = Need.objects.visible_to(viewer).select_related(*names, "grant__service", "grant__app", "case__opened_by")
    need = found.filter(case__number=number, kind=kind).first()
    if need is None:
        raise Terminal("people.not_found", kind=kind, code=number)
    return need


def filtered_needs(viewer: Viewer, wanted: NeedFilter) -> NeedQuerySet:
    """Return the needs that ``viewer`` may see and that ``wanted`` asks for, newest first."""
    rows = Need.objects.visible_to(viewer)
    exact: Mapping[str, object] = {
        "kind": wanted.kind,
        "provider__code": wanted.provider,
        "applicant__code": wanted.applicant,
        "opened_on__gte": wanted.since,
        "opened_on__lte": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.outcome == "open":
        rows = rows.filter(outcome="")
    elif wanted.outcome == "answered":
        rows = rows.filter(answered_on__isnull=False)
    elif wanted.outcome == "agreed":
        rows = rows.filter(outcome__in=(Need.Outcome.GRANTED, Need.Outcome.FULFILLED))
    elif wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.time in ("in_time", "late"):
        rows = rows.filter(in_time=wanted.time == "in_time")
    elif wanted.time == "overdue":
        rows = rows.filter(outcome="", case__sort_on__lt=clock.beijing_today())
    elif wanted.time == "waiting":
        rows = rows.filter(case__turn_organisation__in=_posts(viewer))
    return rows.order_by("case__sort_on", "-pk") if wanted.time in ("waiting", "overdue") else rows.order_by("-pk")


def _posts(viewer: Viewer) -> frozenset[int]:
    return frozenset(pk for pk, _ in getattr(viewer, "posts", ()))


def need_list(
    viewer: Viewer, wanted: NeedFilter, *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[NeedRow]:
    """Return one page of needs, newest first, or by ``opened``. Five queries, and those of the viewer's scope."""
    rows = ordered(filtered_needs(viewer, wanted), order, {"opened": "opened_on"})
    total = rows.count()
    number, size = bounded(number, size, total)
    names = ("case__type", "case__turn_organisation", "case__claimed_by", "applicant", "provider")
    found = list(rows.select_related(*names)[(number - 1) * size : number * size])
    shown = {row.number: row for row in case_rows(need.case for need in found)}
    return Page(tuple(_need_row(need, shown[need.case.number]) for need in found), total, number, size)


def _need_row(need: Need, case: CaseRow) -> NeedRow:
    return NeedRow(
        number=case.number,
        kind=need.kind,
        title=case.title,
        applicant_title=need.applicant.shown_short,
        provider_title=need.provider.shown_short,
        state=case.state,
        state_title=case.state_title,
        tone=case.tone,
        turn_title=case.turn_title,
        due_on=case.due_on,
        days_left=case.days_left,
        outcome=need.outcome,
        opened_on=need.opened_on,
        days=need.days,
        in_time=need.in_time,
    )


def waiting_count(viewer: Viewer) -> int:
    """Return how many needs wait for the viewer's organisations."""
    return filtered_needs(viewer, NeedFilter(time="waiting")).order_by().count()


def drafts_of(viewer: Viewer) -> tuple[Draft, ...]:
    """Return what the viewer is writing, newest first. One query."""
    return tuple(Draft.objects.visible_to(viewer))


def earlier_applications(viewer: Viewer, *, most: int = 8) -> tuple[Need, ...]:
    """Return the newest applications of the viewer's own organisation, to begin a new one from. One query."""
    ours = Need.objects.filter(kind=Need.Kind.APPLICATION, applicant__in=scope_of(viewer).organisations)
    return tuple(ours.select_related("case").order_by("-pk")[:most])


def declared_authorities() -> tuple[remits.Authority, ...]:
    """Return every authority as declared. One query."""
    return tuple(row.as_spec() for row in Authority.objects.order_by("pk"))


def declared_remits() -> tuple[remits.Remit, ...]:
    """Return every remit as declared. One query."""
    return tuple(row.as_spec() for row in Remit.objects.order_by("pk"))
