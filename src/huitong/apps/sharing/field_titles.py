"""What the fields of a service are called: by their own title where they are another use of their data element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.selectors import field_titles_of, items_of_tables
from huitong.apps.libraries.selectors import declared_libraries
from huitong.engine.declarations import sharing
from huitong.engine.declarations.libraries import Library


def served_titles(spec: sharing.Service, elements: Mapping[str, DataElement | None]) -> dict[str, str]:
    """Return the titles of a service's fields and of its key, by name, in the language of the request.

    Three queries where a field is another use of its element, else none.

    Args:
        elements: by field, the element that its column is bound to.
    """
    bound = {name: elements.get(name) for name in (spec.key, *spec.fields)}
    titles = {name: element.shown_title if element else name for name, element in bound.items()}
    others = [name for name, element in bound.items() if element is None or element.name != name]
    return {**titles, **_own_titles(spec.table, others)} if others else titles


def _own_titles(place: str, names: Iterable[str]) -> dict[str, str]:
    """The titles that items give to the fields behind some columns of a table of the lake."""
    schema, _, short = place.partition(".")
    library = next((one for one in declared_libraries() if schema == "base" and one.table == short), None)
    origins = {name: _origins(library, short, name) for name in names}
    items = items_of_tables({table for found in origins.values() for table, _field in found})
    tables = {item.code: table for table, item in items.items()}
    own = {(tables[code], field): title for (code, field), title in field_titles_of(items.values()).items()}
    said = {name: next((own[key] for key in found if key in own), "") for name, found in origins.items()}
    return {name: title for name, title in said.items() if title}


def _origins(library: Library | None, table: str, name: str) -> tuple[tuple[str, str], ...]:
    """The tables and fields of ``std`` that a column of the lake comes from, the most authoritative first."""
    if library is None:
        return ((table, name),)
    sources = (source for one in library.attributes if one.name == name for source in one.sources)
    return tuple((source.table, source.field) for source in sources)
