"""What the codes in evidence are called: services, libraries and fields by their titles, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from huitong.apps.catalog.selectors import element_titles, item_names, titles_of_fields
from huitong.apps.declared import in_language
from huitong.apps.labels import label, language, listed
from huitong.apps.ledger.purposes import purpose_in_language
from huitong.apps.ledger.specs import EvidenceRow
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.sharing.selectors import declared_services, grants_by_code
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.sharing import Grant

_LIBRARY = "library:"
_ITEM = "item:"
_STD = "std."
_SHOWN = 4
"""Fields that a list names before it counts the rest."""


class UseWords:
    """The words for some rows of evidence. :meth:`learn` reads them in a few queries, however many rows there are."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._items: dict[str, str] = {}
        self._grants: Mapping[str, Grant] = {}
        self._tables: dict[str, str] = {}
        """By what was used: where :attr:`_fields` has the words for its fields."""
        self._fields: dict[str, Mapping[str, str]] = {}
        self._anywhere: dict[str, str] = {}
        """Titles by name of element or library attribute, for what is not declared any more."""
        self._libraries: tuple[Library, ...] = ()

    def services(self) -> list[tuple[str, str]]:
        """Return everything that services and look-ups can use, by the code that evidence has, with its title."""
        if not self._titles:
            self._libraries = declared_libraries()
            for service in declared_services():
                self._titles[service.code] = in_language(service.title, service.title_en)
                self._tables[service.code] = service.table
            for library in self._libraries:
                self._titles[_LIBRARY + library.code] = in_language(library.title, library.title_en)
                self._tables[_LIBRARY + library.code] = f"base.{library.table}"
        return list(self._titles.items())

    def learn(self, rows: Sequence[EvidenceRow]) -> None:
        """Read the titles that ``rows`` need."""
        self.services()
        used = {row.service for row in rows if row.fields}
        tables = {self._tables.get(one, "") for one in used}
        items = [one.removeprefix(_ITEM) for one in used if one.startswith(_ITEM)]
        self._items = {code: in_language(*titles) for code, titles in item_names(items).items()}
        self._grants = grants_by_code({row.grant for row in rows if row.grant}) if language() == "en" else {}
        elements = element_titles()
        self._fields = {**titles_of_fields(items, [one.removeprefix(_STD) for one in tables if one.startswith(_STD)])}
        self._anywhere = dict(elements)
        for library in self._libraries:
            bound = {library.key: library.key_element} | {one.name: one.element for one in library.attributes}
            titles = {name: elements[element] for name, element in bound.items() if element in elements}
            self._fields[f"base.{library.table}"] = titles
            self._anywhere = {**titles, **self._anywhere}

    def service(self, row: EvidenceRow) -> str:
        """Return the title of what was used."""
        item = self._items.get(row.service.removeprefix(_ITEM)) if row.service.startswith(_ITEM) else ""
        return item or self._titles.get(row.service, row.service)

    def fields(self, row: EvidenceRow) -> str:
        """Return the titles of all fields used; the code of one that nobody has a title for is said to be one."""
        return listed(self._field_titles(row))

    def first_fields(self, row: EvidenceRow) -> str:
        """Return the titles of the first fields used, and how many there are; "" when that would leave out none."""
        titles = self._field_titles(row)
        if len(titles) <= _SHOWN:
            return ""
        return listed(titles[:_SHOWN]) + gettext(" 等 %(count)d 项") % {"count": len(titles)}

    def _field_titles(self, row: EvidenceRow) -> list[str]:
        own = self._fields.get(self._tables.get(row.service, row.service), {})
        return [
            own.get(name) or self._anywhere.get(name) or gettext("%(code)s（没有名称的项目）") % {"code": name}
            for name in row.fields
        ]

    def purpose(self, row: EvidenceRow) -> str:
        """Return what it was used for: in English where the page that stated it, or the grant, has words for it."""
        grant = self._grants.get(row.grant)
        kept = grant.purpose_en if grant and row.purpose == grant.purpose else ""
        return kept or purpose_in_language(row.purpose)

    def legal_basis(self, row: EvidenceRow) -> str:
        """Return the law that allowed it, in English where the grant has words for it."""
        grant = self._grants.get(row.grant)
        return (grant.legal_basis_en if grant and row.legal_basis == grant.legal_basis else "") or row.legal_basis

    def kind(self, row: EvidenceRow) -> str:
        """Return how it was used."""
        return str(label("use_kind", row.kind).text) if row.kind else ""
