"""What a run worked on, in words: items have titles in their rows; libraries and published tables get theirs here."""

from __future__ import annotations

from collections.abc import Sequence

from huitong.apps.catalog.selectors import items_of_tables
from huitong.apps.collection.specs import RunRow
from huitong.apps.declared import in_language
from huitong.apps.libraries.selectors import declared_libraries


class TargetWords:
    """The words for the targets of some runs. :meth:`learn` reads them in two queries, however many runs there are."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._known: set[str] = set()

    def learn(self, rows: Sequence[RunRow]) -> None:
        """Read the titles that ``rows`` need."""
        for library in () if self._titles else declared_libraries():
            title = in_language(library.title, library.title_en)
            self._titles[library.code] = self._titles[f"base.{library.table}"] = title
        tables = {row.target.partition(".")[2] for row in rows if row.kind == "publish"} - self._known
        for table, item in items_of_tables(tables).items() if tables else ():
            self._titles[f"std.{table}"] = item.shown_title
        self._known |= tables

    def text(self, row: RunRow) -> str:
        """Return the title of what ``row`` worked on."""
        if row.target_title != row.target:
            return row.target_title
        return self._titles.get(row.target, row.target)
