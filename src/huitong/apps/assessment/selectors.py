"""Reads of assessment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Avg

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.assessment.assessed import own_units
from huitong.apps.assessment.freezing import facts_root
from huitong.apps.assessment.gathering import gather
from huitong.apps.assessment.models import Comment, Indicator, Quarter, Score, WeightVersion
from huitong.apps.assessment.specs import (
    CommentRow,
    PartRow,
    QuarterRow,
    QuarterState,
    Ranking,
    ScoreRow,
    WeightRow,
)
from huitong.apps.assessment.verifying import verify_quarter
from huitong.apps.declared import in_language
from huitong.apps.paging import PAGE_SIZE, Page, bounded
from huitong.engine.assessment.deriving import rows_behind
from huitong.engine.assessment.period import period_at, period_of
from huitong.engine.assessment.tables import fact_tables
from huitong.engine.declarations import indicators
from huitong.foundation.clock import beijing_today
from huitong.foundation.errors import Terminal

__all__ = ["verify_quarter"]

TREND = 8
"""Quarters that a trend shows, the one looked at included."""


class _Past(NamedTuple):
    quarter: str
    total: float
    rank: int
    peers: str


def quarter_list(viewer: Viewer) -> tuple[QuarterRow, ...]:
    """Return the quarters, newest first. One query."""
    rows = Quarter.objects.visible_to(viewer).select_related("weights")
    return tuple(quarter_row(row) for row in rows.defer("manifest", "method", "annex", "weights__weights"))


def quarter_row(row: Quarter) -> QuarterRow:
    """Return a quarter as a line of a list."""
    state: QuarterState = row.state  # type: ignore[assignment]
    return QuarterRow(
        code=row.code,
        state=state,
        until=row.until,
        computed_at=row.computed_at,
        published_at=row.published_at,
        weights=row.weights.number if row.weights else None,
        generated=row.generated,
    )


def access_quarter(viewer: Viewer, code: str) -> Quarter:
    """Return a quarter that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see, ``assessment.bad_quarter``.
    """
    code = period_of(code).code
    found = Quarter.objects.visible_to(viewer).select_related("weights").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="assessment", code=code)
    return found


def open_quarter() -> str:
    """Return the last quarter that is over when it has not been frozen yet, "" when it has been. One query."""
    code = period_at(beijing_today()).previous.code
    return "" if Quarter.objects.frozen().filter(code__gte=code).exists() else code


def ranking(viewer: Viewer, code: str) -> Ranking:
    """Return a quarter with the scores that ``viewer`` may see. Six queries, however many quarters there are.

    Raises:
        Terminal: as :func:`access_quarter`.
    """
    quarter = access_quarter(viewer, code)
    scores = list(Score.objects.visible_to(viewer).filter(quarter=quarter).prefetch_related("parts"))
    whole = len(scores) == Score.objects.filter(quarter=quarter).count()
    return Ranking(quarter_row(quarter), quarter.typed_method(), _score_rows(viewer, quarter, scores), whole)


def access_score(viewer: Viewer, code: str, organisation: str) -> tuple[Quarter, ScoreRow]:
    """Return one organisation's score in a quarter, with its quarter. Five queries.

    Raises:
        Terminal: as :func:`access_quarter`.
    """
    quarter = access_quarter(viewer, code)
    found = Score.objects.visible_to(viewer).filter(quarter=quarter, code=organisation).prefetch_related("parts")
    rows = _score_rows(viewer, quarter, list(found))
    if not rows:
        raise Terminal("people.not_found", kind="score", code=f"{quarter.code}/{organisation}")
    return quarter, rows[0]


def rows_of_score(
    viewer: Viewer,
    code: str,
    organisation: str,
    indicator: str,
    *,
    only_unmet: bool = False,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[tuple[object, ...]]:
    """Return one page of the rows behind an indicator of the own score, those that cost points first.

    An official of one unit of the assessed organisation sees that unit's rows.

    Raises:
        Terminal: ``people.not_allowed`` for the rows of others, ``people.not_found``.
    """
    quarter = access_quarter(viewer, code)
    own = own_units(viewer)
    if organisation not in own.assessed and own.units is not None:
        raise Terminal("people.not_allowed", login=str(viewer))
    spec = next((one for one in quarter.typed_method() if one.code == indicator and one.rows), None)
    if spec is None or not Score.objects.filter(quarter=quarter, code=organisation).exists():
        raise Terminal("people.not_found", kind="indicator", code=indicator)
    units = None if own.units is None else sorted(own.units)
    behind = rows_behind(
        facts_root(),
        quarter.typed_manifest(),
        spec,
        organisation=organisation,
        units=units,
        only_unmet=only_unmet,
        offset=max(0, number - 1) * size,
        limit=size,
    )
    number, size = bounded(number, size, behind.total)
    return Page(rows=behind.rows, total=behind.total, number=number, size=size)


def peer_means(viewer: Viewer, row: ScoreRow) -> dict[str, float]:
    """Return the mean total of an organisation's peers in each quarter of its trend. One query.

    Only of quarters in which the viewer may see all of them.
    """
    rows = Score.objects.filter(peers=row.peers, quarter__code__in=[quarter for quarter, _ in row.trend])
    if not scope_of(viewer).everything:
        rows = rows.filter(quarter__state=Quarter.State.PUBLISHED)
    means = rows.order_by().values_list("quarter__code").annotate(Avg("total"))
    return {quarter: round(mean, 2) for quarter, mean in means}


def comments_of(viewer: Viewer, quarter: Quarter, organisation: str = "") -> tuple[CommentRow, ...]:
    """Return the comments that ``viewer`` may see, of a quarter or of one organisation in it, oldest first."""
    rows = Comment.objects.visible_to(viewer).filter(score__quarter=quarter)
    rows = rows.filter(score__code=organisation) if organisation else rows
    titles = {one.code: in_language(one.title, one.title_en) for one in quarter.typed_method()}
    return tuple(
        CommentRow(
            id=row.pk,
            organisation=row.score.code,
            title=row.score.shown_title,
            indicator=row.indicator,
            indicator_title=titles.get(row.indicator, ""),
            text=row.text,
            by=row.user.shown_name if row.user else "",
            at=row.at,
            answer=row.answer,
            answered_by=row.answered_by.shown_name if row.answered_by else "",
            answered_at=row.answered_at,
            late=quarter.published_at is not None and row.at > quarter.published_at,
        )
        for row in rows.select_related("score", "user", "answered_by")
    )


def access_comment(viewer: Viewer, comment: int) -> Comment:
    """Return a comment that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = Comment.objects.visible_to(viewer).select_related("score__quarter").filter(pk=comment).first()
    if found is None:
        raise Terminal("people.not_found", kind="comment", code=str(comment))
    return found


