"""Reads of the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from django.db.models import Count, Q
from django.db.models.functions import Length
from django.urls import reverse

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.cases.models import Case
from huitong.apps.catalog.discarded import discarded_draft
from huitong.apps.catalog.models import (
    CatalogItem,
    CatalogItemQuerySet,
    CodeEntry,
    CodeList,
    DataElement,
    ItemDraft,
    ItemField,
)
from huitong.apps.catalog.searching import matching_items
from huitong.apps.catalog.specs import DraftRow, FieldRow, ItemFilter, ItemRow, RuleRow, VersionRow
from huitong.apps.declared import in_language
from huitong.apps.paging import PAGE_SIZE, Page, bounded, ordered, page_of
from huitong.apps.reading import read_once
from huitong.engine.declarations import elements, items
from huitong.foundation.errors import Terminal

_ORDERS = {"code": "code", "title": "title", "provider": "provider__path", "published_on": "published_on"}


def may_compile(viewer: Viewer) -> bool:
    """Tell whether somebody may draft items: the bureau, and data officers for their own organisations."""
    return not viewer.is_anonymous and viewer.has_role("bureau", "data_officer")


def may_draft_for(viewer: Viewer, provider: Organisation) -> bool:
    """Tell whether somebody may draft items of ``provider``."""
    if viewer.is_anonymous:
        return False
    return viewer.has_role("bureau") or provider.pk in viewer.answers_in("data_officer")


def access_draft(viewer: Viewer, draft_id: int) -> ItemDraft:
    """Return a draft that ``viewer`` may see, with provider and item.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see; ``catalog.draft_discarded``.
    """
    rows = ItemDraft.objects.visible_to(viewer).select_related("provider", "item", "item__provider", "created_by")
    found = rows.filter(pk=draft_id).first()
    if found is None:
        gone = discarded_draft(viewer, draft_id)
        raise gone.error if gone else Terminal("people.not_found", kind="draft", code=draft_id)
    return found


def draft_of_case(case: Case) -> ItemDraft:
    """Return the draft that a review is about, whoever asks.

    Raises:
        Terminal: ``people.not_found`` when there is none whose review this is.
    """
    found = ItemDraft.objects.select_related("provider", "item").filter(case=case.number).first()
    if found is None:
        raise Terminal("people.not_found", kind="draft", code=case.subject_key)
    return found


def draft_address(draft: ItemDraft) -> str:
    """Return the address of a draft's page."""
    return reverse("catalog:draft", args=[draft.pk])


