"""What the codes in evidence are called: services, libraries and fields by their titles, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from huitong.apps.labels import label, language
from huitong.apps.ledger.specs import EvidenceRow
from huitong.apps.libraries.field_words import field_titles
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.sharing.selectors import declared_services
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.sharing import Service

_LIBRARY = "library:"


class UseWords:
    """The words for some rows of evidence. :meth:`learn` reads them in four queries, however many rows there are."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._fields: dict[str, str] = {}

    def services(self) -> list[tuple[str, str]]:
        """Return everything that can be used, by the code that evidence has, with its title."""
        if not self._titles:
            self._titles = {row.code: _title(row) for row in declared_services()}
            self._titles |= {f"{_LIBRARY}{row.code}": _title(row) for row in declared_libraries()}
        return list(self._titles.items())

    def learn(self, rows: Sequence[EvidenceRow]) -> None:
        """Read the titles that ``rows`` need."""
        self.services()
        self._fields = field_titles(name for row in rows for name in row.fields)

    def service(self, row: EvidenceRow) -> str:
        """Return the title of what was used."""
        return self._titles.get(row.service, row.service)

    def fields(self, row: EvidenceRow, most: int = 4) -> str:
        """Return the titles of the fields used, the first ``most`` of them."""
        comma = ", " if language() == "en" else "、"
        titles = [self._fields.get(name, name) for name in row.fields]
        more = gettext(" 等 %(count)d 项") % {"count": len(titles)} if len(titles) > most else ""
        return comma.join(titles[:most]) + more

    def kind(self, row: EvidenceRow) -> str:
        """Return how it was used."""
        return str(label("use_kind", row.kind).text) if row.kind else ""


def _title(spec: Library | Service) -> str:
    return spec.title_en if language() == "en" and spec.title_en else spec.title
