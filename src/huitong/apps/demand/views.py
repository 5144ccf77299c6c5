"""Pages of applications: beginning one, its steps, one with where it stands; the list of needs and its figures."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import organisation_tree, require_official, require_user
from huitong.apps.cases.selectors import case_types
from huitong.apps.demand.applying import access_draft, check_offer
from huitong.apps.demand.demanding import department_of
from huitong.apps.demand.drafting import DraftSteps, asked_from, initial_scope, steps_from, steps_of_grant
from huitong.apps.demand.forms import FileForm
from huitong.apps.demand.models import Draft, Need
from huitong.apps.demand.selectors import access_need, drafts_of, earlier_applications, figures, need_list, offer_of
from huitong.apps.demand.services import (
    add_draft_file,
    drop_draft,
    drop_draft_file,
    start_draft,
    submit_application,
)
from huitong.apps.demand.specs import NeedFilter, NeedRow, Offer
from huitong.apps.forms import SiteForm
from huitong.apps.labels import Text, choices, label, language
from huitong.apps.paging import Page
from huitong.apps.sharing.selectors import access_grant
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, Wanted, listing_page
from huitong.foundation import clock
from huitong.foundation.errors import HuitongError, Terminal


def needs(request: HttpRequest) -> HttpResponseBase:
    """List applications and demands, with whose turn it is and until when."""
    require_official(request.user)
    since, until = _day(request, "since"), _day(request, "until")

    def fetch(wanted: Wanted, number: int, size: int) -> Page[NeedRow]:
        narrowed = NeedFilter(
            kind=wanted.value("kind"),
            outcome=wanted.value("outcome"),
            provider=wanted.value("provider"),
            time=wanted.value("time"),
            since=since,
            until=until,
        )
        return need_list(request.user, narrowed, order=wanted.order, number=number, size=size)

    context = {"drafts": _shown_drafts(request), "may_apply": department_of(require_user(request.user)) is not None}
    return listing_page(request, "demand/needs.html", _listing(request), fetch, context)


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _shown_drafts(request: HttpRequest) -> list[tuple[int, str, dt.datetime]]:
    """The reader's drafts with what they are for; what was removed since goes by its code."""
    shown = []
    for draft in drafts_of(request.user):
        try:
            title = offer_of(request.user, draft.subject_kind, draft.subject_key).title
        except HuitongError:
            title = draft.subject_key
        shown.append((draft.pk, title, draft.updated_at))
    return shown


def _listing(request: HttpRequest) -> Listing[NeedRow]:
    providers: list[tuple[str, Text]] = [
        (node.code, node.short or node.title) for node in organisation_tree(request.user)
    ]
    return Listing(
        name="needs",
        title=_("供需对接"),
        columns=(
            Column("title", _("申请或需求"), head=True, term="need", parts=(Part(_("编号")),)),
            Column("applicant", _("申请单位")),
            Column("provider", _("提供部门")),
            Column("state", _("状态"), "badge"),
            Column("turn", _("轮到谁"), term="turn"),
            Column("due", _("答复期限"), "date", term="clock", parts=(Part(_("剩余工作日（逾期为负）"), "number"),)),
            Column("opened", _("提出日期"), "date", sorts=True),
            Column("days", _("用时（工作日）"), "number", parts=(Part(_("答复是否按时")),)),
        ),
        cells=_cells,
        empty=Empty(
            _("还没有申请和需求"),
            _("在目录或服务的页面申请使用；目录里找不到的，登记为需求。"),
            reverse("catalog:items"),
            _("去找数据"),
            icon="send",
        ),
        filters=(
            Filter("time", _("时限"), choices("need_time")),
            Filter("kind", _("种类"), choices("need_kind")),
            Filter("outcome", _("结果"), choices("need_outcome")),
            Filter("provider", _("提供部门"), providers),
        ),
        order="" if request.GET.get("time") in ("waiting", "overdue") else "-opened",
        keep={name: value for name in ("since", "until") if (value := request.GET.get(name, ""))},
    )


def _cells(row: NeedRow) -> tuple[Cell, ...]:
    late = row.days_left is not None and row.days_left < 0
    return (
        Cell(row.title, href=reverse(f"demand:{row.kind}", args=[row.number]), note=row.number),
        Cell(row.applicant_title),
        Cell(row.provider_title),
        Cell(row.state_title, tone=row.tone),  # type: ignore[arg-type]
        Cell(row.turn_title or "—"),
        Cell(row.due_on, tone="bad" if late else "", note=left_text(row.days_left), parts=(row.days_left,)),
        Cell(row.opened_on),
        _days_cell(row),
    )


def _days_cell(row: NeedRow) -> Cell:
    late = gettext("逾期答复")
    said = "" if row.in_time is None else gettext("按时答复") if row.in_time else late
    return Cell(row.days, note=late if row.in_time is False else "", parts=(said,))


def left_text(days: int | None) -> str:
    """Return how many working days are left, in words; "" without a deadline."""
    if days is None:
        return ""
    if days < 0:
        return gettext("逾期 %(n)d 个工作日") % {"n": -days}
    return gettext("还有 %(n)d 个工作日") % {"n": days}


def numbers(request: HttpRequest) -> HttpResponse:
    """Show supply and demand in numbers, each leading to its rows."""
    require_official(request.user)
    since, until = _day(request, "since"), _day(request, "until")
    whole, by_department = figures(request.user, since=since, until=until)
    period = "".join(f"&{name}={value}" for name, value in (("since", since), ("until", until)) if value)
    context = {
        "whole": whole,
        "rows": by_department,
        "period": period,
        "since": since,
        "until": until,
        "today": clock.beijing_today(),
    }
    return render(request, "demand/figures.html", context)


