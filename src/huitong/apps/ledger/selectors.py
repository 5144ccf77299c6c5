"""Reads of the ledgers."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.declared import in_language
from huitong.apps.ledger.models import AuditEntry, EvidenceAnchor, EvidenceQuerySet, EvidenceRecord, MeterDay
from huitong.apps.ledger.specs import AuditRow, Calls, Entry, EvidenceFilter, EvidenceRow, MeterRow, Usage
from huitong.apps.ledger.subjects import normal_key, subject_of
from huitong.apps.paging import PAGE_SIZE, Page, page_of

__all__ = ["normal_key", "subject_of"]

_SHOWN_SUBJECTS = 5


def filtered_evidence(viewer: Viewer, wanted: EvidenceFilter) -> EvidenceQuerySet:
    """Return the evidence that ``viewer`` may see and that ``wanted`` asks for, newest first."""
    rows = EvidenceRecord.objects.visible_to(viewer)
    exact = {
        "service": wanted.service,
        "app": wanted.app,
        "grant": wanted.grant,
        "hash": wanted.receipt,
        "operator": wanted.operator,
        "case": wanted.case,
        "day__gte": wanted.since,
        "day__lte": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.outcome == "refused":
        rows = rows.exclude(outcome="ok")
    elif wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    return rows


def evidence_list(
    viewer: Viewer, wanted: EvidenceFilter, *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[EvidenceRow]:
    """Return one page of evidence, as :func:`evidence_page`. Three queries, and those of the viewer's scope."""
    return evidence_page(filtered_evidence(viewer, wanted), order=order, number=number, size=size)


