"""What the rows behind an indicator are called in English: facts keep Chinese titles, as they were at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huitong.apps.cases.selectors import case_types, titles_of_cases
from huitong.apps.labels import language
from huitong.apps.sharing.selectors import declared_services

_CASES = ("case", "dispute")
_SERVICES = "services"


class RowWords:
    """The words for some rows. Reads nothing for those who read Chinese."""

    def __init__(self) -> None:
        self._cases: Mapping[str, str] = {}
        self._titles: Mapping[str, str] = {}
        self._services: Mapping[str, str] = {}

    def learn(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Read the words that ``rows`` need, in a fixed number of queries."""
        if language() != "en":
            return
        numbers = {str(row["key"]) for row in rows if row["kind"] in _CASES}
        if numbers:
            self._cases = titles_of_cases(numbers)
            self._titles = {one.title: one.title_en for one in case_types().values()}
        if any(row.get(_SERVICES) for row in rows):
            self._services = {one.title: one.title_en for one in declared_services()}

    def title(self, row: Mapping[str, object]) -> str:
        """Return what a row is about."""
        title = str(row["title"])
        if row["kind"] in _CASES:
            return self._cases.get(str(row["key"])) or self._titles.get(title) or title
        return title

    def value(self, name: str, value: object) -> object:
        """Return a value of a row as it is to be read; services are joined by 、 where the facts are made."""
        if name != _SERVICES or not self._services or not value:
            return value
        return ", ".join(self._services.get(one) or one for one in str(value).split("、"))
