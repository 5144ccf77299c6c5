"""Where data comes from and where it goes, both ways: from an item onwards, from a service back."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import access_item, items_of_tables
from huitong.apps.collection.selectors import may_see_rows, table_rows
from huitong.apps.graphs import Drawing, Graph, Node, drawing_of
from huitong.apps.libraries.models import Library
from huitong.apps.libraries.selectors import libraries_fed_by, library_of_table
from huitong.apps.sharing.models import Service
from huitong.apps.sharing.selectors import access_service, filtered_grants, grant_row, services_of_tables
from huitong.apps.sharing.specs import GrantRow

COLUMNS = (
    gettext_lazy("提供部门"),
    gettext_lazy("数据目录"),
    gettext_lazy("合格数据"),
    gettext_lazy("基础库"),
    gettext_lazy("共享服务"),
    gettext_lazy("使用授权"),
)
MOST = 12
"""Nodes of a column; the rest is one node that leads to the list."""


def lineage_of_item(viewer: Viewer, code: str) -> Drawing:
    """Return what an item feeds: libraries, services, grants that the viewer may see. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    item = access_item(viewer, code)
    libraries = libraries_fed_by(item.table)
    tables = [f"std.{item.table}", *(f"base.{library.table}" for library in libraries)]
    return _drawn(viewer, [item], libraries, services_of_tables(viewer, tables), here=f"item:{code}")


def lineage_of_service(viewer: Viewer, code: str) -> Drawing:
    """Return what a service answers from, back to the departments, and whom it serves. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    service = access_service(viewer, code)
    schema, _dot, name = service.table.partition(".")
    library = library_of_table(name) if schema == "base" else None
    tables = {one.table for one in library.as_spec().sources} if library else {name}
    items = sorted(items_of_tables(tables).values(), key=lambda item: item.code)
    return _drawn(viewer, items, (library,) if library else (), (service,), here=f"service:{code}")


def _drawn(
    viewer: Viewer,
    items: Sequence[CatalogItem],
    libraries: Sequence[Library],
    services: Sequence[Service],
    *,
    here: str,
) -> Drawing:
    shown = items[:MOST]
    states = table_rows([*(item.table for item in shown), *(library.table for library in libraries)])
    grants = _grants(viewer, services)
    nodes = [
        *_departments(shown),
        *(_item(item, states.get(("raw", item.table)), here) for item in shown),
        *(_std(viewer, item, states.get(("std", item.table))) for item in shown),
        *(_library(library, states.get(("base", library.table))) for library in libraries),
        *(_service(service, here) for service in services),
        *(_grant(row) for row in grants[:MOST]),
    ]
    edges = [
        *((f"department:{item.provider.code}", f"item:{item.code}") for item in shown),
        *((f"item:{item.code}", f"std:{item.table}") for item in shown),
        *_fed(shown, libraries),
        *_answered(shown, libraries, services),
        *((f"service:{row.service}", f"grant:{row.code}") for row in grants[:MOST]),
    ]
    more = len(items) - len(shown), len(grants) - MOST
    nodes += [_more(column, count) for column, count in zip((1, 5), more, strict=True) if count > 0]
    return drawing_of(Graph(COLUMNS, nodes, edges))


def _grants(viewer: Viewer, services: Sequence[Service]) -> list[GrantRow]:
    codes = {service.code for service in services}
    rows = filtered_grants(viewer).filter(service__code__in=codes)
    return [row for row in map(grant_row, rows) if row.in_force]


def _departments(items: Sequence[CatalogItem]) -> list[Node]:
    found = {item.provider.code: item.provider for item in items}
    address = reverse("catalog:items")
    return [
        Node(f"department:{code}", 0, "source", one.shown_short, href=f"{address}?provider={code}")
        for code, one in found.items()
    ]


def _item(item: CatalogItem, rows: int | None, here: str) -> Node:
    name = f"item:{item.code}"
    href = reverse("catalog:item", args=[item.code])
    return Node(name, 1, "raw", item.shown_title, _rows(rows, _("尚未归集")), href, name == here)


def _std(viewer: Viewer, item: CatalogItem, rows: int | None) -> Node:
    inside = rows is not None and may_see_rows(viewer, item)
    href = reverse("overview:rows", args=[item.code, "std"]) if inside else ""
    return Node(f"std:{item.table}", 2, "checked", f"std.{item.table}", _rows(rows, _("尚未检查")), href)


def _library(library: Library, rows: int | None) -> Node:
    href = reverse("libraries:library", args=[library.code])
    return Node(f"library:{library.code}", 3, "library", library.shown_title, _rows(rows, _("尚未融合")), href)


def _service(service: Service, here: str) -> Node:
    name = f"service:{service.code}"
    href = reverse("sharing:service", args=[service.code])
    return Node(name, 4, "service", service.shown_title, service.code, href, name == here)


def _grant(row: GrantRow) -> Node:
    href = reverse("sharing:grant", args=[row.code])
    return Node(f"grant:{row.code}", 5, "grant", row.consumer_title, row.purpose, href)


def _more(column: int, count: int) -> Node:
    href = reverse("catalog:items") if column == 1 else reverse("sharing:grants")
    return Node(f"more:{column}", column, "more", _("另有 %(n)d 项") % {"n": count}, href=href)


def _rows(rows: int | None, none: str) -> str:
    return none if rows is None else _("%(n)s 行") % {"n": f"{rows:,}"}


def _fed(items: Sequence[CatalogItem], libraries: Sequence[Library]) -> list[tuple[str, str]]:
    tables = {item.table for item in items}
    return [
        (f"std:{table}", f"library:{library.code}")
        for library in libraries
        for table in sorted({one.table for one in library.as_spec().sources} & tables)
    ]


def _answered(
    items: Sequence[CatalogItem], libraries: Sequence[Library], services: Sequence[Service]
) -> list[tuple[str, str]]:
    behind = {f"std.{item.table}": f"std:{item.table}" for item in items}
    behind |= {f"base.{library.table}": f"library:{library.code}" for library in libraries}
    return [(behind[service.table], f"service:{service.code}") for service in services if service.table in behind]
