"""Pages of demands and of sources: filing a demand after a look at what there is, joining one, who answers for what."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code, require_bureau, require_official, require_user
from huitong.apps.catalog.models import DataElement
from huitong.apps.declared import in_language
from huitong.apps.demand.declaring import put_authority, put_remit, remove_authority, remove_remit
from huitong.apps.demand.demanding import department_of
from huitong.apps.demand.forms import DemandForm, JoinForm
from huitong.apps.demand.models import Authority, Remit
from huitong.apps.demand.selectors import items_for, items_with, like_demands, source_rows
from huitong.apps.demand.services import file_demand, join_demand
from huitong.apps.demand.specs import SourceRow, Wanted
from huitong.apps.forms import OrganisationField, SiteForm
from huitong.apps.labels import choices, listed
from huitong.apps.paging import Page, page_in, sorted_by
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, listing_page
from huitong.apps.tables import Wanted as WantedRows
from huitong.engine.declarations import remits
from huitong.foundation.errors import Terminal

_ORDERS = {"title": "title", "authority": "authority_title"}


def new(request: HttpRequest) -> HttpResponse:
    """File a demand: first what comes close to it is shown, then it is sent."""
    user = require_user(request.user)
    if department_of(user) is None:
        raise Terminal("people.not_allowed", login=user.login)
    form = DemandForm(request.POST or None, initial={"title": request.GET.get("q", "")[:200]})
    looked = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        text = " ".join(asked[name] for name in ("title", "what", "wanted", "matter"))
        elements = elements_in(text)
        if "confirm" in request.POST:
            return _filed(request, form, elements)
        names = tuple(row.name for row in elements)
        looked = {
            "items": items_for(user, text),
            "like": like_demands(user, text, names),
            "elements": elements,
        }
    return render(request, "demand/new.html", {"form": form, "looked": looked})


def elements_in(text: str) -> tuple[DataElement, ...]:
    """Return the data elements that a text names by their titles. One query."""
    return tuple(
        row for row in DataElement.objects.all() if row.title in text or (row.title_en and row.title_en in text)
    )


def _filed(request: HttpRequest, form: DemandForm, elements: tuple[DataElement, ...]) -> HttpResponse:
    asked = form.cleaned_data
    kept = set(request.POST.getlist("elements"))
    wanted = Wanted(
        what=asked["what"],
        matter=asked["matter"],
        legal_basis=asked["legal_basis"],
        elements=tuple(row.name for row in elements if row.name in kept),
        wanted=asked["wanted"],
        cycle=asked["cycle"],
        guess=asked["guess"],
    )
    case = file_demand(require_user(request.user), title=asked["title"], wanted=wanted)
    messages.success(request, _("需求已登记，数据管理部门会转给职责所在的部门。"))
    return redirect("demand:demand", case.number)


@require_POST
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Join a demand of somebody else's."""
    form = JoinForm(request.POST)
    matter = form.cleaned_data["matter"] if form.is_valid() else ""
    try:
        join_demand(require_user(request.user), number=number, matter=matter)
    except Terminal as error:
        if error.code not in form.about:
            raise
        return render(request, "demand/join.html", {"form": form, "number": number}, status=error.status)
    messages.success(request, _("已加入这项需求，答复时一并告知本单位。"))
    return redirect("demand:demand", number)


def sources(request: HttpRequest) -> HttpResponseBase:
    """List the data elements with who answers for each, and who else collects it."""
    require_official(request.user)
    rows = source_rows()

    def fetch(wanted: WantedRows, number: int, size: int) -> Page[SourceRow]:
        found = sorted_by((row for row in rows if _fits(row, wanted)), wanted.order, _ORDERS)
        return page_in(found, number=number, size=size)

    counts = {
        "elements": len(rows),
        "answered": sum(1 for row in rows if row.authority),
        "repeated": sum(1 for row in rows if row.repeated),
        "missing": sum(1 for row in rows if row.authority and not row.has_item),
    }
    return listing_page(request, "demand/sources.html", _listing(), fetch, {"counts": counts})


def _fits(row: SourceRow, wanted: WantedRows) -> bool:
    kept = {
        "repeated": row.repeated,
        "unanswered": not row.authority,
        "missing": bool(row.authority) and not row.has_item,
    }
    named = wanted.text.lower() in f"{row.title} {row.name} {row.authority_title}".lower()
    return named and kept.get(wanted.value("show"), True)


