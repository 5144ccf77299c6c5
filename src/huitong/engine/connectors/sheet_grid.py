"""One sheet as a table: header found, merged cells filled, every cell as faithful text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from huitong.engine.connectors.failures import closest_first
from huitong.engine.connectors.grids import (
    SAMPLE,
    Cells,
    column_names,
    header_at,
    is_blank,
    joined_names,
    looks_like_names,
)
from huitong.engine.connectors.long_numbers import long_numbers
from huitong.foundation.errors import Terminal

Value = int | float | str | bool | time | date | datetime | timedelta
Place = tuple[int, int]
"""Row and column in the sheet, from 0."""

EXACT = 10**15
"""Excel keeps 15 digits of a number: a longer one was written by another program, and a float may have altered it."""


@dataclass(frozen=True)
class SheetGrid:
    """A sheet's columns, and how to go through its rows again and again."""

    sheet: CalamineSheet
    path: Path
    names: tuple[str, ...]
    first_row: int
    """Index, within the sheet, of the first row below the header."""

    def rows(self) -> Iterator[Cells]:
        """Return the rows below the header, cell by cell as text; merged cells repeat their value."""
        merged = _MergedCells(self.sheet)
        _, left = self.sheet.start or (0, 0)
        exact: dict[Place, str] | None = None
        for number, values in enumerate(islice(self.sheet.iter_rows(), self.first_row, None), self.first_row):
            cells = [(value or None) if type(value) is str else text_of(value) for value in values]
            if any(type(value) is float and abs(value) >= EXACT for value in values):
                exact = long_numbers(self.path, self.sheet.name) if exact is None else exact
                for column in range(len(cells)):
                    cells[column] = exact.get((number, left + column), cells[column])
            yield merged.filled(number, left, cells)


def opened_grid(source: str, object_name: str, path: Path, name: str) -> SheetGrid:
    """Open a workbook and find the table in one of its sheets.

    Args:
        source: the source's code, for errors.
        name: the sheet, "" for the first.

    Raises:
        Terminal: ``source.object_missing``; ``source.empty`` for a sheet without a value; ``source.no_header`` for one
            of numbers alone.
    """
    with CalamineWorkbook.from_path(str(path)) as workbook:
        sheets = worksheets(workbook)
        if name not in sheets and (name or not sheets):
            existing = closest_first(object_name, (f"{path.name}#{sheet}" for sheet in sheets))
            raise Terminal("source.object_missing", source=source, object=object_name, existing=existing)
        return _grid(source, object_name, path, workbook.get_sheet_by_name(name or sheets[0]))


def worksheets(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that hold cells, in their order: not charts or macros."""
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _grid(source: str, object_name: str, path: Path, sheet: CalamineSheet) -> SheetGrid:
    top, left = sheet.start or (0, 0)
    used = islice(sheet.iter_rows(), top, top + SAMPLE)  # counts rows from the sheet's first, cells from the first used
    sample = [[text_of(value) for value in row] for row in used]
    at = header_at(sample)
    if at is None:
        raise Terminal("source.empty", source=source, object=object_name)
    if not looks_like_names(sample[at]):
        raise Terminal("source.no_header", source=source, object=object_name)
    merged = _MergedCells(sheet)
    depth = merged.header_depth(top + at, left, sample[at + 1 : at + 2])
    header = [merged.filled(top + at + level, left, list(row)) for level, row in enumerate(sample[at : at + depth])]
    return SheetGrid(sheet, path, column_names(joined_names(header)), top + at + depth)


class _MergedCells:
    """The merged areas of a sheet."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._values: dict[Place, str | None] = {}
        self._by_row: dict[int, list[tuple[Place, Place]]] = {}
        lowest = (sheet.end or (0, 0))[0]
        for first, last in sheet.merged_cell_ranges or ():
            for row in range(first[0], min(last[0], lowest) + 1):
                self._by_row.setdefault(row, []).append((first, last))

    def header_depth(self, row: int, left: int, below: Sequence[Cells]) -> int:
        """Return how many rows a header has that begins in ``row``.

        More than one where a name reaches down, or where one over several columns has names of its own below.
        """
        areas = [area for area in self._by_row.get(row, ()) if area[0][0] == row]
        deepest = max((last[0] - row + 1 for _, last in areas), default=1)
        across = [(first[1], last[1]) for first, last in areas if last[1] > first[1] and last[0] == row]
        repeated = {(first[1], last[1]) for first, last in self._by_row.get(row + 1, ()) if first[0] == row + 1}
        divided = any(
            sum(not is_blank(cell) for cell in cells[first - left : last - left + 1]) > 1
            for first, last in across
            if (first, last) not in repeated  # a form, in which every row has its cells merged in the same way
            for cells in below
        )
        return max(deepest, 2) if divided else deepest

    def filled(self, row: int, left: int, cells: list[str | None]) -> list[str | None]:
        """Give every cell of a merged area in ``row`` the value of its first."""
        for first, last in self._by_row.get(row, ()):
            start, stop = first[1] - left, min(last[1] - left, len(cells) - 1)
            if row == first[0] and 0 <= start < len(cells):
                self._values[first] = cells[start]
            for column in range(max(start, 0), stop + 1):
                cells[column] = self._values.get(first)
        return cells


def text_of(value: Value) -> str | None:
    """Return a cell as text: ISO dates and times, plain digits for numbers, NULL for an empty cell or an error."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        seconds = value.days * 86_400 + value.seconds
        return f"{seconds // 3_600:02}:{seconds % 3_600 // 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _digits(value: float) -> str:
    """Write a number without an exponent: a whole one as stored, another as Excel shows it, with 15 digits at most."""
    if value.is_integer():
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return format(Decimal(f"{value:.15g}"), "f")
