"""Pages of the catalog: items, one item, data elements."""

from __future__ import annotations

from itertools import product

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import organisation_tree, scope_of
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.classes import CLASS, ITEM, classification, lineage
from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.searching import suggested_items
from huitong.apps.catalog.selectors import access_item, item_list, may_compile, may_draft_for, open_draft_of
from huitong.apps.catalog.specs import ItemFilter, ItemRow
from huitong.apps.collection.trends import pass_rate_chart
from huitong.apps.collection.views import ISSUE_COLUMNS, issue_cells
from huitong.apps.demand.selectors import repeated_fields
from huitong.apps.everyday import close_readings
from huitong.apps.labels import Label, Text, choices, label
from huitong.apps.overview.lineage import lineage_of_item
from huitong.apps.overview.selectors import item_page
from huitong.apps.overview.specs import ItemHead, TableFigures
from huitong.apps.paging import Page, page_of
from huitong.apps.tables import (
    Cell,
    Column,
    Empty,
    Filter,
    Listing,
    Part,
    Wanted,
    listing_page,
    plain_table,
    state_cell,
)
from huitong.apps.tabs import Tab

ITEM_COLUMN = 1
"""Place of the item among the columns of quality issues: on its own page it goes without saying."""
_ITEM_PARTS = (Part(_("信息资源代码")), Part(_("目录代码")), Part(_("向社会开放")))
_OPEN = Label(_("向社会开放"), "violet", "users")


def items(request: HttpRequest) -> HttpResponseBase:
    """List the catalog."""

    def fetch(wanted: Wanted, number: int, size: int) -> Page[ItemRow]:
        narrowed = ItemFilter(
            text=text,
            order=wanted.order,
            **{name: wanted.value(name) for name in (*_FILTERS, "provider", "classification", "open_to_public")},
        )
        return item_list(request.user, narrowed, number=number, size=size)

    text = request.GET.get("q", "").strip()[:100]
    scope = scope_of(request.user)
    context = {"official": scope.official, "text": text, "may_compile": may_compile(request.user)}
    return listing_page(request, "catalog/items.html", _item_listing(request.user, text), fetch, context)


def suggest(request: HttpRequest) -> HttpResponseBase:
    """Answer the search box while somebody types: a few items, best first."""
    text = request.GET.get("q", "").strip()[:100]
    context = {"suggestions": suggested_items(request.user, text) if text else (), "text": text}
    return render(request, "catalog/_suggestions.html", context)


_FILTERS = ("sharing_type", "link_state", "format", "resource_class")


def _classes() -> list[tuple[str, Text]]:
    """The guide's classes and items: as deep as a choice above a list should go."""
    shown = ((code, node.shown) for code, node in classification().items() if len(code) <= ITEM)
    return [(code, title if len(code) == CLASS else f"\u3000{title}") for code, title in shown]


def _nothing(viewer: Viewer, text: str) -> Empty:
    """What the catalog says when it shows nothing, and where to go on."""
    if text:
        title, said = _("没有符合条件的记录"), _("换一个词，或放宽筛选条件。")
        return Empty(title, said, reverse("catalog:items"), _("看全部目录"), icon="search")
    title, said = _("目录里还没有内容"), _("部门编制并发布目录后，会列在这里。")
    address = reverse("catalog:drafts") if may_compile(viewer) else ""
    return Empty(title, said, address, _("编制目录"), icon="list-details")


def _item_listing(viewer: Viewer, text: str) -> Listing[ItemRow]:
    providers: list[tuple[str, Text]] = [(node.code, node.short or node.title) for node in organisation_tree(viewer)]
    return Listing(
        name="items",
        title=_("数据目录"),
        columns=(
            Column("title", _("目录名称"), sorts=True, head=True, parts=_ITEM_PARTS),
            Column("provider", _("提供部门"), sorts=True),
            Column("sharing_type", _("共享类型"), "badge", term="sharing type"),
            Column("link_state", _("挂接情况"), "badge", term="link"),
            Column("update_cycle", _("更新周期"), term="update cycle"),
            Column("published_on", _("发布日期"), "date", sorts=True),
        ),
        cells=_item_cells,
        empty=_nothing(viewer, text),
        search_form="catalog-q-form",
        filters=(
            Filter("provider", _("提供部门"), providers),
            Filter("classification", _("资源分类"), _classes()),
            Filter("sharing_type", _("共享类型"), choices("sharing_type")),
            Filter("open_to_public", _("向社会开放"), [("yes", _("是")), ("no", _("否"))]),
            Filter("link_state", _("挂接情况"), choices("link_state")),
        ),
        keep={"q": text} if text else {},
    )


def _item_cells(row: ItemRow) -> tuple[Cell, ...]:
    return (
        Cell(
            row.title,
            href=reverse("catalog:item", args=[row.code]),
            note=row.resource_code or row.code,
            more=(_OPEN,) if row.open_to_public else (),
            parts=(row.resource_code, row.code, _("是") if row.open_to_public else _("否")),
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
        **_compiling(request.user, code),
        "chart": pass_rate_chart(request.user, code),
        "lineage": lineage_of_item(request.user, code) if scope_of(request.user).official else None,
        "repeated": repeated_fields(access_item(request.user, code)) if scope_of(request.user).official else (),
        "issues": plain_table(_("数据质量"), columns, lines, Empty("")),
    }
    return render(request, "catalog/item.html", context)


def _compiling(viewer: Viewer, code: str) -> dict[str, object]:
    """What the guide says beyond a line of the list, and what somebody may do about it."""
    row = access_item(viewer, code)
    may_draft = may_draft_for(viewer, row.provider) and row.state == CatalogItem.State.PUBLISHED
    return {
        "spec": row.as_spec(),
        "confirmed_at": row.confirmed_at if scope_of(viewer).official else None,
        "class_path": lineage(row.classification, classification()),
        "may_draft": may_draft,
        "open_draft": open_draft_of(row) if may_draft else None,
    }


def in_order(page: ItemHead) -> list[TableFigures]:
    """Return an item's tables in the order in which rows pass through them."""
    return sorted(page.tables, key=lambda figures: ("raw", "std", "quarantine").index(figures.schema))


def item_tabs(page: ItemHead, current: str) -> list[Tab]:
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
            for name, text in product(words, close_readings(wanted.text)):
                anywhere |= Q(**{f"{name}__icontains": text})
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
            Column("title", _("数据元"), head=True, parts=(Part(_("标准号")),)),
            Column("name", _("字段名"), "mono"),
            Column("code", _("标识"), "mono", sorts=True),
            Column("type", _("类型"), parts=(Part(_("代码表")),)),
            Column("level", _("敏感级别"), sorts=True, term="level"),
            Column("mask", _("显示时遮盖"), term="mask"),
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
