"""Reads of collection."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Count, F, Max, Prefetch, Sum
from django.utils.translation import get_language

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import linked_item_counts
from huitong.apps.collection.freshness import OverdueItems, last_collected, overdue_items, too_old
from huitong.apps.collection.models import (
    QualityIssue,
    QualityResult,
    Run,
    RunQuerySet,
    Source,
    TableState,
    TargetState,
)
from huitong.apps.collection.specs import IssueRow, RunFailure, RunFilter, RunRow, SourceRow, TrendPoint
from huitong.apps.collection.stores import close_stores, the_lake, the_serving_store
from huitong.apps.paging import PAGE_SIZE, Page, page_of
from huitong.engine.declarations import sources
from huitong.foundation.errors import HuitongError, Terminal, error_texts

__all__ = [
    "OverdueItems",
    "close_stores",
    "last_collected",
    "overdue_items",
    "the_lake",
    "the_serving_store",
    "too_old",
]

LATEST = 10_000
"""Runs among which the newest are looked for first."""
TREND = 30
"""Checks shown of an issue."""
_RESULTS: str = "last_results"


def access_run(viewer: Viewer, run_id: int) -> Run:
    """Return a run that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = with_names(Run.objects.visible_to(viewer)).filter(pk=run_id).first()
    if found is None:
        raise Terminal("people.not_found", kind="run", code=run_id)
    return found


def access_source(viewer: Viewer, code: str) -> Source:
    """Return a source that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = Source.objects.visible_to(viewer).select_related("organisation").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="source", code=code)
    return found


def may_run(viewer: Viewer, item: CatalogItem) -> bool:
    """Tell whether ``viewer`` may start runs of ``item``: the bureau, and the provider's data officers."""
    scope = scope_of(viewer)
    if scope.user is None or viewer.is_anonymous:
        return False
    return viewer.has_role("bureau") or item.provider_id in viewer.answers_in("data_officer")


def may_see_rows(viewer: Viewer, item: CatalogItem) -> bool:
    """Tell whether ``viewer`` may look at rows of ``item``, masked: the bureau, leaders, the provider's officials."""
    scope = scope_of(viewer)
    return scope.everything or item.provider_id in scope.organisations


def filtered_runs(viewer: Viewer, wanted: RunFilter) -> RunQuerySet:
    """Return the runs that ``viewer`` may see and that ``wanted`` asks for, newest first."""
    exact = {
        "kind": wanted.kind,
        "state": wanted.state,
        "target": wanted.target,
        "organisation__code": wanted.organisation,
        "chain": wanted.chain,
    }
    rows = Run.objects.visible_to(viewer).filter(**{name: value for name, value in exact.items() if value})
    return with_names(rows)


def with_names(rows: RunQuerySet) -> RunQuerySet:
    """Read runs with what :func:`run_row` says of them; declarations of items are long and not said."""
    return rows.select_related("organisation", "requested_by", "item").defer("item__spec")


