"""``/api/evidence``: who used what."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Query, Router, Schema

from huitong.apps.api_auth import caller
from huitong.apps.ledger.selectors import evidence_list
from huitong.apps.ledger.specs import EvidenceFilter, EvidenceRow
from huitong.apps.paging import PAGE_SIZE, Page

router = Router(tags=["ledger"])


class EvidenceQuery(Schema):
    """What to list. Days are Beijing days, both inclusive."""

    service: str = ""
    app: str = ""
    grant: str = ""
    outcome: str = ""
    receipt: str = ""
    operator: str = ""
    case: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    page: int = 1
    size: int = PAGE_SIZE


class EvidencePageOut(Schema):
    """One page of evidence."""

    rows: list[EvidenceRow]
    total: int
    number: int
    size: int


@router.get("", response=EvidencePageOut, operation_id="list_evidence", summary="List evidence")
def list_evidence(request: HttpRequest, query: Query[EvidenceQuery]) -> Page[EvidenceRow]:
    """List the evidence that the caller may see, newest first."""
    wanted = EvidenceFilter(**query.dict(exclude={"page", "size"}))
    return evidence_list(caller(request), wanted, number=query.page, size=query.size)
