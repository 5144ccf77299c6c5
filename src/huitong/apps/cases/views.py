"""Pages of cases: the queue, one case with what can be done about it, many at once, files."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_signed_in
from huitong.apps.cases import services
from huitong.apps.cases.filing import file_of
from huitong.apps.cases.forms import ActionForm, BulkForm, ExtendForm, FileForm, HandOverForm, SayForm
from huitong.apps.cases.listing import VIEWS, queue_listing
from huitong.apps.cases.mentioning import MOST_OFFERED
from huitong.apps.cases.models import Case
from huitong.apps.cases.pages import case_page
from huitong.apps.cases.queues import orders_of
from huitong.apps.cases.selectors import (
    MOST_COUNTED,
    access_attachment,
    access_case,
    actions_for,
    bulk_offers,
    case_types,
    queue_for,
    tab_counts,
    timeline_of,
)
from huitong.apps.cases.specs import CaseFilter, CasePage, CaseRow, View
from huitong.apps.downloads import download_headers
from huitong.apps.forms import SiteForm
from huitong.apps.labels import shown_problem
from huitong.apps.paging import Page
from huitong.apps.tables import Wanted, listing_page
from huitong.apps.tabs import Tab
from huitong.engine.declarations.cases import Action
from huitong.foundation.errors import HuitongError, Terminal
from huitong.foundation.numbers import whole_number


def queue(request: HttpRequest) -> HttpResponseBase:
    """List the cases that wait for the reader; or for the organisation; or all that the reader may see."""
    user = require_signed_in(request.user)
    view = _view(request)
    types = case_types()
    chosen = request.GET.get("type", "")
    totals: list[int] = []

    def fetch(wanted: Wanted, number: int, size: int) -> Page[CaseRow]:
        page = queue_for(user, _filter(view, wanted), number=number, size=size)
        totals.append(page.total)
        return page

    raw = {name: request.GET.get(name, "") for name in ("state", "organisation", "due", "q")}
    listing = queue_listing(user, view, types, chosen, orders_of(_filter(view, Wanted(raw["q"], "", raw))))
    context = {"tabs": _tabs(user, view), "most": MOST_COUNTED, "totals": totals, "bulk": _bulk_links(user, chosen)}
    return listing_page(request, "cases/queue.html", listing, fetch, context)


def _view(request: HttpRequest) -> View:
    asked = request.GET.get("in", "mine")
    return cast(View, asked if asked in VIEWS else "mine")


def _filter(view: View, wanted: Wanted) -> CaseFilter:
    due = wanted.value("due")
    return CaseFilter(
        view=view,
        case_type=wanted.value("type"),
        state=wanted.value("state"),
        organisation=wanted.value("organisation"),
        due=due if due in ("late", "soon", "escalated") else "",  # type: ignore[arg-type]
        text=wanted.text,
        order=wanted.order,  # type: ignore[arg-type]
    )


def _tabs(user: User, view: View) -> list[Tab]:
    for_me, for_us = tab_counts(user)
    numbers: dict[str, int] = {"mine": for_me, "ours": for_us}
    address = reverse("cases:queue")
    names = [name for name in VIEWS if name != "ours" or user.posts]
    return [Tab(VIEWS[name], f"{address}?in={name}", name == view, numbers.get(name)) for name in names]


def _bulk_links(user: User, case_type: str) -> list[dict[str, str]]:
    address = reverse("cases:bulk")
    offers = bulk_offers(user, case_type) if case_type else ()
    return [
        {"href": f"{address}?type={offer.case_type}&action={offer.action}", "title": offer.title} for offer in offers
    ]


def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show one case: where it stands, what the reader may do, and everything that happened."""
    require_signed_in(request.user)
    return _case_page(request, number)


