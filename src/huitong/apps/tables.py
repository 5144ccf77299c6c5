"""Lists of things as the pages show them: typed columns and cells, filters, order, pages, chosen columns, saved views.

A view describes its list (:class:`Listing`) and calls :func:`listing_page`; ``site/components/table.html`` draws it.
It works by links and GET forms, so it needs no JavaScript: everything a reader sets is in the address, which is what
a saved view keeps.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.labels import Label, Text, Tone, label
from huitong.apps.lists.selectors import views_of
from huitong.apps.lists.specs import ViewLink
from huitong.apps.paging import MOST_ROWS, PAGE_SIZE, Page
from huitong.foundation.numbers import whole_number

T = TypeVar("T")
Kind = Literal["text", "number", "time", "date", "mono", "badge", "reasons"]
Value = str | int | float | datetime.date | datetime.datetime | Text | None

_COLUMN_CHOICE = ("col", "page", "view", "export")
PAGE_SIZES = (PAGE_SIZE, 100, 200, 500)
"""How many rows a reader may have on a page."""


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
    exact: Value = None
    """What files hold where the page says it in words or cuts it off: a number, a share of one, the whole text."""
    parts: Sequence[Value] = ()
    """What files hold in the column's parts; none: the second line in the first of them."""
    brief: Text = ""
    """What the page shows of a long value, which opens under it, or stands where the cell leads; files have it all."""


@dataclass(frozen=True)
class Part:
    """A column that only files have, after the one it belongs to: what cells say in their second line on the page."""

    title: Text
    kind: Kind = "text"


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
    extra: bool = False
    """Whether it is there only for readers who ask for it."""
    term: str = ""
    """The glossary's English name of what the heading means: a question mark explains it."""
    unit: Text = ""
    """Said in the heading of files, where the page says it in each cell."""
    form: str = ""
    """How a workbook shows its numbers, as a spreadsheet's number format; "" for the usual way."""
    parts: tuple[Part, ...] = ()
    """What files have beside it: identifiers, deadlines, whatever cells say in their second line."""
    whole: bool = True
    """Whether files have the column itself, and not its parts alone."""


@dataclass(frozen=True)
class Filter:
    """A choice above the list: values with their words. Without choices it is a date; an empty list hides it."""

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


class Exported(Protocol):
    """Keeps that somebody took a list away as a file."""

    def __call__(self, form: str, wanted: Wanted, columns: Sequence[str], /) -> None:
        """Keep the form (``csv`` or ``xlsx``), what was asked for, and the names of the columns."""
        ...


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
    search_form: str = ""
    """Id of a form elsewhere on the page that searches the list by ``q``: it sends the filters and columns along."""
    filters: tuple[Filter, ...] = ()
    order: str = ""
    """The column, with ``-`` for descending, that the rows come by at first."""
    export: bool = True
    wide: bool = False
    """Rows of data rather than things: scrolls sideways instead of stacking on a phone."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Parts of the query that are no filter of the list, and that filtering must keep."""
    batch: int = MOST_ROWS
    """Rows that an export fetches at once."""
    on_export: Exported | None = None
    """Called before the first row of a file leaves, for lists whose exports leave a trace."""


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
    term: str = ""
    next_order: str = ""
    direction: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True)
class ColumnChoice:
    """A column in the menu that chooses columns; the one that names the rows always stays."""

    name: str
    title: Text
    shown: bool
    fixed: bool


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
    choices: Sequence[ColumnChoice] = ()
    """Every column there is; empty where they cannot be chosen."""
    chosen: Sequence[str] = ()
    """The names of the columns as the address gives them; empty for the usual ones."""
    views: Sequence[ViewLink] = ()
    view: int = 0
    """The saved view that is open; 0 for none."""
    may_save: bool = False
    clear: str = "?"
    """Where the list shows everything again."""
    address: Sequence[tuple[str, str]] = ()
    """The parts of the query that choosing columns keeps."""
    size: int = PAGE_SIZE
    sizes: Sequence[int] = ()
    search_form: str = ""

    @property
    def searched_with(self) -> Sequence[tuple[str, str]]:
        """What a search by a form elsewhere on the page keeps: all but the order, for what fits best comes first."""
        kept = [(name, value) for name, value in self.address if value and name not in ("q", "order")]
        return [*kept, *(("col", name) for name in self.chosen)] if self.search_form else []

    @property
    def cut(self) -> bool:
        """Whether columns are left out that nobody chose to leave out: a reader must see that there are more."""
        return self.wide and not self.chosen and any(not choice.shown for choice in self.choices)

    @property
    def terms(self) -> Sequence[str]:
        """What the headings mean, for narrow windows: there rows are cards, without headings."""
        return list(dict.fromkeys(column.term for column in self.columns if column.term))

    @property
    def view_title(self) -> str:
        """What the open view is called; "" when none is."""
        return next((view.title for view in self.views if view.id == self.view), "")

    @property
    def tools(self) -> bool:
        """Whether anything stands above the rows: tools of an empty list would only be in the way."""
        return bool(self.search or self.filters or (self.rows and (self.export or self.choices)))


