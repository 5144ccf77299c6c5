"""The page of what is being compiled, with the three ways to begin."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import require_official
from huitong.apps.catalog.selectors import draft_list, may_compile
from huitong.apps.catalog.specs import DraftRow
from huitong.apps.labels import Text, choices
from huitong.apps.paging import Page
from huitong.apps.tables import (
    Cell,
    Column,
    Empty,
    Filter,
    Listing,
    Part,
    Value,
    Wanted,
    listing_page,
    state_cell,
)


def drafts(request: HttpRequest) -> HttpResponseBase:
    """List what is being compiled, with the three ways to begin."""
    require_official(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[DraftRow]:
        values = {"state": wanted.value("state"), "kind": wanted.value("kind"), "order": wanted.order}
        return draft_list(request.user, text=wanted.text, number=number, size=size, **values)

    context = {"may_compile": may_compile(request.user)}
    return listing_page(request, "catalog/drafts.html", _draft_listing(), fetch, context)


def _draft_listing() -> Listing[DraftRow]:
    return Listing(
        name="drafts",
        title=_("目录编制"),
        columns=(
            Column("title", _("目录名称"), head=True, parts=(Part(_("目录代码")),)),
            Column("kind", _("编制类型"), "badge"),
            Column("provider", _("提供部门")),
            Column("origin", _("编制方式")),
            Column("findings", _("检查结果"), sorts=True, parts=_FOUND, whole=False),
            Column("state", _("状态"), "badge", parts=(Part(_("办件编号")),)),
            Column("by", _("起草人")),
            Column("updated_at", _("最后修改"), "time", sorts=True),
        ),
        cells=_draft_cells,
        empty=Empty(_("没有正在编制的目录"), _("从上面三种方式里选一种开始。"), icon="pencil"),
        search=_("按名称搜索"),
        filters=(
            Filter("state", _("状态"), choices("draft_state"), _("未办结的")),
            Filter("kind", _("编制类型"), choices("draft_kind")),
        ),
        order="-updated_at",
    )


def _draft_cells(row: DraftRow) -> tuple[Cell, ...]:
    return (
        Cell(row.title or gettext("（未命名）"), href=reverse("catalog:draft", args=[row.id]), note=row.item),
        state_cell("draft_kind", row.kind),
        Cell(row.provider_title),
        state_cell("draft_origin", row.origin),
        Cell(_found_words(row), tone="bad" if row.errors else "", parts=_found(row)),
        state_cell("draft_state", row.state, note=row.case),
        Cell(row.by),
        Cell(row.updated_at),
    )


_FOUND = (Part(_("错误"), "number"), Part(_("提醒"), "number"))


def _found(row: DraftRow) -> tuple[Value, ...]:
    return (None,) if row.kind == "cancel" else (row.errors, row.warnings)


def _found_words(row: DraftRow) -> Text:
    if row.kind == "cancel":
        return "—"
    if not row.errors and not row.warnings:
        return _("符合指南")
    return gettext("%(errors)s 处错误，%(warnings)s 处提醒") % {"errors": row.errors, "warnings": row.warnings}
