"""Pages of sharing: services, one service with a trial call, grants with why they answer or refuse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_official, scope_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.forms import SiteForm, missing
from huitong.apps.labels import Label, Text, choices, label, language, listed
from huitong.apps.libraries.field_words import field_titles
from huitong.apps.libraries.services import check_key
from huitong.apps.overview.lineage import lineage_of_service
from huitong.apps.paging import Page, page_in, sorted_by
from huitong.apps.sharing.calling import call_command, kind_to_show, token_command
from huitong.apps.sharing.grant_forms import GRANT_STEPS, ChangeForm, ReasonForm, reason_forms, told_events
from huitong.apps.sharing.selectors import (
    access_grant,
    app_list,
    explain_call,
    grant_history,
    grant_list,
    grant_row,
    may_do,
    service_list,
    service_page,
)
from huitong.apps.sharing.services import issue_trial_token
from huitong.apps.sharing.specs import GrantRow, ServicePage, ServiceRow
from huitong.apps.sharing.trends import calls_chart
from huitong.apps.sharing.trying import TrialCall, TrialReply, try_call
from huitong.apps.spelling import fits_any
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, Wanted, listing_page, state_cell
from huitong.engine.declarations.sharing import ServiceKind
from huitong.foundation.errors import HuitongError, Terminal

_JSON = "Content-Type: application/json"


class TrialForm(SiteForm):
    """What a trial asks: under which grant, in which way, about whom."""

    about = {"libraries.key_wrong": "key"}
    terms = {
        "grant": "grant",
        "kind": "service kind",
    }
    verifying = ("field", "value")
    """What only a verification asks; out of sight while records are asked for."""

    grant = forms.ChoiceField(label=_("以哪项授权"))
    kind = forms.ChoiceField(label=_("方式"), widget=forms.RadioSelect)
    key = forms.CharField(label=_("号码"), max_length=200)
    field = forms.ChoiceField(label=_("核验哪一项"), required=False)
    value = forms.CharField(label=_("核验的内容"), required=False, max_length=200)
    case = forms.CharField(label=_("办件编号"), required=False, max_length=100)

    def __init__(self, *args: object, service: ServicePage, grants: tuple[GrantRow, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.service = service
        offered = {
            "grant": [(row.code, f"{row.purpose} · {row.app_title}") for row in grants],
            "kind": [(kind, label("service_kind", kind).text) for kind in service.kinds],
            "field": [(one.name, one.title) for one in service.fields if not one.is_key],
        }
        for name, values in offered.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
        self.fields["key"].label = service.key_title
        if "verify" not in service.kinds:
            for name in self.verifying:
                del self.fields[name]

    def clean_key(self) -> str:
        """A number that cannot exist is nobody's: the gateway is not called."""
        key: str = self.cleaned_data["key"]
        try:
            check_key(self.service.key_element, key)
        except Terminal as error:
            self.refuse(error)
        return key

    def clean(self) -> dict[str, object]:
        """A verification needs something to verify."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "verify" and not str(cleaned.get("value") or "").strip():
            self.add_error("value", _("核验时请填写要核对的内容。"))
        if cleaned.get("kind") == "verify" and cleaned.get("field") == "":
            self.add_error("field", missing(self["field"]))
        return cleaned

    def body(self) -> object:
        """The request's body."""
        asked = self.cleaned_data
        if asked["kind"] == "verify":
            return {"items": [{"key": asked["key"], "values": {asked["field"]: asked["value"]}}]}
        return {"keys": [asked["key"]]}


@dataclass(frozen=True)
class Trial:
    """A trial as shown: the request in words, and the reply, or why there was none."""

    request: str
    reply: TrialReply | None
    problem: dict[str, str] | None


