"""Items as a workbook in the guide's layout."""

from __future__ import annotations

import io
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from huitong.apps.catalog.sheet_layout import COLUMNS, SHEET, Line
from huitong.apps.catalog.sheet_lines import NO, WORDED, YES, Register, lines_of, register
from huitong.apps.labels import LABELS
from huitong.engine.declarations import items

_HEAD = PatternFill("solid", fgColor="E3ECF5")
_OURS = PatternFill("solid", fgColor="EFEFEF")
_LINE = Side(style="thin", color="C5CDD8")
_THIN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FIRST = 3
"""The first row below the headings."""


def workbook_of(wanted: Iterable[items.CatalogItem], known: Register | None = None) -> bytes:
    """Return the items as ``.xlsx``; none gives a template to fill in."""
    known = known or register()
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = SHEET
    _write_heads(sheet)
    row = _FIRST
    for item in wanted:
        lines = lines_of(item, known)
        _write_item(sheet, row, lines)
        row += len(lines)
    _offer_words(sheet)
    sheet.freeze_panes = "F3"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_heads(sheet: Worksheet) -> None:
    for place, column in enumerate(COLUMNS, 1):
        for row, text in ((1, column.group), (2, column.title)):
            cell = sheet.cell(row, place, text or None)
            cell.font, cell.border = Font(bold=True), _THIN
            cell.fill = _OURS if column.group == "平台登记" else _HEAD
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        if not column.title:
            sheet.merge_cells(start_row=1, end_row=2, start_column=place, end_column=place)
    groups = [column.group for column in COLUMNS]
    for group in dict.fromkeys(groups):
        first, last = groups.index(group) + 1, groups.index(group) + groups.count(group)
        if last > first:
            sheet.merge_cells(start_row=1, end_row=1, start_column=first, end_column=last)


def _write_item(sheet: Worksheet, first: int, lines: list[Line]) -> None:
    for offset, line in enumerate(lines):
        for place, column in enumerate(COLUMNS, 1):
            cell = sheet.cell(first + offset, place)
            cell.border = _THIN
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.number_format = "@"
            if offset == 0 or column.of == "field":
                cell.value = line[column.name] or None
                cell.data_type = "s" if cell.value is not None else "n"
    if len(lines) > 1:
        for place, column in enumerate(COLUMNS, 1):
            if column.of == "item":
                sheet.merge_cells(start_row=first, end_row=first + len(lines) - 1, start_column=place, end_column=place)


def _offer_words(sheet: Worksheet) -> None:
    """Let cells that take one of a few words offer them."""
    offers = {name: [str(entry.text) for entry in LABELS[name].values()] for name in (*WORDED, "guide_type")}
    offers |= {name: [YES, NO] for name in ("open_to_public", "required", "unique")}
    for place, column in enumerate(COLUMNS, 1):
        if column.name in offers:
            words = DataValidation(type="list", formula1=f'"{",".join(offers[column.name])}"', allow_blank=True)
            letter = get_column_letter(place)
            words.add(f"{letter}{_FIRST}:{letter}5000")
            sheet.add_data_validation(words)
