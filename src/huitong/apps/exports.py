"""Lists as files: CSV, streamed, and XLSX; the columns and order that the reader sees, up to a limit of rows."""

from __future__ import annotations

import csv
import datetime
import re
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from huitong.apps.downloads import download_headers, opened_response, streamed
from huitong.apps.labels import Text, language
from huitong.apps.tables import Cell, Column, Fetch, Kind, Listing, Value, Wanted

T = TypeVar("T")

EXPORT_LIMIT = 100_000
"""Rows of one exported file, at most."""
CSV_BLOCK = 64 * 1024
"""Letters that are sent at once, about."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = {"number": 14, "time": 20, "date": 12, "badge": 14}
_TEXT_WIDTH = 28
_PLAIN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that a workbook cannot hold."""
_SHARE = re.compile(r"0(?:\.(0+))?%")


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: its heading, and how its values are written."""

    title: str
    kind: Kind = "text"
    form: str = ""


def file_columns(listing: Listing[Any], places: Sequence[int]) -> list[FileColumn]:
    """Return the columns of a file: those shown, with their units, each followed by its parts."""
    found = []
    for column in (listing.columns[place] for place in places):
        unit = column.unit or ("" if listing.wide else column.note)
        if column.whole:
            found.append(FileColumn(_heading(column.title, unit), column.kind, column.form))
        found.extend(FileColumn(str(part.title), part.kind) for part in column.parts)
    return found


def _heading(title: Text, unit: Text) -> str:
    bracket = "{} ({})" if language() == "en" else "{}（{}）"
    return bracket.format(title, unit) if unit else str(title)


def file_values(columns: Sequence[Column], cells: Sequence[Cell]) -> list[Value]:
    """Return what a row's cells say, value by value of :func:`file_columns`."""
    values: list[Value] = []
    for column, cell in zip(columns, cells, strict=False):
        if column.whole:
            values.append(cell.value if cell.exact is None else cell.exact)
        if column.parts:
            parts = tuple(cell.parts) or (cell.note,)
            values.extend((*parts, *(None for _ in column.parts[len(parts) :])))
    return values


def export_response(
    request: HttpRequest, form: str, listing: Listing[T], fetch: Fetch[T], wanted: Wanted, places: Sequence[int]
) -> StreamingHttpResponse:
    """Return at most :data:`EXPORT_LIMIT` rows as a file; rows of a CSV file are read as the reader takes them.

    Args:
        request: which asks; how it came decides how the answer is streamed.
        form: ``csv`` or ``xlsx``.
        listing: the list; its columns give headings and kinds.
        fetch: reads the rows, ``listing.batch`` at a time.
        wanted: filters and order.
        places: which of the columns, in the order shown.
    """
    name = f"{listing.title}-{timezone.localdate().isoformat()}.{form}"
    shown, columns = [listing.columns[place] for place in places], file_columns(listing, places)
    lines = (file_values(shown, line) for line in _lines(listing, fetch, wanted, places))
    if form == "xlsx":
        book = xlsx_file(str(listing.title), columns, lines)
        return opened_response(request, book, name=name, content_type=XLSX)
    content, text = streamed(request, _blocks(_csv(columns, lines))), "text/csv; charset=utf-8"
    return StreamingHttpResponse(content, content_type=text, headers=download_headers(name))


def _blocks(lines: Iterator[str]) -> Generator[str, None, None]:
    """Join lines into blocks worth sending."""
    block, size = [], 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= CSV_BLOCK:
            yield "".join(block)
            block, size = [], 0
    if block:
        yield "".join(block)


def _lines(listing: Listing[T], fetch: Fetch[T], wanted: Wanted, places: Sequence[int]) -> Iterator[list[Cell]]:
    for number in range(1, EXPORT_LIMIT // listing.batch + 1):
        page = fetch(wanted, number, listing.batch)
        for row in page.rows:
            cells = listing.cells(row)
            yield [cells[place] for place in places]
        if not page.has_next:
            return


def _csv(columns: Sequence[FileColumn], lines: Iterator[Sequence[Value]]) -> Iterator[str]:
    """UTF-8 with a mark, so that spreadsheets read Chinese."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([column.title for column in columns])
    forms = [column.form for column in columns]
    for line in lines:
        yield writer.writerow([csv_text(value, form) for value, form in zip(line, forms, strict=False)])


def csv_text(value: Value, form: str = "") -> str:
    """Return ``value`` for a CSV file, Beijing time; a text that a spreadsheet would run as a formula is quoted.

    Args:
        value: what the cell holds.
        form: the number format that the column has in a workbook: shares of one are written as percentages, too.
    """
    if value is None:
        return ""
    if isinstance(value, float) and (share := _SHARE.fullmatch(form)):
        return f"{value:.{len(share[1] or '')}%}"
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    text = str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if not is_number and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Echo:
    def write(self, text: str) -> str:
        return text


def xlsx_file(title: str, columns: Sequence[FileColumn], lines: Iterator[Sequence[Value]]) -> IO[bytes]:
    """Return a workbook of one sheet: numbers and times as such, a frozen heading, filters; texts never run.

    Memory stays flat: openpyxl writes rows to a temporary file, and the workbook is one too.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join("-" if sign in "[]:*?/\\" else sign for sign in title)[:31] or "1")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.kind, _TEXT_WIDTH)
    forms = [column.form or ("#,##0" if column.kind == "number" else "") for column in columns]
    headings = [WriteOnlyCell(sheet, column.title) for column in columns]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    rows = 1
    for line in lines:
        sheet.append([_xlsx_cell(sheet, value, form) for value, form in zip(line, forms, strict=False)])
        rows += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows}"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _xlsx_cell(sheet: Any, value: Value, form: str) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _formed(sheet, value, form) if form else value
    if isinstance(value, datetime.datetime):
        return _formed(sheet, timezone.localtime(value).replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss")
    if isinstance(value, datetime.date):
        return _formed(sheet, datetime.datetime.combine(value, datetime.time()), "yyyy-mm-dd")
    if value == "":
        return None
    cell = WriteOnlyCell(sheet, _PLAIN.sub("", str(value)))
    cell.data_type = "s"
    return cell


def _formed(sheet: Any, value: float | datetime.datetime, form: str) -> object:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = form
    return cell
