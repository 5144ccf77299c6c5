"""Reads of libraries."""

from __future__ import annotations

from collections.abc import Iterable

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.catalog.selectors import elements_by_name, items_of_tables
from huitong.apps.collection.selectors import table_states
from huitong.apps.declared import in_language
from huitong.apps.libraries.models import Library
from huitong.apps.libraries.records import shown_value
from huitong.apps.libraries.specs import AttributeRow, InputRow, LibraryPage
from huitong.apps.reading import read_once
from huitong.engine.declarations import libraries
from huitong.foundation.errors import Terminal

__all__ = ["shown_value"]


def access_library(viewer: Viewer, code: str) -> Library:
    """Return a library that ``viewer`` may see.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = Library.objects.visible_to(viewer).filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="library", code=code)
    return found


def library_list(viewer: Viewer) -> tuple[LibraryPage, ...]:
    """Return every library that ``viewer`` may see. Four queries, and those of the viewer's scope."""
    rows = tuple(Library.objects.visible_to(viewer))
    specs = {row.pk: row.as_spec() for row in rows}
    items = items_of_tables({one.table for spec in specs.values() for one in spec.sources})
    elements = elements_by_name(
        {name for spec in specs.values() for name in (spec.key_element, *(one.element for one in spec.attributes))}
    )
    states = {
        (state.schema, state.name): state
        for state in table_states(name for row in rows for name in (row.table, f"{row.table}_conflict"))
    }
    pages = []
    for row in rows:
        golden, conflicts = states.get(("base", row.table)), states.get(("base", f"{row.table}_conflict"))
        spec = specs[row.pk]
        pages.append(
            LibraryPage(
                code=row.code,
                title=row.shown_title,
                abstract=in_language(spec.abstract, spec.abstract_en),
                table=row.table,
                key=row.key,
                key_title=_title(elements.get(spec.key_element), row.key),
                attributes=tuple(_attribute_row(one, elements, items) for one in spec.attributes),
                rows=golden.rows if golden else 0,
                conflicts=conflicts.rows if conflicts else 0,
                changed_at=golden.changed_at if golden else None,
            )
        )
    return tuple(pages)


def library_page(viewer: Viewer, code: str) -> LibraryPage:
    """Return one library.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    access_library(viewer, code)
    return next(page for page in library_list(viewer) if page.code == code)


def _title(element: DataElement | None, name: str) -> str:
    return element.shown_title if element else name


def _attribute_row(
    attribute: libraries.Attribute, elements: dict[str, DataElement], items: dict[str, CatalogItem]
) -> AttributeRow:
    element = elements.get(attribute.element)
    return AttributeRow(
        name=attribute.name,
        title=_title(element, attribute.name),
        element=attribute.element,
        policy=attribute.policy,
        level=element.level if element else 4,
        mask=element.mask if element else "",
        inputs=tuple(_input_row(one, items.get(one.table)) for one in attribute.sources),
    )


def _input_row(one: libraries.AttributeInput, item: CatalogItem | None) -> InputRow:
    return InputRow(
        table=one.table,
        field=one.field,
        item=item.code if item else "",
        item_title=item.shown_title if item else one.table,
        provider_title=item.provider.shown_short if item else "",
    )


@read_once
def declared_libraries() -> tuple[libraries.Library, ...]:
    """Return every library as declared. One query."""
    return tuple(row.as_spec() for row in Library.objects.order_by("pk"))


@read_once
def libraries_fed_by(table: str) -> tuple[Library, ...]:
    """Return the libraries that an item's ``std`` table feeds. One query."""
    return tuple(
        row for row in Library.objects.order_by("pk") if any(one.table == table for one in row.as_spec().sources)
    )


def libraries_of_tables(tables: Iterable[str]) -> tuple[Library, ...]:
    """Return the libraries that at least one of ``tables`` feeds. One query."""
    wanted = set(tables)
    return tuple(
        row for row in Library.objects.order_by("pk") if any(one.table in wanted for one in row.as_spec().sources)
    )


def library_by_code(code: str) -> Library:
    """Return a library, whoever asks.

    Raises:
        Terminal: ``people.not_found``.
    """
    found = Library.objects.filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="library", code=code)
    return found


def library_of_table(table: str) -> Library | None:
    """Return the library whose golden table it is; None when there is none. One query."""
    return Library.objects.filter(table=table).first()
