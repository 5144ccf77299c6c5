"""``/api/runs`` and ``/api/issues``: what the engine did and found, and starting it."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from huitong.apps.api_auth import caller
from huitong.apps.collection.selectors import access_run, issue_list, run_row, runs_list
from huitong.apps.collection.services import queue_chain, queue_run
from huitong.apps.collection.specs import IssueRow, RunFilter, RunRow
from huitong.apps.paging import PAGE_SIZE, Page

router = Router(tags=["collection"])


class RunQuery(Schema):
    """What to list."""

    kind: str = ""
    state: str = ""
    target: str = ""
    organisation: str = ""
    chain: str = ""
    page: int = 1
    size: int = PAGE_SIZE


class RunPageOut(Schema):
    """One page of runs."""

    rows: list[RunRow]
    total: int
    number: int
    size: int


class IssueQuery(Schema):
    """What to list."""

    state: str = "open"
    item: str = ""
    organisation: str = ""
    page: int = 1
    size: int = PAGE_SIZE


class IssuePageOut(Schema):
    """One page of quality issues."""

    rows: list[IssueRow]
    total: int
    number: int
    size: int


class RunIn(Schema):
    """What to start. ``chain`` takes no target, and runs everything, or ``items`` and what they feed."""

    kind: Literal["collect", "check", "fuse", "publish", "chain"]
    target: str = ""
    mode: Literal["auto", "full", "remake"] = "auto"
    items: list[str] | None = None


class StartedOut(Schema):
    """What was queued: one run, or a chain whose runs will carry its name."""

    id: int | None = None
    chain: str = ""


@router.get("/runs", response=RunPageOut, operation_id="list_runs", summary="List runs")
def list_runs(request: HttpRequest, query: Query[RunQuery]) -> Page[RunRow]:
    """List the runs that the caller may see, newest first."""
    wanted = RunFilter(**query.dict(exclude={"page", "size"}))
    return runs_list(caller(request), wanted, number=query.page, size=query.size)


@router.get("/runs/{run_id}", response=RunRow, operation_id="get_run", summary="One run")
def get_run(request: HttpRequest, run_id: int) -> RunRow:
    """Return one run."""
    return run_row(access_run(caller(request), run_id))


@router.post("/runs", response={202: StartedOut}, operation_id="start_run", summary="Start a run")
def start_run(request: HttpRequest, wanted: RunIn) -> Status[StartedOut]:
    """Queue a step, or the whole chain. For the bureau; a data officer may collect and check the own items."""
    user = caller(request)
    if wanted.kind == "chain":
        chain = queue_chain(user, items=wanted.items, full=wanted.mode != "auto")
        return Status(202, StartedOut(chain=chain))
    run = queue_run(user, kind=wanted.kind, target=wanted.target, mode=wanted.mode)
    return Status(202, StartedOut(id=run.pk, chain=run.chain))


@router.get("/issues", response=IssuePageOut, operation_id="list_issues", summary="List quality issues")
def list_issues(request: HttpRequest, query: Query[IssueQuery]) -> Page[IssueRow]:
    """List the quality issues that the caller may see, most failing rows first."""
    return issue_list(
        caller(request),
        state=query.state,
        item=query.item,
        organisation=query.organisation,
        number=query.page,
        size=query.size,
    )
