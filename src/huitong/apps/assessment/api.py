"""``/api/assessment``: quarters, rankings, scores and the rows behind them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from huitong.apps.accounts.selectors import require_official
from huitong.apps.api_auth import caller
from huitong.apps.assessment.freezing import facts_root
from huitong.apps.assessment.selectors import (
    access_quarter,
    access_score,
    comments_of,
    quarter_list,
    ranking,
    rows_of_score,
    shown_indicators,
    verify_quarter,
)
from huitong.apps.assessment.specs import CommentRow, PartRow, QuarterRow, ScoreRow, Verification
from huitong.apps.paging import PAGE_SIZE
from huitong.engine.assessment.deriving import row_columns
from huitong.foundation.errors import Terminal

router = Router(tags=["assessment"])


class IndicatorOut(Schema):
    """An indicator and its statement."""

    code: str
    title: str
    title_en: str
    unit: str
    better: str
    weight: float
    full: float
    zero: float
    sql: str


class ScoreOut(Schema):
    """A score with what it is made of."""

    code: str
    title: str
    peers: str
    rank: int
    of: int
    total: float
    change: int | None
    parts: list[PartRow]

    @staticmethod
    def resolve_parts(row: ScoreRow) -> list[PartRow]:
        """Parts in the order of the indicators."""
        return list(row.parts.values())


class RankingOut(Schema):
    """A quarter with the scores that the caller may see."""

    quarter: QuarterRow
    whole: bool
    rows: list[ScoreOut]


class RowsOut(Schema):
    """Rows behind an indicator, by column, those that cost points first."""

    rows: list[dict[str, str | int | float | bool | dt.date | None]]
    total: int
    number: int
    size: int


class DifferenceOut(Schema):
    """Something that is not as it was frozen."""

    what: str
    kept: str
    found: str


class VerificationOut(Schema):
    """The outcome of recomputing a quarter."""

    quarter: str
    whole: bool
    files: int
    results: int
    differences: list[DifferenceOut]


@router.get("/indicators", response=list[IndicatorOut], operation_id="list_indicators", summary="Indicators")
def list_indicators(request: HttpRequest) -> Any:
    """List what the next quarter will be assessed by."""
    require_official(caller(request))
    return shown_indicators(caller(request))


@router.get("/quarters", response=list[QuarterRow], operation_id="list_quarters", summary="Quarters")
def list_quarters(request: HttpRequest) -> Any:
    """List the quarters, newest first."""
    require_official(caller(request))
    return quarter_list(caller(request))


@router.get("/quarters/{code}", response=RankingOut, operation_id="get_ranking", summary="A quarter's ranking")
def get_ranking(request: HttpRequest, code: str) -> Any:
    """Return the scores of a quarter that the caller may see: all of a published one, else the own."""
    require_official(caller(request))
    return ranking(caller(request), code)


@router.get("/quarters/{code}/verification", response=VerificationOut, operation_id="verify_quarter")
def verify(request: HttpRequest, code: str) -> Verification:
    """Recompute a quarter from its facts and name what differs. For the bureau and leaders."""
    return verify_quarter(caller(request), quarter=code)


@router.get("/quarters/{code}/{organisation}", response=ScoreOut, operation_id="get_score", summary="One score")
def get_score(request: HttpRequest, code: str, organisation: str) -> Any:
    """Return one organisation's score."""
    require_official(caller(request))
    return access_score(caller(request), code, organisation)[1]


@router.get("/quarters/{code}/{organisation}/comments", response=list[CommentRow], operation_id="list_comments")
def list_comments(request: HttpRequest, code: str, organisation: str) -> Any:
    """List what was said to a score: the bureau reads all, an official those on the own scores."""
    require_official(caller(request))
    return comments_of(caller(request), access_quarter(caller(request), code), organisation)


@router.get("/quarters/{code}/{organisation}/{indicator}", response=RowsOut, operation_id="list_rows_behind")
def list_rows_behind(
    request: HttpRequest,
    code: str,
    organisation: str,
    indicator: str,
    unmet: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Any:
    """List the rows behind one indicator of the own score."""
    viewer = caller(request)
    require_official(viewer)
    found = rows_of_score(viewer, code, organisation, indicator, only_unmet=unmet, number=page, size=size)
    kept = access_quarter(viewer, code)
    spec = next((one for one in kept.typed_method() if one.code == indicator), None)
    if spec is None:
        raise Terminal("people.not_found", kind="indicator", code=indicator)
    columns = row_columns(spec, facts_root(), kept.typed_manifest())
    rows = [dict(zip(columns, row, strict=True)) for row in found.rows]
    return {"rows": rows, "total": found.total, "number": found.number, "size": found.size}