def _case_page(
    request: HttpRequest,
    number: str,
    *,
    tried: ActionForm | None = None,
    small: SiteForm | None = None,
    problem: HuitongError | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The case; below an action or a ``small`` step that was refused, why, with what was typed for it."""
    found = access_case(request.user, number)
    page = case_page(request.user, number)
    steps = actions_for(request.user, found)
    free = page.claimed_by_me or not page.row.claimed_by
    offered = [_offer(found, step, tried) for step in steps if free or step.party != found.turn]
    context = {
        "page": page,
        "row": page.row,
        "offered": offered,
        "timeline": timeline_of(request.user, number),
        "problem": shown_problem(problem) if problem else None,
        **_small_forms(page, small),
    }
    return render(request, "cases/case.html", context, status=problem.status if problem else status)


def _small_forms(page: CasePage, tried: SiteForm | None) -> dict[str, object]:
    """The forms beside the actions; the one that was tried keeps what was typed, and says what is wrong with it."""
    say = tried if isinstance(tried, SayForm) else SayForm()
    over = tried if isinstance(tried, HandOverForm) else HandOverForm()
    extend = {one.name: ExtendForm(clock=one.name) for one in page.clocks}
    if isinstance(tried, ExtendForm):
        extend[tried.clock] = tried
    return {
        "say": say.dressed(may_call=page.may_call),
        "over": over.dressed(colleagues=page.colleagues),
        "extend": {one.name: extend[one.name].dressed(most=one.may_extend_by) for one in page.clocks},
        "file": tried if isinstance(tried, FileForm) else FileForm(),
    }


def _offer(found: Case, step: Action, tried: ActionForm | None) -> dict[str, object]:
    """An action with its form; the one that was tried keeps what was typed and stands open, and no other."""
    if tried is None:
        return {"action": step, "form": _form(found, step), "open": step.tone == "primary"}
    mine = tried.action.name == step.name
    return {"action": step, "form": tried if mine else _form(found, step), "open": mine}


def _form(found: Case, step: Action, request: HttpRequest | None = None) -> ActionForm:
    known = {field.name: found.data[field.name] for field in step.form if field.name in found.data}
    return ActionForm(
        request.POST if request else None,
        action=step,
        case_type=found.type.code,
        case=found,
        known=known,
        auto_id=f"{step.name}-%s",
    )


@require_POST
def act_on(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take an action; what is wrong is said on the case's page, with what was typed."""
    user = require_signed_in(request.user)
    found = access_case(user, number)
    step = next((one for one in found.type.as_spec().actions if one.name == action), None)
    if step is None:
        raise Terminal("cases.no_such_action", number=number, action=action, state=found.state)
    form = _form(found, step, request)
    if not form.is_valid():
        return _case_page(request, number, tried=form)
    try:
        after = services.act(
            user,
            number=number,
            action=action,
            version=_integer(request, "version"),
            data=form.answers,
            comment=str(form.cleaned_data.get("comment") or ""),
        )
    except Terminal as error:
        return _case_page(request, number, tried=form, problem=error)
    messages.success(request, gettext("已办理：%(number)s。") % {"number": after.number})
    return redirect("cases:case", number)


def _integer(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0


def _small_step(
    request: HttpRequest, number: str, step: Callable[[User], object], done: str, form: SiteForm | None = None
) -> HttpResponse:
    """Do something small about a case and return to it; a refusal is said on its page, at its field where it has one.

    Args:
        form: what was sent, checked before ``step`` is taken.
    """
    user = require_signed_in(request.user)
    if form is not None and not form.is_valid():
        return _case_page(request, number, small=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        step(user)
    except Terminal as error:
        if form is not None and error.code in form.about:
            form.refuse(error)
            return _case_page(request, number, small=form, status=error.status)
        if error.status in (401, 403, 404):
            raise
        return _case_page(request, number, small=form, problem=error)
    messages.success(request, done)
    return redirect("cases:case", number)


@require_POST
def claim_it(request: HttpRequest, number: str) -> HttpResponse:
    """Claim a case."""
    return _small_step(request, number, lambda user: services.claim(user, number=number), gettext("已认领。"))


@require_POST
def release_it(request: HttpRequest, number: str) -> HttpResponse:
    """Give a case back to the queue."""
    return _small_step(request, number, lambda user: services.release(user, number=number), gettext("已退回队列。"))


@require_POST
def hand_it_over(request: HttpRequest, number: str) -> HttpResponse:
    """Give a case to a colleague."""
    form = HandOverForm(request.POST)

    def step(user: User) -> object:
        return services.hand_over(user, number=number, **form.cleaned_data)

    return _small_step(request, number, step, gettext("已转交。"), form)


@require_POST
def comment(request: HttpRequest, number: str) -> HttpResponse:
    """Say something."""
    form, called = SayForm(request.POST), request.POST.getlist("mention")[:MOST_OFFERED]

    def step(user: User) -> object:
        return services.comment_on(user, number=number, mention=called, **form.cleaned_data)

    return _small_step(request, number, step, gettext("已留言。"), form)


@require_POST
def extend(request: HttpRequest, number: str, clock_name: str) -> HttpResponse:
    """Extend a clock."""
    form, version = ExtendForm(request.POST, clock=clock_name), _integer(request, "version")

    def step(user: User) -> object:
        return services.extend_clock(user, number=number, clock_name=clock_name, version=version, **form.cleaned_data)

    return _small_step(request, number, step, gettext("期限已延长。"), form)


@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Take a file into a case."""
    form = FileForm(request.POST, request.FILES)

    def step(user: User) -> object:
        upload = form.cleaned_data["file"]
        return services.attach_file(user, number=number, name=upload.name or "", content=upload.file)

    return _small_step(request, number, step, gettext("附件已上传。"), form)


def download(request: HttpRequest, number: str, file_id: int) -> HttpResponseBase:
    """Give out a file, to be saved and never to be shown inside the site."""
    user = require_signed_in(request.user)
    row = access_attachment(user, number, file_id)
    file, headers = file_of(row).open("rb"), download_headers(row.name)
    return FileResponse(file, as_attachment=True, filename=row.name, content_type=row.media_type, headers=headers)


def bulk(request: HttpRequest) -> HttpResponse:
    """Take one action on many of the cases that wait for the reader."""
    user = require_signed_in(request.user)
    source = request.POST if request.method == "POST" else request.GET
    case_type, action = source.get("type", ""), source.get("action", "")
    offer = next((one for one in bulk_offers(user, case_type) if one.action == action), None)
    if offer is None:
        raise Terminal("cases.bulk_not_offered", action=action)
    result = None
    form = BulkForm(request.POST if request.method == "POST" else None, reason=offer.reason, initial=request.GET.dict())
    if form.is_valid():
        wanted = [value.partition(":") for value in request.POST.getlist("case")]
        result = services.act_on_many(
            user,
            case_type=case_type,
            action=action,
            wanted=[(number, whole_number(version) or 0) for number, _colon, version in wanted],
            comment=form.cleaned_data["comment"],
        )
    rows = [row for state in offer.states for row in _waiting(user, case_type, state)]
    context = {"offer": offer, "rows": rows, "result": result, "form": form}
    return render(request, "cases/bulk.html", context)


def _waiting(user: User, case_type: str, state: str) -> tuple[CaseRow, ...]:
    return queue_for(user, CaseFilter(view="mine", case_type=case_type, state=state), size=100).rows
