"""Lists of things as the pages show them: typed columns and cells, filters, order, pages and CSV, all on the server.

A view describes its list (:class:`Listing`) and calls :func:`listing_page`; ``site/components/table.html`` draws it.
It works by links and a GET form, so it needs no JavaScript.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from huitong.apps.labels import Label, Text, Tone, label
from huitong.apps.paging import MOST_ROWS, PAGE_SIZE, Page

T = TypeVar("T")
Kind = Literal["text", "number", "time", "date", "mono", "badge", "reasons"]
Value = str | int | float | datetime.date | datetime.datetime | Text | None

EXPORT_LIMIT = 100_000
"""Rows of one exported file, at most."""


@dataclass(frozen=True)
class Cell:
    """One value of one row: what it says, where it leads, and a quieter second line."""

    value: Value
    href: str = ""
    note: Text = ""
    tone: Tone = ""
    icon: str = ""
    more: Sequence[Label] = ()
    """Badges after the value."""


@dataclass(frozen=True)
class Column:
    """A column."""

    name: str
    title: Text
    kind: Kind = "text"
    sorts: bool = False
    """Whether the rows can come in its order."""
    head: bool = False
    """Whether its value names the row: the heading of the row's card on a phone."""
    note: Text = ""
    """A quieter second line of the heading."""


@dataclass(frozen=True)
class Filter:
    """A choice above the list: values with their words. Without choices it is a date."""

    name: str
    title: Text
    choices: Sequence[tuple[str, Text]] = ()
    blank: Text = ""
    """What it is called when nothing is chosen; "" calls it all."""


@dataclass(frozen=True)
class Empty:
    """What to say when there is nothing, and what to do about it."""

    title: Text
    text: Text = ""
    href: str = ""
    action: Text = ""
    icon: str = "inbox"


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list of things: everything but the things themselves."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    cells: Callable[[T], tuple[Cell, ...]]
    empty: Empty
    search: Text = ""
    """Label of the search box; "" for none."""
    filters: tuple[Filter, ...] = ()
    order: str = ""
    """The column, with ``-`` for descending, that the rows come by at first."""
    export: bool = True
    wide: bool = False
    """Rows of data rather than things: scrolls sideways instead of stacking on a phone."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Parts of the query that are no filter of the list, and that filtering must keep."""


@dataclass(frozen=True)
class Wanted:
    """What the reader asks for. Only what the listing offers gets here."""

    text: str
    order: str
    values: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return the chosen value of a filter, "" for all."""
        return self.values.get(name, "")


class Fetch(Protocol[T]):
    """Reads one page of what is wanted."""

    def __call__(self, wanted: Wanted, number: int, size: int, /) -> Page[T]:
        """Return page ``number`` (from 1) of at most ``size`` things."""
        ...


@dataclass(frozen=True)
class ShownFilter:
    """A filter with what the reader has chosen."""

    name: str
    title: Text
    choices: Sequence[tuple[str, Text]]
    blank: Text
    value: str


@dataclass(frozen=True)
class ShownColumn:
    """A column with its order: the ``?order=`` value of a click on its heading, and how it stands now."""

    name: str
    title: Text
    kind: Kind
    head: bool
    note: Text = ""
    next_order: str = ""
    direction: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True)
class Table:
    """What the table component draws."""

    name: str
    title: Text
    columns: Sequence[ShownColumn]
    rows: Sequence[Sequence[tuple[ShownColumn, Cell]]]
    empty: Empty
    page: Page[Any] | None = None
    filters: Sequence[ShownFilter] = ()
    query: str = ""
    order: str = ""
    search: Text = ""
    narrowed: bool = False
    export: bool = False
    wide: bool = False
    keep: Mapping[str, str] = field(default_factory=dict)
    """Query parameters that the filter form keeps."""


def listing_page(
    request: HttpRequest,
    template: str,
    listing: Listing[T],
    fetch: Fetch[T],
    context: Mapping[str, object] | None = None,
) -> HttpResponse | StreamingHttpResponse:
    """Answer with the list as a page, or as CSV when asked by ``?export=csv``."""
    if listing.export and request.GET.get("export") == "csv":
        return csv_response(listing, fetch, wanted_by(request, listing))
    return render(request, template, {**(context or {}), "table": table_of(request, listing, fetch)})


def wanted_by(request: HttpRequest, listing: Listing[Any]) -> Wanted:
    """Return what the query asks for; a value or order that the listing does not offer is ignored."""
    values = {each.name: _chosen(request, each) for each in listing.filters}
    text = request.GET.get("q", "").strip()[:100] if listing.search else ""
    asked = request.GET.get("order", "")
    known = {column.name for column in listing.columns if column.sorts}
    return Wanted(text, asked if asked.removeprefix("-") in known else listing.order, values)


def page_number(request: HttpRequest) -> int:
    """Return the page that the request asks for; the first when it asks for nonsense."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 1