def runs_list(
    viewer: Viewer, wanted: RunFilter, *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[RunRow]:
    """Return one page of runs, newest first, or oldest first by ``started_at``. Two queries, and those of the scope."""
    rows = filtered_runs(viewer, wanted)
    return page_of(rows.reverse() if order == "started_at" else rows, run_row, number=number, size=size)


def run_row(run: Run) -> RunRow:
    """Return a run, read with its item and organisation, as a line of a list."""
    counts, error, language = run.typed_counts, error_of(run), error_language()
    return RunRow(
        id=run.pk,
        kind=run.kind,
        target=run.target,
        target_title=run.item.shown_title if run.item else run.target,
        organisation=run.organisation.shown_short if run.organisation else "",
        state=run.state,
        chain=run.chain,
        requested_by=run.requested_by.shown_name if run.requested_by else "",
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=run.seconds,
        read=counts.read,
        inserted=counts.inserted,
        updated=counts.updated,
        deleted=counts.deleted,
        rows=counts.rows,
        rejected=counts.rejected,
        flagged=counts.flagged,
        conflicts=counts.conflicts,
        error=run.error,
        error_title=error.title(language) if error else "",
        error_detail=error.detail(language) if error else "",
        error_hint=error.hint(language) if error else "",
        lake_run=run.lake_run,
        snapshot=run.snapshot,
    )


def error_language() -> str:
    """Return the language of the request as errors know it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def error_of(run: Run) -> HuitongError | None:
    """Return why a run failed, None when it did not, or its code is not known any more."""
    if not run.error or run.error not in error_texts():
        return None
    return HuitongError(run.error, **run.error_parameters)


def run_failure(run: Run, language: str) -> RunFailure:
    """Return why a failed run failed, in ``zh`` or ``en``; of a code not known any more, the code alone."""
    error = error_of(run)
    texts = (error.title(language), error.detail(language), error.hint(language)) if error else ("", "", "")
    return RunFailure(run.kind, run.target, run.error, *texts)


def last_runs(viewer: Viewer) -> tuple[Run, ...]:
    """Return the newest finished run of each kind and target. Two queries."""
    newest = TargetState.objects.visible_to(viewer).order_by().values("last_run")
    return tuple(with_names(Run.objects.filter(pk__in=newest)).order_by("kind", "target"))


def run_counts() -> dict[str, int]:
    """Return how many runs are in each state that has not ended. One query."""
    rows = Run.objects.filter(state__in=(Run.State.QUEUED, Run.State.RUNNING)).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))


def last_finished_by_provider() -> dict[int, dt.datetime]:
    """Return when the newest run on an item ended, by id of the organisation whose item it is. One query."""
    ended = TargetState.objects.filter(item__isnull=False, organisation__isnull=False)
    rows = ended.order_by().values_list("organisation").annotate(last=Max("last_at"))
    return {provider: last for provider, last in rows if last is not None}


def newest_runs(viewer: Viewer, *, most: int) -> tuple[RunRow, ...]:
    """Return the newest runs that ``viewer`` may see, without counting all. Two queries, and those of the scope.

    Whoever sees many organisations finds them among the latest of all; only a quiet one's are looked for in the past.
    """
    seen = with_names(Run.objects.visible_to(viewer)).order_by("-pk")
    newest = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = seen.filter(pk__gt=newest - LATEST)[:most]
    return tuple(run_row(run) for run in (found if len(found) == most else seen[:most]))


def source_list(viewer: Viewer) -> tuple[SourceRow, ...]:
    """Return the sources that ``viewer`` may see, without secrets. Two queries."""
    linked = linked_item_counts()
    return tuple(
        SourceRow(
            code=row.code,
            title=row.shown_title,
            organisation=row.organisation.shown_short,
            kind=row.kind,
            shown=row.place,
            reachable=row.reachable,
            last_error=row.last_error,
            items=linked.get(row.code, 0),
        )
        for row in Source.objects.visible_to(viewer).select_related("organisation")
    )


def issue_list(
    viewer: Viewer,
    *,
    state: str = "open",
    item: str = "",
    organisation: str = "",
    order: str = "",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[IssueRow]:
    """Return one page of quality issues, most failing rows first, or fewest first by ``failed``.

    Three queries, and those of the viewer's scope.
    """
    exact = {"state": state, "item__code": item, "item__provider__code": organisation}
    rows = QualityIssue.objects.visible_to(viewer).filter(**{name: value for name, value in exact.items() if value})
    results = QualityResult.objects.order_by("-pk")[:TREND]
    rows = (
        rows.select_related("item__provider")
        .defer("item__spec")
        .prefetch_related(Prefetch("results", queryset=results, to_attr=_RESULTS))
    )
    return page_of(rows.reverse() if order == "failed" else rows, issue_row, number=number, size=size)


def issue_row(issue: QualityIssue) -> IssueRow:
    """Return an issue, read with its item and last results, as a line of a list."""
    results = sorted(issue.last_results, key=lambda result: result.pk)
    trend = tuple(TrendPoint(one.at, one.failed, one.total) for one in results)
    return IssueRow(
        id=issue.pk,
        item=issue.item.code,
        item_title=issue.item.shown_title,
        table=issue.item.table,
        organisation=issue.item.provider.shown_short,
        rule=issue.rule,
        severity=issue.severity,
        state=issue.state,
        failed=issue.failed,
        total=issue.total,
        opened_at=issue.opened_at,
        closed_at=issue.closed_at,
        checked_at=issue.checked_at,
        times_opened=issue.times_opened,
        trend=trend,
    )


def open_issue_counts() -> dict[int, int]:
    """Return open issues by id of the provider. One query."""
    return dict(QualityIssue.objects.open().order_by().values_list("organisation").annotate(Count("pk")))


def table_rows(names: Collection[str]) -> dict[tuple[str, str], int]:
    """Return the rows of the lake's tables of these names as last counted, by schema and name. One query."""
    counted = TableState.objects.filter(name__in=names).order_by().values_list("schema", "name", "rows")
    return {(schema, name): rows for schema, name, rows in counted}


def rows_by_provider(only: Collection[int] | None = None) -> dict[str, Counter[int]]:
    """Sum the rows of the tables of current items, by schema and id of the provider: of all or ``only`` of these.

    One query.
    """
    counted = TableState.objects.filter(name=F("item__table")).exclude(item__state="cancelled").order_by()
    if only is not None:
        counted = counted.filter(item__in=CatalogItem.objects.filter(provider__in=only).values("pk"))
    rows: dict[str, Counter[int]] = defaultdict(Counter)
    for schema, provider, total in counted.values_list("schema", "item__provider").annotate(Sum("rows")):
        rows[schema][provider] = total
    return rows


def library_rows() -> int:
    """Return how many rows the libraries have, without their side tables. One query."""
    base = TableState.objects.filter(schema="base")
    for side in ("_conflict", "_provenance"):
        base = base.exclude(name__endswith=side)
    return base.aggregate(total=Sum("rows"))["total"] or 0


def table_states(names: Iterable[str] | None = None) -> tuple[TableState, ...]:
    """Return the lake's tables as last counted, all or those of ``names``. One query."""
    rows = TableState.objects.all()
    return tuple(rows if names is None else rows.filter(name__in=tuple(names)))


def declared_sources() -> tuple[sources.Source, ...]:
    """Return every source as declared. One query."""
    return tuple(row.as_spec() for row in Source.objects.order_by("pk"))


def source_by_code(code: str) -> Source | None:
    """Return a source, whoever asks; None where there is none. One query."""
    return Source.objects.filter(code=code).first()


def issues_of_item(viewer: Viewer, item: CatalogItem) -> tuple[IssueRow, ...]:
    """Return an item's issues that ``viewer`` may see, open ones first. Two queries."""
    results = Prefetch("results", queryset=QualityResult.objects.order_by("-pk")[:TREND], to_attr=_RESULTS)
    rows = QualityIssue.objects.visible_to(viewer).filter(item=item)
    rows = rows.select_related("item__provider").defer("item__spec").prefetch_related(results)
    return tuple(issue_row(row) for row in rows.order_by("-state", "-failed"))


def runs_of_item(viewer: Viewer, item: CatalogItem, *, most: int = 10) -> tuple[RunRow, ...]:
    """Return an item's last runs that ``viewer`` may see. One query."""
    return tuple(run_row(run) for run in with_names(Run.objects.visible_to(viewer).filter(item=item))[:most])