def begin(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Show what applying would mean, and begin a draft: empty, from an earlier application, or to renew a grant."""
    user = require_user(request.user)
    require_official(user)
    offer = offer_of(user, kind, key)
    if request.method == "POST":
        return _begun(request, offer)
    problem, spec = _problem(offer), case_types().get("application")
    context = {
        "offer": offer,
        "problem": problem,
        "may_apply": department_of(user) is not None,
        "earlier": earlier_applications(user),
        "drafts": [row for row in drafts_of(user) if (row.subject_kind, row.subject_key) == (kind, key)],
        "renews": request.GET.get("renews", ""),
        "clocks": {one.name: one.days for one in spec.clocks} if spec else {},
    }
    return render(request, "demand/begin.html", context)


def _problem(offer: Offer) -> dict[str, str] | None:
    try:
        check_offer(offer)
    except HuitongError as error:
        here = language()
        return {"title": error.title(here), "detail": error.detail(here), "hint": error.hint(here)}
    return None


def _begun(request: HttpRequest, offer: Offer) -> HttpResponse:
    user = require_user(request.user)
    if department_of(user) is None:
        raise Terminal("people.not_allowed", login=user.login)
    renews, number, steps = request.POST.get("renews", ""), request.POST.get("from", ""), dict[str, str]()
    if renews:
        grant = access_grant(user, renews)
        steps = steps_of_grant(grant, offer, grant.needs.select_related("case").order_by("-pk").first())
    elif number:
        steps = steps_from(access_need(user, number, Need.Kind.APPLICATION), offer)
    draft = start_draft(user, subject_kind=offer.kind, subject_key=offer.key, steps=steps, renews=renews)
    return redirect("demand:draft", draft.pk)


def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in one step of an application; the last one sends it."""
    user = require_user(request.user)
    row = access_draft(user, pk)
    offer = offer_of(user, row.subject_kind, row.subject_key)
    steps = DraftSteps(request, user, row, offer)
    form = _step_form(steps, offer)
    if request.method == "POST" and form.is_valid():
        steps.keep()
        if not steps.is_last:
            return redirect(steps.following)
        values = steps.values()
        if values is not None:
            asked = asked_from(values, row.renews.code if row.renews else "")
            try:
                case = submit_application(
                    user, subject_kind=row.subject_kind, subject_key=row.subject_key, asked=asked, draft=pk
                )
            except Terminal as error:
                form.refuse(error)
                return _draft_page(request, row, steps, offer, form)
            messages.success(request, _("申请已提交。下面可以看到它走到哪一步、最晚什么时候答复。"))
            return redirect("demand:application", case.number)
    return _draft_page(request, row, steps, offer, form)


def _step_form(steps: DraftSteps, offer: Offer) -> SiteForm:
    return steps.form(initial_scope(offer) if steps.current.name == "scope" else None)


def _draft_page(
    request: HttpRequest, row: Draft, steps: DraftSteps, offer: Offer, form: SiteForm, file: FileForm | None = None
) -> HttpResponse:
    context = {"draft": row, "offer": offer, "steps": steps, "form": form, "summary": _summary(steps, offer)}
    context |= {"files": row.files.all(), "file_form": file or FileForm(auto_id="file-%s")}
    status = HTTPStatus.OK if file is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "demand/draft.html", context, status=status)


def _summary(steps: DraftSteps, offer: Offer) -> list[tuple[Text, str]]:
    """What was entered, for the last look."""
    if not steps.is_last:
        return []
    titles = {field.name: field.title for field in offer.fields}
    lines: list[tuple[Text, str]] = []
    for form in steps.forms()[:-1]:
        form.is_valid()
        for name, value in form.cleaned_data.items():
            words = (
                [titles.get(one) or str(label("service_kind", one).text) for one in value]
                if isinstance(value, list)
                else [str(value) if value is not None else ""]
            )
            lines.append((form.fields[name].label or name, gettext("、").join(words) or "—"))
    return lines


@require_POST
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file beside a draft, and return to its step; what is wrong with it is said there."""
    user = require_user(request.user)
    row, form = access_draft(user, pk), FileForm(request.POST, request.FILES, auto_id="file-%s")
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            add_draft_file(user, draft=pk, name=upload.name or "", content=upload.file)
        except Terminal as error:
            form.refuse(error)
        else:
            messages.success(request, _("附件已加入，提交申请时一并送出。"))
            return _back_to_step(request, pk)
    offer = offer_of(user, row.subject_kind, row.subject_key)
    steps = DraftSteps(request, user, row, offer, _sent_step(request))
    return _draft_page(request, row, steps, offer, _step_form(steps, offer), form)


@require_POST
def drop_file(request: HttpRequest, pk: int, file_id: int) -> HttpResponse:
    """Take a file from a draft again."""
    drop_draft_file(require_user(request.user), draft=pk, file=file_id)
    return _back_to_step(request, pk)


def _back_to_step(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(f"{reverse('demand:draft', args=[pk])}?step={_sent_step(request)}")


def _sent_step(request: HttpRequest) -> str:
    """The step beside which something was sent."""
    step = request.POST.get("step", "")
    return step if step in ("purpose", "scope", "app", "check") else "purpose"


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    drop_draft(require_user(request.user), draft=pk)
    messages.success(request, _("草稿已删除。"))
    return redirect("demand:needs")
