"""Pages of accounts: sign in and out, personas of the demo, the registry of organisations."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import organisation_tree, personas
from huitong.apps.accounts.services import switch_persona as step_into
from huitong.apps.accounts.specs import OrganisationNode
from huitong.apps.labels import label
from huitong.apps.tables import Cell, Column, Empty, plain_table


class SignInForm(AuthenticationForm):
    """Login and password, in the look of the site."""

    error_messages = {
        "invalid_login": _("账号或密码不对。请核对后再输一次；忘记密码请联系本单位管理员。"),
        "inactive": _("这个账号已停用。请联系本单位管理员。"),
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].label = _("账号")
        self.fields["password"].label = _("密码")
        for each in self.fields.values():
            each.widget.attrs["class"] = "input"


class SignIn(LoginView):
    """The sign-in page; in the demo also a click for each persona."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the personas of the demo."""
        return {**super().get_context_data(**kwargs), "personas": personas()}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect(settings.LOGIN_URL)


@require_POST
def switch_persona(request: HttpRequest) -> HttpResponse:
    """Step into an account of the demo."""
    step_into(request, login=request.POST.get("login", ""))
    return redirect("/")


def organisations(request: HttpRequest) -> HttpResponse:
    """Show who there is, each organisation below its superior."""
    columns = (
        Column("title", _("名称"), head=True),
        Column("kind", _("类型")),
        Column("code", _("代码"), "mono"),
        Column("division", _("行政区划"), "mono"),
    )
    rows = [_organisation_cells(node) for node in organisation_tree(request.user)]
    empty = Empty(_("还没有登记组织机构"), _("应用一个声明包后，这里会列出全市各级机构。"), icon="building-bank")
    table = plain_table(_("组织机构"), columns, rows, empty)
    return render(request, "accounts/organisations.html", {"table": table, "total": len(rows)})


def _organisation_cells(node: OrganisationNode) -> tuple[Cell, ...]:
    indent = "\u3000" * node.depth
    return (
        Cell(f"{indent}{node.title}"),
        Cell(label("organisation_kind", node.kind).text),
        Cell(node.code),
        Cell(node.division),
    )
