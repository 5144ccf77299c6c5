"""Pages of consumer apps: which there are, one with its grants, a new one, its secret, whether it may call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import require_official, require_user, systems_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.forms import SiteForm
from huitong.apps.paging import Page, page_in, sorted_by
from huitong.apps.sharing.grant_forms import APP_STEPS, ReasonForm, reason_forms
from huitong.apps.sharing.selectors import APP_KEEPERS, access_app, app_list, app_page
from huitong.apps.sharing.services import issue_secret, link_app, register_app, resume_app, suspend_app
from huitong.apps.sharing.specs import AppRow, IssuedSecret
from huitong.apps.tables import Cell, Column, Empty, Listing, Part, Wanted, listing_page, state_cell
from huitong.foundation.errors import HuitongError, Terminal


class AppForm(SiteForm):
    """A program that will call."""

    about = {"sharing.app_untitled": "title", "sharing.bad_app_code": "code", "sharing.app_exists": "code",
             "people.not_found": "system"}  # fmt: skip

    title = forms.CharField(label=_("应用名称"), max_length=200, help_text=_("哪个系统来调用，例如“就业服务系统”。"))
    title_en = forms.CharField(label=_("英文名称"), max_length=300, required=False)
    code = forms.CharField(
        label=_("应用账号"), max_length=40, help_text=_("调用接口时的 client_id：小写字母开头，可用数字和连字符。")
    )
    system = forms.ChoiceField(
        label=_("所属系统"), required=False, help_text=_("哪个已登记的信息系统来调用；孤岛地图据此连线")
    )

    def __init__(self, *args: Any, viewer: Viewer, organisation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = [("", _("（不属于某个系统）")), *systems_of(viewer, organisation)]  # type: ignore[attr-defined]


def apps(request: HttpRequest) -> HttpResponseBase:
    """List the consumer apps."""
    require_official(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[AppRow]:
        rows = sorted_by(
            app_list(request.user), wanted.order, {name: name for name in ("title", "organisation", "grants")}
        )
        return page_in(rows, number=number, size=size)

    return listing_page(request, "sharing/apps.html", _listing(), fetch, {"may_register": _may_register(request)})


def _may_register(request: HttpRequest) -> bool:
    return require_user(request.user).has_role("bureau", *APP_KEEPERS)


def _listing() -> Listing[AppRow]:
    return Listing(
        name="apps",
        title=_("消费方应用"),
        columns=(
            Column("title", _("应用"), sorts=True, head=True, parts=(Part(_("应用账号")),)),
            Column("organisation", _("所属单位"), sorts=True),
            Column("grants", _("有效授权"), "number", sorts=True),
            Column("state", _("状态"), "badge"),
        ),
        cells=lambda row: (
            Cell(row.title, href=reverse("sharing:app", args=[row.code]), note=row.code),
            Cell(row.organisation),
            Cell(row.grants),
            state_cell("app_state", "active" if row.active else "suspended"),
        ),
        empty=Empty(
            _("还没有应用"),
            _("调用接口的业务系统先在这里登记，取得账号和密钥。"),
            reverse("sharing:register_app"),
            _("登记应用"),
            icon="id",
        ),
    )


def register(request: HttpRequest) -> HttpResponse:
    """Register an app of the reader's organisation."""
    user = require_user(request.user)
    if not _may_register(request) or user.organisation is None:
        raise Terminal("people.not_allowed", login=user.login)
    form = AppForm(request.POST or None, viewer=user, organisation=user.organisation.code)
    if request.method == "POST" and form.is_valid():
        try:
            row = register_app(user, **form.cleaned_data)
        except HuitongError as error:
            form.refuse(error)
        else:
            messages.success(request, _("应用已登记。下一步：生成密钥。"))
            return redirect("sharing:app", row.code)
    return render(request, "sharing/register_app.html", {"form": form, "organisation": user.organisation})


@never_cache
def app(
    request: HttpRequest,
    code: str,
    issued: IssuedSecret | None = None,
    tried: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show an app, and once the secret it was just given; ``tried`` is the form of a step that was refused."""
    require_official(request.user)
    row = access_app(request.user, code)
    context = {
        "app": app_page(request.user, code),
        "issued": issued,
        "reasons": reason_forms(APP_STEPS, tried),
        "system": row.system,
        "systems": systems_of(request.user, row.organisation.code),
    }
    return render(request, "sharing/app.html", context, status=status)


@require_POST
@never_cache
def secret(request: HttpRequest, code: str) -> HttpResponse:
    """Give an app a new secret and show it this once: it is in no address and in no history."""
    return app(request, code, issue_secret(require_user(request.user), app=code))


@require_POST
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Say which system calls by an app."""
    link_app(require_user(request.user), app=code, system=request.POST.get("system", ""))
    messages.success(request, _("已保存。"))
    return redirect("sharing:app", code)


@require_POST
def move(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Suspend an app, or let it call again."""
    if step not in APP_STEPS:
        raise Terminal("site.not_found", path=request.path)
    user, form = require_user(request.user), ReasonForm(step, APP_STEPS[step], request.POST)
    if not form.is_valid():
        return app(request, code, tried=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if step == "suspend":
        suspend_app(user, app=code, reason=form.cleaned_data["reason"])
        messages.success(request, _("应用已停用，网关在几秒内拒绝它的调用。"))
    else:
        resume_app(user, app=code, reason=form.cleaned_data["reason"])
        messages.success(request, _("应用已恢复。"))
    return redirect("sharing:app", code)
