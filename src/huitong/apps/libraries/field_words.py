"""What a field is called: the title of its data element, also where a library gives the field a name of its own."""

from __future__ import annotations

from collections.abc import Iterable

from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.libraries.selectors import declared_libraries


def field_titles(names: Iterable[str]) -> dict[str, str]:
    """Return the titles of fields by name, in the language of the request. Two queries."""
    wanted = set(names)
    bound: dict[str, str] = {}
    for library in declared_libraries():
        bound |= {one.name: one.element for one in library.attributes} | {library.key: library.key_element}
    elements = elements_by_name(wanted | {bound[name] for name in wanted if name in bound})
    titles = {}
    for name in wanted:
        element = elements.get(name) or elements.get(bound.get(name, ""))
        titles[name] = element.shown_title if element else name
    return titles
