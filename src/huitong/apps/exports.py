"""Lists as files: CSV, streamed, and XLSX; the columns and order that the reader sees, up to a limit of rows."""

from __future__ import annotations

import csv
import datetime
import re
import tempfile
from collections.abc import Generator, Iterator, Sequence
from typing import IO, Any, TypeVar

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from huitong.apps.downloads import download_headers, opened_response, streamed
from huitong.apps.tables import Cell, Column, Fetch, Listing, Value, Wanted

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
    columns = [listing.columns[place] for place in places]
    lines = _lines(listing, fetch, wanted, places)
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


def _csv(columns: Sequence[Column], lines: Iterator[list[Cell]]) -> Iterator[str]:
    """UTF-8 with a mark, so that spreadsheets read Chinese."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([str(column.title) for column in columns])
    for line in lines:
        yield writer.writerow([csv_text(cell.value) for cell in line])


def csv_text(value: Value) -> str:
    """Return ``value`` for a CSV file, Beijing time; a text that a spreadsheet would run as a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    text = str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if not is_number and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Echo:
    def write(self, text: str) -> str:
        return text


def xlsx_file(title: str, columns: Sequence[Column], lines: Iterator[list[Cell]]) -> IO[bytes]:
    """Return a workbook of one sheet: numbers and times as such, a frozen heading, filters; texts never run.

    Memory stays flat: openpyxl writes rows to a temporary file, and the workbook is one too.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join("-" if sign in "[]:*?/\\" else sign for sign in title)[:31] or "1")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.kind, _TEXT_WIDTH)
    headings = [WriteOnlyCell(sheet, str(column.title)) for column in columns]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    rows = 1
    for line in lines:
        sheet.append([_xlsx_cell(sheet, cell.value) for cell in line])
        rows += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows}"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _xlsx_cell(sheet: Any, value: Value) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime.datetime):
        return _dated(sheet, timezone.localtime(value).replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss")
    if isinstance(value, datetime.date):
        return _dated(sheet, datetime.datetime.combine(value, datetime.time()), "yyyy-mm-dd")
    cell = WriteOnlyCell(sheet, _PLAIN.sub("", str(value)))
    cell.data_type = "s"
    return cell


def _dated(sheet: Any, moment: datetime.datetime, form: str) -> object:
    cell = WriteOnlyCell(sheet, moment)
    cell.number_format = form
    return cell