def services(request: HttpRequest) -> HttpResponseBase:
    """List the services."""
    require_official(request.user)
    found = service_list(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[ServiceRow]:
        rows = sorted_by((row for row in found if _wanted(row, wanted)), wanted.order, _ORDERS)
        return page_in(rows, number=number, size=size)

    return listing_page(request, "sharing/services.html", _service_listing(found), fetch)


_ORDERS = {"provider": "provider_title"} | {name: name for name in ("title", "grants", "calls_today", "calls_30_days")}


def _wanted(row: ServiceRow, wanted: Wanted) -> bool:
    kind = wanted.value("kind")
    fits = wanted.value("provider") in ("", row.provider) and (not kind or kind in row.kinds)
    return fits and fits_any(wanted.text, row.title, row.code, row.provider_title)


def _service_listing(found: Sequence[ServiceRow]) -> Listing[ServiceRow]:
    providers: dict[str, Text] = {row.provider: row.provider_title for row in found}
    return Listing(
        name="services",
        title=_("共享服务"),
        columns=(
            Column("title", _("服务"), sorts=True, head=True, parts=(Part(_("服务代码")),)),
            Column("provider", _("提供部门"), sorts=True),
            Column("kinds", _("方式"), "badge"),
            Column("grants", _("有效授权"), "number", sorts=True),
            Column("calls_today", _("今日调用"), "number", sorts=True),
            Column("calls_30_days", _("30 天调用"), "number", sorts=True),
        ),
        cells=_service_cells,
        empty=Empty(
            _("还没有共享服务"),
            _("在声明包里把基础库或部门的数据登记成服务，应用并发布后就会列在这里。"),
            icon="api",
        ),
        search=_("按名称、代码或部门搜索"),
        filters=(
            Filter("provider", _("提供部门"), list(providers.items())),
            Filter("kind", _("方式"), choices("service_kind")),
        ),
    )


def _service_cells(row: ServiceRow) -> tuple[Cell, ...]:
    query = urlencode({"service": row.code})
    return (
        Cell(row.title, href=reverse("sharing:service", args=[row.code]), note=row.code),
        Cell(row.provider_title),
        _kinds_cell([label("service_kind", kind) for kind in row.kinds]),
        Cell(row.grants, href=f"{reverse('sharing:grants')}?{query}"),
        Cell(row.calls_today, href=f"{reverse('ledger:evidence')}?{query}"),
        Cell(row.calls_30_days),
    )


def _kinds_cell(kinds: Sequence[Label]) -> Cell:
    """A badge for each way; files have them in one cell."""
    if not kinds:
        return Cell(None)
    first, *others = kinds
    return Cell(first.text, tone=first.tone, icon=first.icon, more=others, exact=listed(one.text for one in kinds))


def service(request: HttpRequest, code: str) -> HttpResponse:
    """Show a service: what it answers, to whom, how to call it; and let those who may try it."""
    require_official(request.user)
    page = service_page(request.user, code)
    mine = _usable_grants(request.user, page)
    shown = _grant_to_show(mine)
    kind = kind_to_show(page.kinds, shown.kinds if shown else page.kinds)
    asked = {name: request.GET[name][:200] for name in ("grant", "key") if name in request.GET}
    initial = {"grant": shown.code if shown else "", "kind": kind, "key": page.example_key, **asked}
    form = TrialForm(request.POST or None, service=page, grants=mine, initial=initial) if mine else None
    trial = None
    if form is not None and request.method == "POST" and form.is_valid() and isinstance(request.user, User):
        trial = _tried(request.user, page, form)
    context = {
        "service": page,
        "form": form,
        "trial": trial,
        "curl": _curl(request, page, shown, kind),
        "consumer": shown.app if shown else "",
        "usage": _usage(page),
        "chart": calls_chart(page),
        "lineage": lineage_of_service(request.user, code),
    }
    response = render(request, "sharing/service.html", context)
    if trial:
        response.headers["Cache-Control"] = "no-store"
    return response


def _usable_grants(viewer: Viewer, page: ServicePage) -> tuple[GrantRow, ...]:
    """The grants in force that the reader may try: the own organisation's; in the demo the bureau tries any."""
    in_force = tuple(row for row in page.grants if row.in_force)
    if scope_of(viewer).everything:
        tries_any = settings.HUITONG.demo and isinstance(viewer, User) and viewer.has_role("bureau")
        return in_force if tries_any else ()
    own = {app.code for app in app_list(viewer)}
    return tuple(row for row in in_force if row.app in own)


def _tried(user: User, page: ServicePage, form: TrialForm) -> Trial:
    asked = form.cleaned_data
    path = page.verify_path if asked["kind"] == "verify" else page.records_path
    words = _request_text(path, asked["grant"], asked["case"], user.login, form.body())
    try:
        token = issue_trial_token(user, grant=asked["grant"])
        call = TrialCall(path, token.access_token, asked["grant"], asked["case"], user.login, form.body())
        return Trial(words, try_call(call), None)
    except HuitongError as error:
        here = language()
        problem = {"title": error.title(here), "detail": error.detail(here), "hint": error.hint(here)}
        return Trial(words, None, problem)


def _request_text(path: str, grant: str, case: str, operator: str, body: object) -> str:
    lines = [f"POST {path}", "Authorization: Bearer …", f"Purpose: {grant}", f"Operator: {operator}", _JSON]
    if case:
        lines.insert(3, f"Case: {case}")
    return "\n".join([*lines, "", json.dumps(body, ensure_ascii=False, indent=2)])


def _grant_to_show(mine: tuple[GrantRow, ...]) -> GrantRow | None:
    """The grant that examples name: one that answers about any row, and gives records, where there is one."""
    return min(mine, key=lambda row: (bool(row.row_filter), "records" not in row.kinds), default=None)


def _curl(request: HttpRequest, page: ServicePage, grant: GrantRow | None, kind: ServiceKind) -> str:
    """Two commands that call the service from a terminal: a token first, then the call, of a kind that is granted."""
    host = f"{request.scheme}://{request.get_host()}"
    app, code = (grant.app, grant.code) if grant else ("APP", "GRANT")
    names = grant.fields if grant else tuple(field.name for field in page.fields)
    token = token_command(url=f"{host}{page.token_path}", app=app, secret="$SECRET")
    call = call_command(
        kind=kind,
        url=f"{host}{page.records_path.removesuffix('/records')}",
        token="$TOKEN",
        grant=code,
        key=page.example_key or "KEY",
        field=next((name for name in names if name != page.key), page.key),
    )
    return f"TOKEN=$({token})\n{call}"


def _usage(page: ServicePage) -> dict[str, int]:
    return {
        "calls": sum(point.calls for point in page.usage),
        "refused": sum(point.refused for point in page.usage),
        "answered": sum(point.answered for point in page.usage),
    }


def grants(request: HttpRequest) -> HttpResponseBase:
    """List the grants: which app may use which service, for what purpose, until when."""
    require_official(request.user)
    chosen = request.GET.get("service", "")

    def fetch(wanted: Wanted, number: int, size: int) -> Page[GrantRow]:
        return grant_list(
            request.user, service=chosen, state=wanted.value("state"), order=wanted.order, number=number, size=size
        )

    return listing_page(request, "sharing/grants.html", _grant_listing(), fetch, {"service": chosen})


def _grant_listing() -> Listing[GrantRow]:
    return Listing(
        name="grants",
        title=_("使用授权"),
        columns=(
            Column("purpose", _("用途"), head=True, parts=(Part(_("授权编号")),)),
            Column("consumer", _("使用方"), parts=(Part(_("应用")), Part(_("应用账号")))),
            Column("service", _("服务"), parts=(Part(_("服务代码")),)),
            Column("legal_basis", _("依据"), term="legal basis"),
            Column("fields", _("项目"), "number"),
            Column("quota", _("每日限额"), term="quota", form="#,##0"),
            Column(
                "valid",
                _("有效期"),
                sorts=True,
                parts=(Part(_("生效日期"), "date"), Part(_("到期日期"), "date")),
                whole=False,
            ),
            Column("state", _("状态"), "badge"),
        ),
        cells=_grant_cells,
        empty=Empty(
            _("还没有授权"), _("使用方提出申请并说明用途，经提供部门和数据管理部门同意后，授权会列在这里。"), icon="key"
        ),
        filters=(Filter("state", _("状态"), [one for one in choices("grant_state") if one[0] != "out_of_date"]),),
    )


def _grant_cells(row: GrantRow) -> tuple[Cell, ...]:
    state = "ending" if row.ends_soon else row.state if row.in_force or row.state != "active" else "out_of_date"
    return (
        Cell(row.purpose, href=reverse("sharing:grant", args=[row.code]), note=row.code),
        Cell(row.consumer_title, note=row.app_title, parts=(row.app_title, row.app)),
        Cell(row.service_title, href=reverse("sharing:service", args=[row.service]), parts=(row.service,)),
        Cell(row.legal_basis),
        Cell(len(row.fields)),
        Cell(f"{row.quota:,}" if row.quota else gettext("不限"), exact=row.quota or None),
        Cell(_validity(row), parts=(row.valid_from, row.valid_to)),
        state_cell("grant_state", state),
    )


def _validity(row: GrantRow) -> str:
    begin = row.valid_from.isoformat() if row.valid_from else ""
    end = row.valid_to.isoformat() if row.valid_to else ""
    if not begin and not end:
        return gettext("长期")
    return f"{begin or '…'} – {end or '…'}"


def grant(
    request: HttpRequest, code: str, tried: ChangeForm | ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """Show a grant: what it gives, why a call under it is answered or refused, what may be done, what happened.

    ``tried`` is the form of a step that was refused, with what is wrong in it.
    """
    require_official(request.user)
    found = access_grant(request.user, code)
    row, may = grant_row(found), may_do(request.user, found)
    kind = request.GET.get("kind", "")
    kind = kind if kind in row.kinds else (row.kinds[0] if row.kinds else "records")
    titles = field_titles((*row.fields, *row.clear))
    context = {
        "grant": row,
        "fields": [titles[name] for name in row.fields],
        "clear": [titles[name] for name in row.clear],
        "kind": kind,
        "kinds": row.kinds,
        "validity": _validity(row),
        "may": may,
        "reasons": reason_forms(GRANT_STEPS, tried if isinstance(tried, ReasonForm) else None),
        "change": (tried if isinstance(tried, ChangeForm) else ChangeForm(grant=found)) if may.change else None,
        "events": told_events(grant_history(found)),
        **_explained(request, code, kind),
    }
    return render(request, "sharing/grant.html", context, status=status)


def _explained(request: HttpRequest, code: str, kind: str) -> dict[str, object]:
    """Each rule in the reader's words, and whether a call would be answered."""
    here = language()
    try:
        outcomes = explain_call(request.user, grant=code, kind="verify" if kind == "verify" else "records")
    except HuitongError as error:
        return {"problem": {"title": error.title(here), "detail": error.detail(here), "hint": error.hint(here)}}
    steps = [
        {
            "title": one.title_en if here == "en" else one.title,
            "state": one.state,
            "note": one.note_en if here == "en" else one.note,
            "detail": one.error.detail(here) if one.error else "",
            "hint": one.error.hint(here) if one.error else "",
        }
        for one in outcomes
    ]
    return {"steps": steps, "answered": all(one.state != "failed" for one in outcomes)}
