"""Reads of the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db.models import Count, Q

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem, CatalogItemQuerySet, CodeList, DataElement
from huitong.apps.catalog.specs import FieldRow, ItemFilter, ItemRow, RuleRow, VersionRow
from huitong.apps.declared import in_language
from huitong.apps.paging import PAGE_SIZE, Page, page_of
from huitong.engine.declarations import elements, items
from huitong.foundation.errors import Terminal

_ORDERS = {"code": "code", "title": "title", "provider": "provider__path", "published_on": "published_on"}


def access_item(viewer: Viewer, code: str) -> CatalogItem:
    """Return an item that ``viewer`` may see, with provider and system.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = CatalogItem.objects.visible_to(viewer).select_related("provider", "system").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="catalog item", code=code)
    return found


def filtered_items(viewer: Viewer, wanted: ItemFilter) -> CatalogItemQuerySet:
    """Return the items that ``viewer`` may see and that ``wanted`` asks for, with their providers."""
    rows = CatalogItem.objects.visible_to(viewer).select_related("provider")
    if wanted.text:
        text = wanted.text
        rows = rows.filter(
            Q(title__icontains=text)
            | Q(title_en__icontains=text)
            | Q(code__icontains=text)
            | Q(abstract__icontains=text)
        )
    columns = {
        "provider__code": wanted.provider,
        "link_state": wanted.link_state,
        "sharing_type": wanted.sharing_type,
        "resource_class": wanted.resource_class,
    }
    rows = rows.filter(**{name: value for name, value in columns.items() if value})
    order = _ORDERS.get(wanted.order.removeprefix("-"), "code")
    return rows.order_by(f"-{order}" if wanted.order.startswith("-") else order, "pk")


def item_list(viewer: Viewer, wanted: ItemFilter, *, number: int = 1, size: int = PAGE_SIZE) -> Page[ItemRow]:
    """Return one page of the catalog. Two queries, and those of the viewer's scope."""
    return page_of(filtered_items(viewer, wanted), item_row, number=number, size=size)


def item_row(item: CatalogItem) -> ItemRow:
    """Return an item, read with its provider, as a line of a list."""
    return ItemRow(
        code=item.code,
        title=item.shown_title,
        provider=item.provider.code,
        provider_title=item.provider.shown_short,
        resource_class=item.resource_class,
        category=item.category,
        format=item.format,
        sharing_type=item.sharing_type,
        sharing_method=item.sharing_method,
        open_to_public=item.open_to_public,
        update_cycle=item.update_cycle,
        published_on=item.published_on,
        link_state=item.link_state,
        state=item.state,
        version=item.version,
    )


def fields_of(item: CatalogItem) -> tuple[FieldRow, ...]:
    """Return the fields of an item with what their data elements say. One query."""
    return tuple(
        FieldRow(
            column=row.column,
            name=row.name,
            title=in_language(row.title, row.title_en) or row.element.shown_title,
            element=row.element.name,
            element_title=row.element.shown_title,
            type=row.element.type,
            level=row.element.level,
            mask=row.element.mask,
            codelist=row.element.codelist,
            required=row.required,
            unique=row.unique,
        )
        for row in item.fields.select_related("element")
    )


def rules_of(item: CatalogItem) -> tuple[RuleRow, ...]:
    """Return the declared rules of an item. One query."""
    return tuple(
        RuleRow(
            code=row.code,
            kind=row.kind,
            field=row.field,
            other=row.other,
            severity=row.severity,
            title=in_language(row.title, row.title_en) or row.code,
        )
        for row in item.rules.all()
    )


def versions_of(item: CatalogItem) -> tuple[VersionRow, ...]:
    """Return the versions of an item, newest first. One query."""
    return tuple(
        VersionRow(version=row.version, at=row.at, by=row.user.login if row.user else "")
        for row in item.versions.select_related("user")
    )


def linked_items(codes: Iterable[str] = ()) -> tuple[CatalogItem, ...]:
    """Return the items that have a source, in order of code; only those of ``codes`` where any are given."""
    rows = CatalogItem.objects.linked().select_related("provider").order_by("code")
    wanted = tuple(codes)
    return tuple(rows.filter(code__in=wanted) if wanted else rows)


def item_of_table(table: str) -> CatalogItem | None:
    """Return the item whose rows are in ``table``, None when there is none."""
    return CatalogItem.objects.current().select_related("provider").filter(table=table).first()


def items_of_tables(tables: Iterable[str]) -> dict[str, CatalogItem]:
    """Return the items of several tables, by table, with their providers. One query."""
    rows = CatalogItem.objects.current().select_related("provider").filter(table__in=tuple(tables))
    return {row.table: row for row in rows}


def items_by_code(codes: Iterable[str]) -> dict[str, CatalogItem]:
    """Return several items by code. One query."""
    return {row.code: row for row in CatalogItem.objects.filter(code__in=tuple(codes))}


def elements_by_name(names: Iterable[str]) -> dict[str, DataElement]:
    """Return data elements by name. One query."""
    return {row.name: row for row in DataElement.objects.filter(name__in=tuple(names))}


def item_counts() -> dict[int, tuple[int, int, int]]:
    """Return items, linked items and failing items by id of the provider. One query."""
    rows = (
        CatalogItem.objects.current()
        .order_by()
        .values_list("provider")
        .annotate(
            all_items=Count("pk"),
            linked_items=Count("pk", filter=~Q(link_state=CatalogItem.LinkState.NONE)),
            failing_items=Count("pk", filter=Q(link_state=CatalogItem.LinkState.FAILING)),
        )
    )
    return {provider: (all_, linked, failing) for provider, all_, linked, failing in rows}


def declared_elements() -> tuple[elements.Element, ...]:
    """Return every data element as declared. One query."""
    return tuple(row.as_spec() for row in DataElement.objects.order_by("pk"))


def declared_codelists() -> tuple[elements.CodeList, ...]:
    """Return every code list as declared. One query a list."""
    return tuple(row.as_spec() for row in CodeList.objects.order_by("pk"))


def standards_version() -> str:
    """Return a text that changes whenever a data element or a code list does. Two queries."""
    rows = (DataElement.objects.order_by("pk"), CodeList.objects.order_by("pk"))
    digests = "".join(digest for one in rows for digest in one.values_list("digest", flat=True))
    return hashlib.sha256(digests.encode()).hexdigest()


def declared_items() -> tuple[items.CatalogItem, ...]:
    """Return every catalog item as declared, but for cancelled ones. One query."""
    return tuple(row.as_spec() for row in CatalogItem.objects.current().order_by("pk"))


def items_of_source(source: str) -> tuple[str, ...]:
    """Return the codes of the items linked to a source. One query."""
    return tuple(CatalogItem.objects.current().filter(source=source).values_list("code", flat=True))


def item_by_code(code: str) -> CatalogItem:
    """Return an item that has not been cancelled, with its provider, whoever asks.

    Raises:
        Terminal: ``people.not_found``.
    """
    found = CatalogItem.objects.current().select_related("provider").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="catalog item", code=code)
    return found


def tables_of_providers() -> dict[str, int]:
    """Return the id of the provider of every item's table. One query."""
    return dict(CatalogItem.objects.current().order_by("pk").values_list("table", "provider"))


def linked_item_counts() -> dict[str, int]:
    """Return how many items are linked to each source, by code. One query."""
    rows = CatalogItem.objects.current().linked().order_by()
    return dict(rows.values_list("source").annotate(Count("pk")))
