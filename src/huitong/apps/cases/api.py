"""``/api/cases``: queues, one case with its timeline, acting on it."""

from __future__ import annotations

from typing import Any, BinaryIO, Literal, cast

import msgspec
from django.http import HttpRequest
from ninja import Field, File, Query, Router, Schema, Status, UploadedFile

from huitong.apps.api_auth import caller
from huitong.apps.cases.many import MOST
from huitong.apps.cases.models import Case
from huitong.apps.cases.pages import case_page
from huitong.apps.cases.selectors import access_case, actions_for, case_types, queue_for, timeline_of, waiting_counts
from huitong.apps.cases.services import (
    act,
    act_on_many,
    attach_file,
    claim,
    comment_on,
    extend_clock,
    hand_over,
    open_case,
    release,
)
from huitong.apps.cases.specs import CaseFilter, CasePage, CaseRow, EventRow, View, WaitingCounts
from huitong.apps.paging import PAGE_SIZE, Page

router = Router(tags=["cases"])


class CaseQuery(Schema):
    """What to list: what waits for the caller (``mine``), for the organisation (``ours``), or all one sees."""

    view: View = "mine"
    case_type: str = ""
    state: str = ""
    organisation: str = ""
    due: Literal["", "late", "soon", "escalated"] = ""
    text: str = ""
    page: int = 1
    size: int = PAGE_SIZE


class CasePageOut(Schema):
    """One page of cases. ``total`` stops at 10,000."""

    rows: list[CaseRow]
    total: int
    number: int
    size: int


class CaseIn(Schema):
    """A case to open: ``parties`` are codes of organisations, ``data`` answers to the type's form."""

    case_type: str
    title: str = Field(max_length=300)
    subject_kind: str = Field("", max_length=32)
    subject_key: str = Field("", max_length=200)
    parties: dict[str, str] = {}
    data: dict[str, Any] = {}


class ActionIn(Schema):
    """An action to take. ``version`` is that of the case as it was read: somebody else's action in between is a 409."""

    action: str
    version: int
    data: dict[str, Any] = {}
    comment: str = ""


class CommentIn(Schema):
    """Something to say; ``@name``, ``@login`` or a login in ``mention`` calls somebody."""

    comment: str
    mention: list[str] = []


class HandOverIn(Schema):
    """To whom a case goes, and a word with it."""

    login: str
    comment: str = ""


class ExtensionIn(Schema):
    """Working days more for a clock, with the reason that all parties read."""

    days: int
    reason: str
    version: int


class SeenIn(Schema):
    """A case as the caller saw it."""

    number: str
    version: int


class BulkIn(Schema):
    """One action for many cases, at most 200: what cannot be acted on holds up no other."""

    case_type: str
    action: str
    cases: list[SeenIn] = Field(max_length=MOST)
    comment: str = ""


class BulkOut(Schema):
    """Numbers of the cases that were acted on, and of the others with why not."""

    done: list[str]
    failed: dict[str, str]