def table_of(request: HttpRequest, listing: Listing[T], fetch: Fetch[T]) -> Table:
    """Return the page of rows that the request asks for, drawn as a table with its tools."""
    wanted = wanted_by(request, listing)
    page = fetch(wanted, page_number(request), PAGE_SIZE)
    columns = [_shown_column(column, wanted.order) for column in listing.columns]
    return Table(
        name=listing.name,
        title=listing.title,
        columns=columns,
        rows=[list(zip(columns, listing.cells(row), strict=True)) for row in page.rows],
        empty=listing.empty,
        page=page,
        filters=[ShownFilter(f.name, f.title, f.choices, f.blank, wanted.value(f.name)) for f in listing.filters],
        query=wanted.text,
        order="" if wanted.order == listing.order else wanted.order,
        search=listing.search,
        narrowed=bool(wanted.text) or any(wanted.values.values()),
        export=listing.export,
        wide=listing.wide,
        keep=listing.keep,
    )


def plain_table(title: Text, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], empty: Empty) -> Table:
    """Return a table of a few rows that needs no tools."""
    shown = [ShownColumn(c.name, c.title, c.kind, c.head, c.note) for c in columns]
    cells = [list(zip(shown, row, strict=True)) for row in rows]
    return Table(name="", title=title, columns=shown, rows=cells, empty=empty)


def state_cell(kind: str, value: str, href: str = "", note: Text = "") -> Cell:
    """Return the badge of ``value`` as :mod:`huitong.apps.labels` names it."""
    named = label(kind, value)
    return Cell(named.text, href=href, note=note, tone=named.tone, icon=named.icon)


def csv_response(listing: Listing[T], fetch: Fetch[T], wanted: Wanted) -> StreamingHttpResponse:
    """Stream at most :data:`EXPORT_LIMIT` rows as CSV, UTF-8 with a mark so that spreadsheets read Chinese."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow([str(column.title) for column in listing.columns])
        for number in range(1, EXPORT_LIMIT // MOST_ROWS + 1):
            page = fetch(wanted, number, MOST_ROWS)
            yield from (writer.writerow([csv_text(cell.value) for cell in listing.cells(row)]) for row in page.rows)
            if not page.has_next:
                return

    day = timezone.localdate().isoformat()
    name = content_disposition_header(as_attachment=True, filename=f"{listing.title}-{day}.csv")
    headers = {"Content-Disposition": name or "attachment"}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


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


def _chosen(request: HttpRequest, each: Filter) -> str:
    asked = request.GET.get(each.name, "")
    if each.choices:
        return asked if asked in {value for value, _word in each.choices} else ""
    try:
        return datetime.date.fromisoformat(asked).isoformat()
    except ValueError:
        return ""


def _shown_column(column: Column, order: str) -> ShownColumn:
    direction: Literal["", "ascending", "descending"] = ""
    if column.sorts and order.removeprefix("-") == column.name:
        direction = "descending" if order.startswith("-") else "ascending"
    following = f"-{column.name}" if direction == "ascending" else column.name
    return ShownColumn(
        column.name, column.title, column.kind, column.head, column.note, following if column.sorts else "", direction
    )