def listing_page(
    request: HttpRequest,
    template: str,
    listing: Listing[T],
    fetch: Fetch[T],
    context: Mapping[str, object] | None = None,
) -> HttpResponse | StreamingHttpResponse:
    """Answer with the list as a page, or as a file when asked by ``?export=csv`` or ``?export=xlsx``.

    Opened without any query, it shows the reader's default view where there is one.
    """
    from huitong.apps.exports import export_response  # made of the shapes of this module

    form = request.GET.get("export", "")
    if listing.export and form in ("csv", "xlsx"):
        wanted, places = wanted_by(request, listing), columns_of(request, listing)
        if listing.on_export:
            listing.on_export(form, wanted, [listing.columns[place].name for place in places])
        return export_response(request, form, listing, fetch, wanted, places)
    views = views_of(_viewer(request), listing.name)
    default = next((view for view in views if view.is_default), None)
    if default and not request.GET:
        return redirect(default.href)
    return render(request, template, {**(context or {}), "table": table_of(request, listing, fetch, views)})


def _viewer(request: HttpRequest) -> Viewer:
    return getattr(request, "user", None) or AnonymousUser()


def columns_of(request: HttpRequest, listing: Listing[Any]) -> tuple[int, ...]:
    """Return the places of the columns to show: those asked for by ``?col=``, else all but the extra ones."""
    asked = set(request.GET.getlist("col")) & {column.name for column in listing.columns}
    head = next((place for place, column in enumerate(listing.columns) if column.head), 0)
    if not asked:
        return tuple(place for place, column in enumerate(listing.columns) if not column.extra)
    return tuple(place for place, column in enumerate(listing.columns) if column.name in asked or place == head)


def wanted_by(request: HttpRequest, listing: Listing[Any]) -> Wanted:
    """Return what the query asks for; a value or order that the listing does not offer is ignored."""
    values = {each.name: _chosen(request, each) for each in listing.filters}
    text = request.GET.get("q", "").strip()[:100] if listing.search else ""
    asked = request.GET.get("order", "")
    known = {column.name for column in listing.columns if column.sorts}
    return Wanted(text, asked if asked.removeprefix("-") in known else listing.order, values)


def page_number(request: HttpRequest) -> int:
    """Return the page that the request asks for; the first when it asks for nonsense."""
    found = whole_number(request.GET.get("page", ""), most=9_999_999)
    return 1 if found is None else found


def page_size(request: HttpRequest) -> int:
    """Return how many rows a page has: one of :data:`PAGE_SIZES`."""
    asked = request.GET.get("size", "")
    return next((size for size in PAGE_SIZES if str(size) == asked), PAGE_SIZE)


def table_of(request: HttpRequest, listing: Listing[T], fetch: Fetch[T], views: Sequence[ViewLink] = ()) -> Table:
    """Return the page of rows that the request asks for, drawn as a table with its tools."""
    wanted = wanted_by(request, listing)
    size = page_size(request)
    page = fetch(wanted, page_number(request), size)
    places = columns_of(request, listing)
    columns = [_shown_column(listing.columns[place], wanted.order) for place in places]
    view = request.GET.get("view", "")
    return Table(
        name=listing.name,
        title=listing.title,
        columns=columns,
        rows=[_picked(columns, places, listing.cells(row)) for row in page.rows],
        empty=listing.empty,
        page=page,
        filters=[
            ShownFilter(f.name, f.title, f.choices, f.blank, wanted.value(f.name))
            for f in listing.filters
            if f.choices != []
        ],
        query=wanted.text,
        order="" if wanted.order == listing.order else wanted.order,
        search=listing.search,
        narrowed=bool(wanted.text) or any(wanted.values.values()),
        export=listing.export,
        wide=listing.wide,
        keep=listing.keep,
        choices=_choices(listing, places),
        chosen=[listing.columns[place].name for place in places] if "col" in request.GET else (),
        views=views,
        view=next((each.id for each in views if str(each.id) == view), 0),
        may_save=not isinstance(_viewer(request), AnonymousUser),
        clear=_cleared(request, listing, has_default=any(each.is_default for each in views)),
        address=[
            (name, value) for name, values in request.GET.lists() for value in values if name not in _COLUMN_CHOICE
        ],
        size=size,
        sizes=PAGE_SIZES if page.total > PAGE_SIZE else (),
        search_form=listing.search_form,
    )


def _cleared(request: HttpRequest, listing: Listing[Any], *, has_default: bool) -> str:
    """The list without filters, in the same tab or of the same dates; words searched for are filters too."""
    kept = {name: value for name, value in listing.keep.items() if name != "q"}
    if has_default:
        kept["view"] = "0"
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _picked(
    columns: Sequence[ShownColumn], places: Sequence[int], cells: Sequence[Cell]
) -> list[tuple[ShownColumn, Cell]]:
    return [(column, cells[place]) for column, place in zip(columns, places, strict=True)]


def _choices(listing: Listing[Any], places: Sequence[int]) -> Sequence[ColumnChoice]:
    if len(listing.columns) < 3:
        return ()
    head = next((place for place, column in enumerate(listing.columns) if column.head), 0)
    return [
        ColumnChoice(column.name, column.title, place in places, place == head)
        for place, column in enumerate(listing.columns)
    ]


def plain_table(title: Text, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], empty: Empty) -> Table:
    """Return a table of a few rows that needs no tools."""
    shown = [ShownColumn(c.name, c.title, c.kind, c.head, c.note, c.term) for c in columns]
    cells = [list(zip(shown, row, strict=True)) for row in rows]
    return Table(name="", title=title, columns=shown, rows=cells, empty=empty)


def state_cell(kind: str, value: str, href: str = "", note: Text = "") -> Cell:
    """Return the badge of ``value`` as :mod:`huitong.apps.labels` names it."""
    named = label(kind, value)
    return Cell(named.text, href=href, note=note, tone=named.tone, icon=named.icon)


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
        column.name,
        str(column.title),  # said in every cell of a page: translated once
        column.kind,
        column.head,
        column.note,
        column.term,
        following if column.sorts else "",
        direction,
    )
