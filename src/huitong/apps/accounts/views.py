"""Pages of accounts: sign in and out, personas of the demo, the registry of organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.desks import choose_desk as sit_down
from huitong.apps.accounts.selectors import organisation_tree, organisations_like, personas, require_user
from huitong.apps.accounts.services import switch_persona as step_into
from huitong.apps.accounts.specs import OrganisationNode
from huitong.apps.labels import choices, label
from huitong.apps.paging import Page, page_in, sorted_by
from huitong.apps.spelling import fits_any
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, Wanted, listing_page


class SignIn(LoginView):  # type: ignore[misc]
    """The sign-in page; in the demo also a click for each persona."""

    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, object]:
        """Add the personas of the demo, and the way through an identity provider where there is one."""
        more = {"personas": personas(), "oidc": settings.HUITONG.oidc_url and settings.HUITONG.oidc_name}
        return {**super().get_context_data(**kwargs), **more}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, or a sign-in that was not finished."""
    logout(request)
    return redirect(settings.LOGIN_URL)


@require_POST
def switch_persona(request: HttpRequest) -> HttpResponse:
    """Step into an account of the demo."""
    step_into(request, login=request.POST.get("login", ""))
    target = request.POST.get("next", "/")
    return redirect(target if url_has_allowed_host_and_scheme(target, None) else "/")


@require_POST
def choose_desk(request: HttpRequest) -> HttpResponse:
    """Act in one of several posts, or look at one department alone; return to the page."""
    sit_down(request, require_user(request.user), request.POST.get("desk", "")[:200])
    target = request.POST.get("next", "/")
    return redirect(target if url_has_allowed_host_and_scheme(target, None) else "/")


def organisations(request: HttpRequest) -> HttpResponseBase:
    """Show who there is, at first each organisation below its superior."""
    tree = organisation_tree(request.user)
    known = {node.code: node for node in tree}

    def fetch(wanted: Wanted, number: int, size: int) -> Page[OrganisationNode]:
        rows = sorted_by((node for node in tree if _wanted(node, wanted)), wanted.order, _ORDERS)
        page = page_in(rows[::-1] if wanted.order == "-superior" else rows, number=number, size=size)
        if wanted.order == "superior" and len(rows) == len(tree):
            return page
        return replace(page, rows=tuple(replace(node, depth=0) for node in page.rows))

    context = {"total": len(tree)}
    return listing_page(request, "accounts/organisations.html", _organisation_listing(known), fetch, context)


_ORDERS = {name: name for name in ("title", "kind", "code", "division")}


def _wanted(node: OrganisationNode, wanted: Wanted) -> bool:
    return wanted.value("kind") in ("", node.kind) and fits_any(wanted.text, *node.names, node.code, node.division)


def _organisation_listing(known: Mapping[str, OrganisationNode]) -> Listing[OrganisationNode]:
    return Listing(
        name="organisations",
        title=_("组织机构"),
        columns=(
            Column("title", _("名称"), sorts=True, head=True),
            Column("kind", _("类型"), sorts=True),
            Column("superior", _("上级机构"), sorts=True, parts=(Part(_("上级机构代码")),)),
            Column("code", _("代码"), "mono", sorts=True),
            Column("division", _("行政区划"), "mono", sorts=True),
        ),
        cells=lambda node: _organisation_cells(node, known.get(node.superior)),
        empty=Empty(_("还没有登记组织机构"), _("应用一个声明包后，这里会列出全市各级机构。"), icon="building-bank"),
        search=_("按名称或代码搜索"),
        filters=(Filter("kind", _("类型"), choices("organisation_kind")),),
        order="superior",
    )


def _organisation_cells(node: OrganisationNode, superior: OrganisationNode | None) -> tuple[Cell, ...]:
    indent = "\u3000" * node.depth
    return (
        Cell(f"{indent}{node.title}", href=reverse("registry:organisation", args=[node.code]), exact=node.title),
        Cell(label("organisation_kind", node.kind).text),
        Cell(superior.short, parts=(superior.code,)) if superior else Cell(None, parts=("",)),
        Cell(node.code),
        Cell(node.division),
    )


def suggest_organisations(request: HttpRequest) -> HttpResponse:
    """Answer a field's ``?q=`` (or the field's own name) with the options of a datalist. Organisations are public."""
    text = next(iter(request.GET.values()), "")[:100]
    options = ((row.shown_title, row.code) for row in organisations_like(str(text)))
    return HttpResponse(format_html_join("", '<option value="{}">{}</option>', options))