def current_facts() -> dict[str, list[dict[str, object]]]:
    """Return the facts as they are now, by table, rows by column: for a small city only, all of it is in memory."""
    period = period_at(beijing_today())
    names = {table.name: [column.name for column in table.columns] for table in fact_tables().values()}
    return {
        table: [dict(zip(names[table], row, strict=True)) for batch in batches for row in batch]
        for table, batches in gather(period, beijing_today()).items()
    }


def declared_indicators() -> tuple[indicators.Indicator, ...]:
    """Return every indicator as declared, weights as edited. One query."""
    return tuple(row.as_spec() for row in Indicator.objects.order_by("pk"))


def shown_indicators(viewer: Viewer) -> tuple[indicators.Indicator, ...]:
    """Return the indicators of the next quarter. One query."""
    return tuple(row.as_spec() for row in Indicator.objects.visible_to(viewer))


def weight_versions(viewer: Viewer) -> tuple[WeightRow, ...]:
    """Return the versions of the weights, newest first. Two queries."""
    rows = WeightVersion.objects.visible_to(viewer).select_related("user").prefetch_related("quarters")
    return tuple(
        WeightRow(
            number=row.number,
            weights=row.weights,
            reason=row.reason,
            at=row.at,
            by=row.user.shown_name if row.user else "",
            quarters=tuple(sorted(quarter.code for quarter in row.quarters.all())),
        )
        for row in rows
    )


def _score_rows(viewer: Viewer, quarter: Quarter, scores: Sequence[Score]) -> tuple[ScoreRow, ...]:
    method = {one.code: one for one in quarter.typed_method()}
    past = _past_of(viewer, quarter, [score.code for score in scores])
    return tuple(_score_row(score, method, past.get(score.code, ())) for score in scores)


def _past_of(viewer: Viewer, quarter: Quarter, codes: Iterable[str]) -> dict[str, list[_Past]]:
    """Totals of the last quarters up to this one that the viewer may see, oldest first, by organisation."""
    first = period_of(quarter.code)
    for _ in range(TREND - 1):
        first = first.previous
    rows = Score.objects.visible_to(viewer).filter(code__in=list(codes)).order_by("quarter__code")
    rows = rows.filter(quarter__code__gte=first.code, quarter__code__lte=quarter.code)
    past: dict[str, list[_Past]] = {}
    for code, when, total, rank, peers in rows.values_list("code", "quarter__code", "total", "rank", "peers"):
        past.setdefault(code, []).append(_Past(when, total, rank, peers))
    return past


def _score_row(score: Score, method: dict[str, indicators.Indicator], past: Sequence[_Past]) -> ScoreRow:
    before = period_of(past[-1].quarter).previous.code if past else ""
    last = next((one for one in past if one.quarter == before and one.peers == score.peers), None)
    whole = sum(part.weight for part in score.parts.all())
    parts = {}
    for part in score.parts.all():
        spec = method[part.indicator]
        full = 100 * part.weight / whole if whole else 0.0
        parts[part.indicator] = PartRow(
            indicator=part.indicator,
            title=in_language(spec.title, spec.title_en),
            unit=spec.unit,
            value=part.value,
            numerator=part.numerator,
            denominator=part.denominator,
            score=part.points_of_100,
            weight=part.weight,
            points=part.points,
            lost=max(0.0, round(full - part.points, 2)),
        )
    return ScoreRow(
        code=score.code,
        title=score.shown_title,
        short=score.shown_short,
        peers=score.peers,
        rank=score.rank,
        of=score.of,
        total=score.total,
        change=last.rank - score.rank if last else None,
        trend=tuple((one.quarter, one.total) for one in past),
        parts=parts,
    )
