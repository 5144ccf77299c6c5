"""Pages of the catalog: items, one item, data elements."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import organisation_tree, scope_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.specs import ItemFilter, ItemRow
from huitong.apps.collection.views import ISSUE_COLUMNS, issue_cells
from huitong.apps.labels import Label, Text, choices, label
from huitong.apps.overview.selectors import item_page
from huitong.apps.overview.specs import ItemPage, TableFigures
from huitong.apps.paging import Page, page_of
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Wanted, listing_page, plain_table, state_cell
from huitong.apps.tabs import Tab

ITEM_COLUMN = 1
"""Place of the item among the columns of quality issues: on its own page it goes without saying."""
_OPEN = Label(_("向社会开放"), "violet", "users")


def items(request: HttpRequest) -> HttpResponseBase:
    """List the catalog."""

    def fetch(wanted: Wanted, number: int, size: int) -> Page[ItemRow]:
        narrowed = ItemFilter(
            text=wanted.text,
            provider=wanted.value("provider"),
            link_state=wanted.value("link_state"),
            sharing_type=wanted.value("sharing_type"),
            order=wanted.order,
        )
        return item_list(request.user, narrowed, number=number, size=size)

    context = {"official": scope_of(request.user).official}
    return listing_page(request, "catalog/items.html", _item_listing(request.user), fetch, context)


def _item_listing(viewer: Viewer) -> Listing[ItemRow]:
    providers: list[tuple[str, Text]] = [(node.code, node.short or node.title) for node in organisation_tree(viewer)]
    return Listing(
        name="items",
        title=_("数据目录"),
        columns=(
            Column("title", _("目录名称"), sorts=True, head=True),
            Column("provider", _("提供部门"), sorts=True),
            Column("sharing_type", _("共享类型"), "badge"),
            Column("link_state", _("挂接情况"), "badge"),
            Column("update_cycle", _("更新周期")),
            Column("published_on", _("发布日期"), "date", sorts=True),
        ),
        cells=_item_cells,
        empty=Empty(_("目录里还没有内容"), _("部门编制并发布目录后，会列在这里。"), icon="list-details"),
        search=_("按名称、代码或摘要搜索"),
        filters=(
            Filter("provider", _("提供部门"), providers),
            Filter("sharing_type", _("共享类型"), choices("sharing_type")),
            Filter("link_state", _("挂接情况"), choices("link_state")),
        ),
        order="code",
    )


def _item_cells(row: ItemRow) -> tuple[Cell, ...]:
    return (
        Cell(
            row.title,
            href=reverse("catalog:item", args=[row.code]),
            note=row.code,
            more=(_OPEN,) if row.open_to_public else (),
        ),
        Cell(row.provider_title),
        state_cell("sharing_type", row.sharing_type),
        state_cell("link_state", row.link_state),
        Cell(label("update_cycle", row.update_cycle).text),
        Cell(row.published_on),
    )


def item(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show one item with its fields, rules, link, runs, quality and lineage."""
    page = item_page(request.user, code)
    words = RuleWords()
    words.learn([code])
    lines = [
        [cell for place, cell in enumerate(issue_cells(row, words)) if place != ITEM_COLUMN] for row in page.issues
    ]
    columns = [column for place, column in enumerate(ISSUE_COLUMNS) if place != ITEM_COLUMN]
    context = {
        "page": page,
        "item": page.item,
        "tabs": item_tabs(page, ""),
        "tables": in_order(page),
        "issues": plain_table(_("数据质量"), columns, lines, Empty("")),
    }
    return render(request, "catalog/item.html", context)


def in_order(page: ItemPage) -> list[TableFigures]:
    """Return an item's tables in the order in which rows pass through them."""
    return sorted(page.tables, key=lambda figures: ("raw", "std", "quarantine").index(figures.schema))


def item_tabs(page: ItemPage, current: str) -> list[Tab]:
    """Return the tabs of an item: its description, and its rows at each place for those who may see rows."""
    tabs = [Tab(_("目录说明"), reverse("catalog:item", args=[page.item.code]), current == "")]
    if not page.may_see_rows:
        return tabs
    for figures in in_order(page):
        href = reverse("overview:rows", args=[page.item.code, figures.schema])
        tabs.append(Tab(label("schema", figures.schema).text, href, current == figures.schema, figures.rows))
    return tabs


def elements(request: HttpRequest) -> HttpResponseBase:
    """List the data elements: what a field means, how it is written, how sensitive it is."""

    def fetch(wanted: Wanted, number: int, size: int) -> Page[DataElement]:
        rows = DataElement.objects.all().visible_to(request.user)
        if wanted.text:
            words = ("title", "title_en", "name", "code")
            anywhere = Q()
            for name in words:
                anywhere |= Q(**{f"{name}__icontains": wanted.text})
            rows = rows.filter(anywhere)
        if wanted.value("level"):
            rows = rows.filter(level=int(wanted.value("level")))
        order = wanted.order if wanted.order.removeprefix("-") in ("code", "level") else "code"
        return page_of(rows.order_by(order, "pk"), lambda row: row, number=number, size=size)

    return listing_page(request, "catalog/elements.html", _element_listing(), fetch)


def _element_listing() -> Listing[DataElement]:
    return Listing(
        name="elements",
        title=_("数据元标准"),
        columns=(
            Column("title", _("数据元"), head=True),
            Column("name", _("字段名"), "mono"),
            Column("code", _("标识"), "mono", sorts=True),
            Column("type", _("类型")),
            Column("level", _("敏感级别"), sorts=True),
            Column("mask", _("显示时遮盖")),
        ),
        cells=_element_cells,
        empty=Empty(_("还没有数据元"), _("应用标准声明包后，这里会列出统一的数据元。"), icon="hash"),
        search=_("按名称或标识搜索"),
        filters=(Filter("level", _("敏感级别"), choices("level")),),
        order="code",
    )


def _element_cells(row: DataElement) -> tuple[Cell, ...]:
    return (
        Cell(row.shown_title, note=_standard_of(row)),
        Cell(row.name),
        Cell(row.code),
        Cell(label("data_type", row.type).text, note=row.codelist),
        state_cell("level", str(row.level)),
        Cell(label("mask", row.mask).text if row.mask else _("不遮盖")),
    )


def _standard_of(row: DataElement) -> str:
    """The national standard that defines an element: its definition begins with the number."""
    definition = row.as_spec().definition
    return definition.split(",")[0] if definition.startswith("GB") else ""
