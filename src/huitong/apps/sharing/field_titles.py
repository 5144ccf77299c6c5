"""What the fields of a service are called: by their own title where they are another use of their data element."""

from __future__ import annotations

from collections.abc import Mapping

from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.selectors import field_titles_of, items_of_tables
from huitong.apps.libraries.selectors import declared_libraries
from huitong.engine.declarations import sharing
from huitong.engine.declarations.libraries import Library


def served_titles(spec: sharing.Service, elements: Mapping[str, DataElement | None]) -> dict[str, str]:
    """Return the titles of a service's fields and of its key, by name, in the language of the request. Three queries.

    Args:
        elements: by field, the element that its column is bound to.
    """
    schema, _, short = spec.table.partition(".")
    library = next((one for one in declared_libraries() if schema == "base" and one.table == short), None)
    origins = {name: _origins(library, short, name) for name in (spec.key, *spec.fields)}
    items = items_of_tables({table for found in origins.values() for table, _field in found})
    own = field_titles_of(items.values())
    titles = {}
    for name, found in origins.items():
        element = elements.get(name)
        mine = (own.get((items[table].code, field), "") for table, field in found if table in items)
        said = "" if element and element.name == name else next((title for title in mine if title), "")
        titles[name] = said or (element.shown_title if element else name)
    return titles


def _origins(library: Library | None, table: str, name: str) -> tuple[tuple[str, str], ...]:
    """The tables and fields of ``std`` that a column of the lake comes from, the most authoritative first."""
    if library is None:
        return ((table, name),)
    sources = (source for one in library.attributes if one.name == name for source in one.sources)
    return tuple((source.table, source.field) for source in sources)