class FileOut(Schema):
    """A file as it was taken in."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str


class CaseOut(Schema):
    """A case, what happened to it, and what the caller may do now."""

    page: CasePage
    timeline: list[EventRow]
    actions: list[str]


class StandOut(Schema):
    """Where a case stands after what was asked."""

    number: str
    state: str
    version: int


@router.get("/cases", response=CasePageOut, operation_id="list_cases", summary="List cases")
def list_cases(request: HttpRequest, query: Query[CaseQuery]) -> Page[CaseRow]:
    """List cases, first what is due first (``all``: newest first)."""
    wanted = CaseFilter(**query.dict(exclude={"page", "size"}))
    return queue_for(caller(request), wanted, number=query.page, size=query.size)


@router.get("/cases/waiting", response=WaitingCounts, operation_id="count_waiting", summary="What waits for the caller")
def count_waiting(request: HttpRequest) -> WaitingCounts:
    """Count what waits for the caller, what is late, what is due soon."""
    return waiting_counts(caller(request))


@router.post("/cases/bulk", response=BulkOut, operation_id="act_on_many_cases", summary="Act on many cases")
def act_on_several(request: HttpRequest, wanted: BulkIn) -> BulkOut:
    """Take one action, of those that its type offers for many, on each case."""
    seen = [(one.number, one.version) for one in wanted.cases]
    result = act_on_many(
        caller(request), case_type=wanted.case_type, action=wanted.action, wanted=seen, comment=wanted.comment
    )
    return BulkOut(done=list(result.done), failed=dict(result.failed))


@router.get("/cases/{number}", response=CaseOut, operation_id="get_case", summary="One case")
def get_case(request: HttpRequest, number: str) -> dict[str, object]:
    """Return a case with its timeline and the actions that the caller may take."""
    user = caller(request)
    actions = [step.name for step in actions_for(user, access_case(user, number))]
    return {"page": case_page(user, number), "timeline": timeline_of(user, number), "actions": actions}


@router.post("/cases", response={201: StandOut}, operation_id="open_case", summary="Open a case")
def open_one(request: HttpRequest, wanted: CaseIn) -> Status[StandOut]:
    """Open a case for the caller's party."""
    return Status(201, _stand(open_case(caller(request), **wanted.dict())))


@router.post("/cases/{number}/actions", response=StandOut, operation_id="act_on_case", summary="Act on a case")
def act_on(request: HttpRequest, number: str, wanted: ActionIn) -> StandOut:
    """Take an action."""
    return _stand(act(caller(request), number=number, **wanted.dict()))


@router.post("/cases/{number}/comments", response={201: None}, operation_id="comment_on_case", summary="Comment")
def comment(request: HttpRequest, number: str, wanted: CommentIn) -> Status[None]:
    """Say something to everybody in a case."""
    comment_on(caller(request), number=number, comment=wanted.comment, mention=wanted.mention)
    return Status(201, None)


@router.post("/cases/{number}/claim", response=StandOut, operation_id="claim_case", summary="Claim a case")
def claim_one(request: HttpRequest, number: str) -> StandOut:
    """Take a case that waits for the caller's party; claiming it again changes nothing."""
    return _stand(claim(caller(request), number=number))


@router.post("/cases/{number}/release", response=StandOut, operation_id="release_case", summary="Release a case")
def release_one(request: HttpRequest, number: str) -> StandOut:
    """Give a claimed case back to the queue."""
    return _stand(release(caller(request), number=number))


@router.post("/cases/{number}/hand-over", response=StandOut, operation_id="hand_over_case", summary="Hand a case over")
def hand_one_over(request: HttpRequest, number: str, wanted: HandOverIn) -> StandOut:
    """Give a case to a colleague who may act on it as well."""
    return _stand(hand_over(caller(request), number=number, login=wanted.login, comment=wanted.comment))


@router.post(
    "/cases/{number}/clocks/{clock}/extension",
    response=StandOut,
    operation_id="extend_clock",
    summary="Extend a clock",
)
def extend_one(request: HttpRequest, number: str, clock: str, wanted: ExtensionIn) -> StandOut:
    """Give whoever answers more working days, within what the case type allows."""
    return _stand(extend_clock(caller(request), number=number, clock_name=clock, **wanted.dict()))


@router.post("/cases/{number}/files", response={201: FileOut}, operation_id="attach_file", summary="Attach a file")
def attach_one(request: HttpRequest, number: str, file: File[UploadedFile]) -> Status[FileOut]:
    """Put a file into a case: multipart, one part named ``file``."""
    row = attach_file(caller(request), number=number, name=file.name or "", content=cast(BinaryIO, file.file))
    out = FileOut(id=row.pk, name=row.name, media_type=row.media_type, size=row.size, sha256=row.sha256)
    return Status(201, out)


def _stand(case: Case) -> StandOut:
    return StandOut(number=case.number, state=case.state, version=case.version)


@router.get("/case-types", response=list[dict[str, Any]], operation_id="list_case_types", summary="Case types")
def list_case_types(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the declared case types: their states, actions, forms and clocks."""
    caller(request)
    return [msgspec.to_builtins(spec) for spec in case_types().values()]
