"""Pages of an account's security: one's own, and for the bureau everybody's."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import PasswordChangeView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.devices import device_words, method_words
from huitong.apps.accounts.factors import factors_of, must_have_factor, reset_factors
from huitong.apps.accounts.models import SignedIn, User
from huitong.apps.accounts.people import attempts_of, session_rows, user_list
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.accounts.services import note_password_change
from huitong.apps.accounts.sessions import end_session, end_sessions
from huitong.apps.accounts.specs import AttemptRow, UserRow
from huitong.apps.labels import choices, label
from huitong.apps.paging import Page
from huitong.apps.tables import (
    Cell,
    Column,
    Empty,
    Filter,
    Listing,
    Part,
    Table,
    Wanted,
    listing_page,
    plain_table,
    state_cell,
)
from huitong.foundation.errors import Terminal


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Terminal("people.sign_in_needed")
    return request.user


def security(request: HttpRequest) -> HttpResponse:
    """Show how safe one's account is: password, second factors, sessions, attempts."""
    user = _reader(request)
    context = {
        "factors": factors_of(user),
        "needed": must_have_factor(user),
        "sessions": session_rows(user, current=request.session.session_key or ""),
        "attempts": _attempt_table(attempts_of(user)),
        "has_password": user.has_usable_password(),
    }
    return render(request, "accounts/security.html", context)


def to_security(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Lead to the page of one's account."""
    return redirect("accounts:security")


def _attempt_table(rows: tuple[AttemptRow, ...]) -> Table:
    columns = (
        Column("at", _("时间"), "time", head=True),
        Column("outcome", _("结果"), "badge"),
        Column("method", _("方式")),
        Column("address", _("地址"), "mono"),
        Column("agent", _("浏览器")),
    )
    cells = [
        (
            Cell(row.at),
            state_cell("attempt", row.outcome),
            Cell(method_words(row.method)),
            Cell(row.address),
            Cell(device_words(row.agent)),
        )
        for row in rows
    ]
    return plain_table(_("最近的登录"), columns, cells, Empty(_("还没有登录记录"), icon="history"))


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    """A new password ends all other sessions."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send those without a password of their own back."""
        if not _reader(request).has_usable_password():
            return redirect("accounts:security")
        found: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return found

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it."""
        before = str(self.request.session.session_key)
        super().form_valid(form)
        user = _reader(self.request)
        SignedIn.objects.filter(session_key=before).update(session_key=self.request.session.session_key)
        note_password_change(user, but=str(self.request.session.session_key))
        return redirect("accounts:security")


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session."""
    end_session(_reader(request), session_id=pk)
    messages.success(request, gettext("这处登录已经失效。"))
    return redirect(_back(request))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    user = _reader(request)
    ended = end_sessions(user, user=user, but=request.session.session_key or "")
    messages.success(request, gettext("其他 %(number)d 处登录已经失效。") % {"number": ended})
    return redirect("accounts:security")


def _back(request: HttpRequest) -> str:
    login = request.POST.get("user", "")
    return reverse("accounts:user", args=[login]) if login else reverse("accounts:security")


def users(request: HttpRequest) -> HttpResponseBase:
    """List the accounts, for the bureau."""
    require_bureau(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[UserRow]:
        values = {"text": wanted.text, "role": wanted.value("role"), "order": wanted.order}
        return user_list(request.user, **values, number=number, size=size)

    listing = Listing[UserRow](
        name="users",
        title=_("用户账号"),
        columns=(
            Column("name", _("姓名"), head=True, parts=(Part(_("账号")),)),
            Column("role", _("角色")),
            Column("organisation", _("机构")),
            Column("factor", _("第二道验证"), "badge"),
            Column("sessions", _("在线"), "number", sorts=True),
            Column("last_login", _("上次登录"), "time", sorts=True),
        ),
        cells=_user_cells,
        empty=Empty(_("还没有用户"), _("应用声明包时登记的用户会列在这里。"), icon="users"),
        search=_("按姓名或账号搜索"),
        filters=(Filter("role", _("角色"), choices("role")),),
    )
    return listing_page(request, "accounts/users.html", listing, fetch, {})


def _user_cells(row: UserRow) -> tuple[Cell, ...]:
    return (
        Cell(row.name, href=reverse("accounts:user", args=[row.login]), note=row.login),
        Cell(label("role", row.role).text if row.role else ""),
        Cell(row.organisation),
        state_cell("factor", "on" if row.factor else "off"),
        Cell(row.sessions),
        Cell(row.last_login),
    )


def one_user(request: HttpRequest, login: str) -> HttpResponse:
    """Show one account's sessions, factors and attempts, for the bureau."""
    require_bureau(request.user)
    user = _user(login)
    context = {
        "person": user,
        "role": user.all_memberships[0].role if user.all_memberships else "",
        "factors": factors_of(user),
        "needed": must_have_factor(user),
        "sessions": session_rows(user, current=request.session.session_key or ""),
        "attempts": _attempt_table(attempts_of(user)),
    }
    return render(request, "accounts/user.html", context)


def _user(login: str) -> User:
    found = User.objects.select_related("organisation").filter(login=login).first()
    if found is None:
        raise Terminal("people.not_found", kind="user", code=login)
    return found


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def end_all_of(request: HttpRequest, login: str) -> HttpResponse:
    """End all sessions of somebody, for the bureau, who has just confirmed who it is."""
    ended = end_sessions(require_bureau(request.user), user=_user(login))
    messages.success(request, gettext("%(number)d 处登录已经失效。") % {"number": ended})
    return redirect("accounts:user", login)


@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def reset_factors_of(request: HttpRequest, login: str) -> HttpResponse:
    """Take the second factors from somebody who lost them, for the bureau, who has just confirmed who it is."""
    count = reset_factors(require_bureau(request.user), user=_user(login))
    messages.success(request, gettext("已清除 %(number)d 项第二道验证。请让本人重新登录并启用。") % {"number": count})
    return redirect("accounts:user", login)