def evidence_page(
    rows: EvidenceQuerySet, *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[EvidenceRow]:
    """Return one page of a query, newest first, or oldest first by ``at``: the index is read from its other end."""
    named = rows.select_related("consumer", "provider").prefetch_related("subjects")
    return page_of(named.reverse() if order == "at" else named, evidence_row, number=number, size=size)


def evidence_row(record: EvidenceRecord) -> EvidenceRow:
    """Return a record, read with its organisations and subjects, as a line of a list."""
    return EvidenceRow(
        chain=record.chain,
        seq=record.seq,
        at=record.at,
        app=record.app,
        service=record.service,
        grant=record.grant,
        kind=record.kind,
        purpose=record.purpose,
        legal_basis=record.legal_basis,
        case=record.case,
        operator=record.operator,
        subjects=tuple(one.subject for one in islice(record.subjects.all(), _SHOWN_SUBJECTS)),
        fields=tuple(record.fields),
        asked=record.asked,
        answered=record.answered,
        outcome=record.outcome,
        snapshot=record.snapshot,
        repeated=record.repeated,
        receipt=record.hash,
        consumer_title=record.consumer.shown_short if record.consumer else "",
        provider_title=record.provider.shown_short if record.provider else "",
    )


def who_used(
    viewer: Viewer, person: str = "", *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[EvidenceRow]:
    """Return the uses of one person's data, as :func:`evidence_page`.

    Args:
        person: ID number; a citizen always gets what is about themselves, whatever is asked for.
    """
    if isinstance(viewer, AnonymousUser) or not viewer.has_role("bureau"):
        person = "" if isinstance(viewer, AnonymousUser) else viewer.person
    rows = EvidenceRecord.objects.about(person) if person else EvidenceRecord.objects.none()
    return evidence_page(rows, order=order, number=number, size=size)


def meter(viewer: Viewer, *, service: str = "", app: str = "", days: int = 30) -> tuple[MeterRow, ...]:
    """Return use by day, app and service over the last ``days`` Beijing days, newest first. One query."""
    rows = MeterDay.objects.visible_to(viewer).filter(day__gt=timezone.localdate() - dt.timedelta(days=days))
    rows = rows.filter(**{name: value for name, value in {"service": service, "app": app}.items() if value})
    sums = (
        rows.order_by("-day", "service", "app")
        .values_list("day", "app", "service")
        .annotate(
            calls_sum=Coalesce(Sum("calls"), 0),
            refused_sum=Coalesce(Sum("calls", filter=Q(granted=False)), 0),
            asked_sum=Coalesce(Sum("asked"), 0),
            answered_sum=Coalesce(Sum("answered"), 0),
        )
    )
    return tuple(MeterRow(*row) for row in sums)


def meter_from_evidence() -> tuple[MeterRow, ...]:
    """Return the meter of all time as added up anew from the records: what :func:`meter` must equal."""
    sums = (
        EvidenceRecord.objects.order_by("-day", "service", "app")
        .values_list("day", "app", "service")
        .annotate(
            calls_sum=Sum("repeated"),
            refused_sum=Coalesce(Sum("repeated", filter=~Q(outcome="ok")), 0),
            asked_sum=Sum("asked"),
            answered_sum=Sum("answered"),
        )
    )
    return tuple(MeterRow(*row) for row in sums)


def usage_by_service(*, days: int) -> dict[str, Usage]:
    """Return calls by service over the last ``days`` Beijing days, today included. One query."""
    since = timezone.localdate() - dt.timedelta(days=days - 1)
    sums = (
        MeterDay.objects.filter(day__gte=since)
        .order_by()
        .values_list("service")
        .annotate(calls_sum=Coalesce(Sum("calls"), 0), refused_sum=Coalesce(Sum("calls", filter=Q(granted=False)), 0))
    )
    return {service: Usage(calls=calls, refused=refused) for service, calls, refused in sums}


def calls_by_service(*, days: int) -> Mapping[str, Calls]:
    """Return calls by service today and over the last ``days`` Beijing days, today included. One query.

    A service that nobody called has none.
    """
    today = timezone.localdate()
    sums = (
        MeterDay.objects.filter(day__gte=today - dt.timedelta(days=days - 1))
        .order_by()
        .values_list("service")
        .annotate(in_all=Coalesce(Sum("calls"), 0), lately=Coalesce(Sum("calls", filter=Q(day=today)), 0))
    )
    found = {service: Calls(lately, in_all) for service, in_all, lately in sums}
    return defaultdict(lambda: Calls(0, 0), found)


def usage_by_day(service: str, *, days: int = 30) -> tuple[MeterRow, ...]:
    """Return use of one service by Beijing day, all apps together, oldest first. One query."""
    since = timezone.localdate() - dt.timedelta(days=days - 1)
    sums = (
        MeterDay.objects.filter(service=service, day__gte=since)
        .order_by("day")
        .values_list("day")
        .annotate(
            calls_sum=Coalesce(Sum("calls"), 0),
            refused_sum=Coalesce(Sum("calls", filter=Q(granted=False)), 0),
            asked_sum=Coalesce(Sum("asked"), 0),
            answered_sum=Coalesce(Sum("answered"), 0),
        )
    )
    return tuple(MeterRow(day, "", service, *numbers) for day, *numbers in sums)


def keys_used_today(grant: str) -> int:
    """Return the keys that count against a grant's quota today, as far as evidence has been imported. One query."""
    rows = EvidenceRecord.objects.filter(grant=grant, day=timezone.localdate(), outcome="ok")
    return rows.aggregate(all=Coalesce(Sum("asked"), 0))["all"] or 0


def evidence_count() -> int:
    """Return how many records have been imported. One query, however many there are."""
    return EvidenceAnchor.objects.aggregate(all=Coalesce(Sum("seq"), 0))["all"] or 0


def anchors() -> dict[str, tuple[int, str]]:
    """Return by chain how far it has been imported: sequence number and hash, to verify the files against."""
    return {row.chain: (row.seq, row.hash) for row in EvidenceAnchor.objects.all()}


def audit_list(
    viewer: Viewer, *, kind: str = "", target: str = "", order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[AuditRow]:
    """Return one page of decisions, newest first, or oldest first by ``at``. Two queries, and those of the scope."""
    wanted = {name: value for name, value in {"target_kind": kind, "target": target}.items() if value}
    rows = AuditEntry.objects.visible_to(viewer).filter(**wanted).select_related("user")
    return page_of(rows.reverse() if order == "at" else rows, _audit_row, number=number, size=size)


def _audit_row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.pk,
        at=entry.at,
        login=entry.login,
        who=entry.user.shown_name if entry.user else "",
        action=entry.action,
        kind=entry.target_kind,
        target=entry.target,
        called=_called(entry),
        before=_indented(entry.before),
        after=_indented(entry.after),
        request=entry.request,
    )


def _called(entry: AuditEntry) -> str:
    """A thing that only has a number by the title it had, else as that number; a year is no number."""
    if not entry.target.isdecimal() or entry.target_kind == "calendar_year":
        return entry.target
    state = entry.after or entry.before
    said = state if isinstance(state, dict) else {}
    title = in_language(str(said.get("title", "")), str(said.get("title_en", "")))
    return title or gettext("第 %(number)s 号") % {"number": entry.target}


def _indented(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=1)


def history_of(kind: str, target: str, *, most: int = 200) -> tuple[Entry, ...]:
    """Return what was decided about one thing, newest first, whoever did it. One query.

    For pages of the thing itself: the caller has made sure that the reader may see it. An entry ``explain_…`` is the
    reason of the one it was written with.
    """
    rows = AuditEntry.objects.filter(target_kind=kind, target=target).select_related("user", "organisation")
    entries, reason = [], ""
    for row in rows[:most]:
        if row.action.partition(".")[2].startswith("explain_"):
            reason = str((row.after or {}).get("reason", ""))
            continue
        entries.append(_entry(row, reason))
        reason = ""
    return tuple(entries)


def _entry(row: AuditEntry, reason: str) -> Entry:
    return Entry(
        at=row.at,
        action=row.action,
        who=row.user.shown_name if row.user else row.login,
        organisation=row.organisation.shown_short if row.organisation else "",
        before=row.before,
        after=row.after,
        reason=reason,
    )


def audit_counts() -> dict[str, int]:
    """Return how many entries each action has. One query."""
    return dict(AuditEntry.objects.order_by().values_list("action").annotate(Count("pk")))
