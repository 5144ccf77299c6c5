"""The page of an organisation: who answers for its data, its systems and its place in the tree."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import Organisation, System
from huitong.apps.accounts.selectors import organisation_by_code, require_bureau, scope_of
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.registry.forms import ContactsForm, OrganisationForm
from huitong.apps.registry.selectors import may_register_for
from huitong.apps.registry.services import register_organisation, require_keeper, set_contacts
from huitong.apps.registry.views import require_registrar
from huitong.apps.tables import Cell, Column, Empty, plain_table, state_cell
from huitong.foundation.errors import Terminal


def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """Show one organisation; officials also see whom to call."""
    row = organisation_by_code(code)
    official = scope_of(request.user).official
    systems = System.objects.visible_to(request.user).filter(organisation=row)
    columns = (
        Column("title", _("系统名称"), head=True),
        Column("level", _("系统层级")),
        Column("state", _("状态"), "badge"),
    )
    cells = [
        (
            Cell(one.shown_title, href=reverse("registry:system", args=[one.code]), note=one.code),
            state_cell("system_level", one.level),
            state_cell("system_state", one.state),
        )
        for one in systems
    ]
    spec = row.as_spec()
    context = {
        "organisation": row,
        "superior": row.superior,
        "subordinates": row.subordinates.all(),
        "officer": spec.chief_data_officer if official else None,
        "liaisons": spec.liaisons if official else (),
        "items": CatalogItem.objects.visible_to(request.user).current().filter(provider=row).count(),
        "systems": plain_table(_("信息系统"), columns, cells, Empty(_("没有登记信息系统"), icon="database")),
        "official": official,
        "may_edit": may_register_for(request.user, row),
        "bureau": not request.user.is_anonymous and request.user.has_role("bureau"),
    }
    return render(request, "registry/organisation.html", context)


def contacts(request: HttpRequest, code: str) -> HttpResponse:
    """Record who answers for an organisation's data."""
    user = require_registrar(request.user)
    row = organisation_by_code(code)
    require_keeper(user, row)
    spec = row.as_spec()
    form = ContactsForm(request.POST or None, initial=ContactsForm.initial_of(spec))
    if request.method == "POST" and form.is_valid():
        set_contacts(
            user,
            organisation=code,
            chief_data_officer=form.officer(spec.chief_data_officer),
            liaisons=form.people(spec.liaisons),
        )
        messages.success(request, _("已保存。"))
        return redirect("registry:organisation", code)
    return render(request, "registry/contacts.html", {"organisation": row, "form": form})


def edit_organisation(request: HttpRequest, code: str = "") -> HttpResponse:
    """Register an organisation, or change it; for the bureau."""
    user = require_bureau(request.user)
    row = organisation_by_code(code) if code else None
    spec = row.as_spec() if row else None
    initial: dict[str, object] = {"kind": "department", "superior": request.GET.get("superior", "")}
    if row is not None and spec is not None:
        initial = msgspec.structs.asdict(spec)
        initial["superior"] = row.superior.shown_title if row.superior else ""
    form = OrganisationForm(request.POST or None, code=code, initial=initial)
    if request.method == "POST" and form.is_valid():
        if row is None and Organisation.objects.filter(code=form.cleaned_data["code"]).exists():
            form.add_error("code", _("这个代码已经有机构在用。"))
        else:
            try:
                done = register_organisation(user, spec=form.spec(spec))
            except Terminal as error:
                form.refuse(error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("registry:organisation", done.code)
    return render(request, "registry/edit_organisation.html", {"form": form, "organisation": row})