def _listing() -> Listing[SourceRow]:
    return Listing(
        name="sources",
        title=_("一数一源"),
        columns=(
            Column("title", _("数据元"), sorts=True, head=True, parts=(Part(_("字段名")),)),
            Column("authority", _("权威部门"), sorts=True, term="authority"),
            Column("basis", _("依据")),
            Column("holders", _("还有谁在采集"), term="collected again"),
            Column("items", pgettext_lazy("count", "目录"), "number"),
            Column("state", _("判断"), "badge"),
        ),
        cells=_cells,
        empty=Empty(
            _("还没有数据元被目录使用"), _("目录的信息项绑定数据元后，这里会列出谁是它的权威来源。"), icon="git-branch"
        ),
        search=_("按数据元或部门搜索"),
        filters=(Filter("show", _("判断"), choices("source_show")),),
    )


def _cells(row: SourceRow) -> tuple[Cell, ...]:
    counted = in_language("{}（{}）", "{} ({})")
    holders = [counted.format(name, count) for name, count in row.holders]
    others = listed(holders[:4]) + ("…" if len(holders) > 4 else "")
    return (
        Cell(row.title, href=reverse("demand:source", args=[row.name]), note=row.name),
        Cell(row.authority_title or "—"),
        Cell(row.basis),
        Cell(others or "—", exact=listed(holders) or None),
        Cell(sum(count for _, count in row.holders) + int(row.has_item)),
        _verdict(row),
    )


def _verdict(row: SourceRow) -> Cell:
    if row.repeated:
        return Cell(_("重复采集"), tone="warn", icon="alert-triangle")
    if not row.authority:
        return Cell(_("未定权威来源"), icon="help-circle")
    if not row.has_item:
        return Cell(_("权威部门未编目"), tone="info", icon="info-circle")
    return Cell(_("关联号码") if row.identifier else _("一数一源"), tone="good", icon="circle-check")


class AuthorityForm(SiteForm):
    """Which department answers for a data element, and by what rule."""

    organisation = OrganisationField(label=_("权威部门"), required=False, help_text=_("留空表示还没有确定"))
    basis = forms.CharField(label=_("依据"), max_length=300, required=False, help_text=_("法律法规或文件的名称和条款"))
    basis_en = forms.CharField(label=_("依据（英文）"), max_length=300, required=False)
    identifier = forms.BooleanField(
        label=_("是查找人或企业的标识"), required=False, help_text=_("各部门的登记都带有它，不算重复采集")
    )


class RemitForm(SiteForm):
    """What a department is for, in the words that people use."""

    words = forms.CharField(
        label=_("职责用词"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("别人要数据时会用的词，用顿号隔开；需求按它们转办"),
    )


def source(request: HttpRequest, element: str) -> HttpResponse:
    """Show one data element: who answers for it, and every item that carries it; the bureau says who answers."""
    require_official(request.user)
    row = next((one for one in source_rows() if one.name == element), None)
    if row is None:
        raise Terminal("people.not_found", kind="data element", code=element)
    bureau = require_user(request.user).has_role("bureau")
    form = _authority_form(request, element) if bureau else None
    if form is not None and request.method == "POST" and form.is_valid():
        _keep_authority(require_bureau(request.user), element, form.cleaned_data)
        messages.success(request, _("已保存。编制和审核目录时即按它提示重复采集。"))
        return redirect("demand:source", element)
    context = {"row": row, "verdict": _verdict(row), "items": items_with(element), "form": form}
    return render(request, "demand/source.html", context)


def _authority_form(request: HttpRequest, element: str) -> AuthorityForm:
    known = Authority.objects.filter(element__name=element).select_related("organisation").first()
    initial: dict[str, object] = {}
    if known is not None:
        spec = known.as_spec()
        initial = {"organisation": known.organisation.shown_title, "basis": spec.basis, "basis_en": spec.basis_en}
        initial["identifier"] = spec.identifier
    return AuthorityForm(request.POST or None, initial=initial)


def _keep_authority(user: User, element: str, said: dict[str, Any]) -> None:
    if said["organisation"]:
        put_authority(user, spec=remits.Authority(element=element, **said))
    elif Authority.objects.filter(element__name=element).exists():
        remove_authority(user, code=element)


def remit(request: HttpRequest, code: str) -> HttpResponse:
    """Say in words what a department is for; demands are routed by them."""
    user = require_bureau(request.user)
    organisation = organisation_by_code(code)
    known = Remit.objects.filter(organisation=organisation).first()
    form = RemitForm(request.POST or None, initial={"words": "、".join(known.as_spec().words) if known else ""})
    if request.method == "POST" and form.is_valid():
        words = tuple(dict.fromkeys(word for word in _WORDS.split(form.cleaned_data["words"]) if word))
        if words:
            put_remit(user, spec=remits.Remit(organisation=code, words=words))
        elif known is not None:
            remove_remit(user, code=code)
        messages.success(request, _("已保存。"))
        return redirect("registry:organisation", code)
    return render(request, "demand/remit.html", {"organisation": organisation, "form": form})


_WORDS = re.compile(r"[、,，;；\s]+")