def draft_list(
    viewer: Viewer,
    *,
    state: str = "",
    kind: str = "",
    text: str = "",
    order: str = "",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[DraftRow]:
    """Return one page of the drafts that ``viewer`` may see, last changed first or by ``findings``. Two queries."""
    rows = ItemDraft.objects.visible_to(viewer).select_related("provider", "item", "created_by")
    rows = rows.filter(state=state) if state else rows.open()
    exact = {"kind": kind, "title__icontains": text}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    rows = ordered(rows, order, {"findings": "errors", "updated_at": "updated_at"})
    return page_of(rows, draft_row, number=number, size=size)


def draft_row(draft: ItemDraft) -> DraftRow:
    """Return a draft, read with provider and item, as a line of a list."""
    return DraftRow(
        id=draft.pk,
        title=draft.title,
        kind=draft.kind,
        state=draft.state,
        origin=draft.origin,
        provider_title=draft.provider.shown_short,
        item=draft.item.code if draft.item else "",
        errors=draft.errors,
        warnings=draft.warnings,
        case=draft.case,
        by=draft.created_by.shown_name if draft.created_by else "",
        updated_at=draft.updated_at,
    )


def open_draft_of(item: CatalogItem) -> ItemDraft | None:
    """Return the change or cancellation of an item that is under way."""
    return ItemDraft.objects.open().filter(item=item).first()


def element_titles() -> dict[str, str]:
    """Return the titles of data elements in the reader's language, by name. One query."""
    rows = DataElement.objects.values_list("name", "title", "title_en")
    return {name: in_language(title, title_en) for name, title, title_en in rows}


def bound_columns() -> dict[str, str]:
    """Return the element that the catalog's items most often bind each source column to. One query."""
    rows = ItemField.objects.order_by().values_list("column", "element__name").annotate(times=Count("pk"))
    best: dict[str, tuple[int, str]] = {}
    for column, element, times in rows:
        if column and times > best.get(column, (0, ""))[0]:
            best[column] = (times, element)
    return {column: element for column, (_times, element) in best.items()}


@read_once
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
    """Return the items that ``viewer`` may see and ``wanted`` asks for but for its text, with their providers."""
    rows = CatalogItem.objects.visible_to(viewer).select_related("provider")
    only = scope_of(viewer).only
    rows = rows if only is None else rows.filter(provider__in=only)
    columns = {
        "provider__code": wanted.provider,
        "link_state": wanted.link_state,
        "sharing_type": wanted.sharing_type,
        "resource_class": wanted.resource_class,
        "classification__startswith": wanted.classification,
        "format": wanted.format,
    }
    rows = rows.filter(**{name: value for name, value in columns.items() if value})
    if wanted.open_to_public:
        rows = rows.filter(open_to_public=wanted.open_to_public == "yes")
    order = _ORDERS.get(wanted.order.removeprefix("-"), "code")
    return rows.order_by(f"-{order}" if wanted.order.startswith("-") else order, "pk")


def item_list(viewer: Viewer, wanted: ItemFilter, *, number: int = 1, size: int = PAGE_SIZE) -> Page[ItemRow]:
    """Return one page of the catalog. Two queries, one a word of the text, and those of the viewer's scope."""
    rows = filtered_items(viewer, wanted)
    scores = matching_items(wanted.text)
    if scores is None:
        return page_of(rows, item_row, number=number, size=size)
    if wanted.order:
        return page_of(rows.filter(pk__in=scores), item_row, number=number, size=size)
    return _best_first(rows, scores, number, size)


def _best_first(rows: CatalogItemQuerySet, scores: dict[int, int], number: int, size: int) -> Page[ItemRow]:
    """Order by how well the words fit; of equals, the shorter title, which says less beside them, comes first.

    Sorted here rather than in SQL: a common word fits thousands of items, and their scores would be its parameters.
    """
    found = [(-scores[pk], length, pk) for pk, length in rows.values_list("pk", Length("title")) if pk in scores]
    found.sort()
    number, size = bounded(number, size, len(found))
    ids = [pk for _score, _length, pk in found[(number - 1) * size : number * size]]
    known = {row.pk: row for row in rows.filter(pk__in=ids)}
    return Page(tuple(item_row(known[pk]) for pk in ids if pk in known), len(found), number, size)


def item_row(item: CatalogItem) -> ItemRow:
    """Return an item, read with its provider, as a line of a list."""
    return ItemRow(
        code=item.code,
        resource_code=item.resource_code,
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


@read_once
def bound_fields(item: CatalogItem) -> tuple[ItemField, ...]:
    """Return the fields of an item with their data elements. One query."""
    return tuple(item.fields.select_related("element"))


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
        for row in bound_fields(item)
    )


def titles_of_fields(items: Collection[str], tables: Collection[str]) -> dict[str, dict[str, str]]:
    """Return what fields are called in the reader's language: by ``item:<code>`` and ``std.<table>``, then by name.

    An item's fields are also known by their columns at the source. One query.

    Args:
        items: codes of items.
        tables: names of their tables, without ``std.``.
    """
    rows = ItemField.objects.filter(Q(item__code__in=items) | Q(item__table__in=tables))
    rows = rows.order_by("item__state", "pk")  # who took a table over from a cancelled item has the last word
    titles: dict[str, dict[str, str]] = {}
    for item, table, column, name, *words in rows.values_list(
        "item__code", "item__table", "column", "name", "title", "title_en", "element__title", "element__title_en"
    ):
        title = in_language(words[0], words[1]) or in_language(words[2], words[3])
        titles.setdefault(f"std.{table}", {})[name] = title
        titles.setdefault(f"item:{item}", {}).update({column: title, name: title})
    return titles


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


def item_names(codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return titles of items in Chinese and English, by code. One query."""
    rows = CatalogItem.objects.filter(code__in=tuple(codes)).values_list("code", "title", "title_en")
    return {code: (title, title_en) for code, title, title_en in rows}


def elements_by_name(names: Iterable[str]) -> dict[str, DataElement]:
    """Return data elements by name. One query."""
    return {row.name: row for row in DataElement.objects.filter(name__in=tuple(names))}


def code_titles(codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the titles of codes, each by its list and itself, in the language of the request. One query, or none."""
    wanted = set(codes)
    lists, values = {name for name, _code in wanted}, {code for _name, code in wanted}
    if not wanted:
        return {}
    rows = CodeEntry.objects.filter(codelist__name__in=lists, code__in=values).select_related("codelist")
    return {(row.codelist.name, row.code): in_language(row.title, row.title_en) for row in rows}


def field_titles_of(items: Iterable[CatalogItem]) -> dict[tuple[str, str], str]:
    """Return the titles that items give their fields, by the item's code and the field's name. One query."""
    rows = ItemField.objects.filter(item__in=tuple(items)).exclude(title="").select_related("item")
    return {(row.item.code, row.name): in_language(row.title, row.title_en) for row in rows}


def english_of_fields(titles: Iterable[str]) -> dict[str, str]:
    """Return English titles by Chinese ones: of data elements, else of fields with a title of their own.

    One query, and one more where a title is no element's.
    """
    wanted = set(titles)
    rows = DataElement.objects.filter(title__in=wanted).exclude(title_en="")
    found = dict(rows.values_list("title", "title_en"))
    rest = wanted - found.keys()
    own = ItemField.objects.filter(title__in=rest).exclude(title_en="") if rest else ItemField.objects.none()
    return {**found, **dict(own.values_list("title", "title_en"))}


def english_of_code(title: str, code: str) -> str:
    """Return the English title of a code that is called ``title`` in a list, "" without one. One query."""
    rows = CodeEntry.objects.filter(title=title, code=code).exclude(title_en="")
    return rows.values_list("title_en", flat=True).first() or ""


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


def current_item_of_table(table: str) -> CatalogItem | None:
    """Return the item, not cancelled, whose rows a table holds, whoever asks. One query."""
    return CatalogItem.objects.current().filter(table=table).first()


def providers_of_tables(names: Collection[str]) -> dict[str, int]:
    """Return the id of the provider of those of these tables that are current items'. One query."""
    return dict(CatalogItem.objects.current().filter(table__in=names).order_by("pk").values_list("table", "provider"))


def linked_item_counts() -> dict[str, int]:
    """Return how many items are linked to each source, by code. One query."""
    rows = CatalogItem.objects.current().linked().order_by()
    return dict(rows.values_list("source").annotate(Count("pk")))
