"""Cells and badges as HTML, by Python rather than templates: a page has a thousand of them."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Sequence
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext

from huitong.apps.tables import Cell, ShownColumn, Value
from huitong.site import figures
from huitong.site.icons import icon_svg

Plain = str | int | float | datetime.date | datetime.datetime | None
"""What a cell may hold, once its words are translated."""

NOTHING = mark_safe('<span class="cell-empty">—</span>')


def badge_html(text: object, tone: str = "", icon: str = "") -> SafeString:
    """Return a badge: a word, perhaps with a tone and an icon."""
    return format_html("{}{}</span>", _badge_before(tone, icon), text)


@lru_cache(maxsize=256)
def _badge_before(tone: str, icon: str) -> SafeString:
    css = f"badge badge-{tone}" if tone else "badge"
    return format_html('<span class="{}">{}', css, icon_svg(icon) if icon else "")


def time_html(moment: datetime.datetime | None, text: str) -> SafeString:
    """Return ``text`` about ``moment``, with the exact Beijing time for machines and on hover."""
    if moment is None:
        return format_html("{}", text)
    exact = localtime(moment)
    title = gettext("北京时间 %(time)s") % {"time": exact.strftime("%Y-%m-%d %H:%M:%S")}
    return format_html('<time datetime="{}" title="{}">{}</time>', exact.isoformat(), title, text)


def cell_html(column: ShownColumn, cell: Cell, value: Plain) -> SafeString:
    """Return what stands in a table's cell; ``value`` is the cell's, translated."""
    if _is_blank(value):
        shown = NOTHING
    elif column.kind == "badge":
        shown = _linked(badge_html(value, cell.tone, cell.icon), cell.href)
    else:
        shown = _briefly(cell, value) if cell.brief else _linked(_text(column.kind, value), cell.href)
        if cell.icon:
            shown = format_html('<span class="{}">{}</span> {}', cell.tone, icon_svg(cell.icon), shown)
    if not cell.more and not cell.note:
        return shown
    more = format_html_join("", " {}", ((badge_html(label.text, label.tone, label.icon),) for label in cell.more))
    note = format_html('<span class="note">{}</span>', cell.note) if cell.note else ""
    return format_html("{}{}{}", shown, more, note)


_DATE = re.compile(r"\b(?:\d{4}-)?\d{2}-\d{2}\b")
_WHOLE = r'<span class="date">\g<0></span>'
"""A date stays on one line: browsers break at its hyphens."""
_CLASSES = {"number": "num", "time": "time", "date": "time", "mono": "mono", "reasons": "reasons"}


_WIDE_BEFORE = {kind: f'<td class="{css}"' for kind, css in _CLASSES.items()}

LONG = 16
"""Signs that surely fit into a cell of wide data; longer values may be cut off there, and say all on hover."""


def row_html(row: Sequence[tuple[ShownColumn, Cell]], *, wide: bool = False) -> SafeString:
    """Return the cells of one row; each knows its column's title, which is its label where the row is a card."""
    if wide:
        return _wide_row(row)
    parts = []
    for column, cell in row:
        value = _plain(cell.value)
        before = _cell_before(str(column.title), column.kind, head=column.head, blank=_is_blank(value))
        parts.append(f"{before}{cell_html(column, cell, value)}</td>")
    return mark_safe("".join(parts))


@lru_cache(maxsize=1024)
def _cell_before(title: str, kind: str, *, head: bool, blank: bool) -> SafeString:
    names = [_CLASSES.get(kind, ""), "head" if head else "", "blank" if blank else ""]
    css = " ".join(filter(None, names))
    return format_html('<td data-label="{}"{}>', escape(title), format_html(' class="{}"', css) if css else "")


def _wide_row(row: Sequence[tuple[ShownColumn, Cell]]) -> SafeString:
    """Rows of data never become cards, and a page may have ten thousand cells: no labels, few classes."""
    return mark_safe("".join(_wide_cell(column, cell) for column, cell in row))


def _wide_cell(column: ShownColumn, cell: Cell) -> str:
    value = _plain(cell.value)
    before = _WIDE_BEFORE.get(column.kind, "<td")
    if not isinstance(value, str):
        return f"{before}>{cell_html(column, cell, value)}</td>"
    text = html.escape(value)
    title = f' title="{text}"' if len(value) > LONG else ""
    bare = value and type(value) is str and column.kind != "badge"
    bare = bare and not (cell.href or cell.icon or cell.more or cell.note or cell.brief)
    return f"{before}{title}>{text if bare else cell_html(column, cell, value)}</td>"


def _plain(value: Value) -> Plain:
    """A cell's value, its words translated once: one that waits is translated each time somebody looks at it."""
    return str(value) if isinstance(value, Promise) else value


def _is_blank(value: Plain) -> bool:
    return value is None or value == ""


def _text(kind: str, value: Plain) -> object:
    if kind == "number" and isinstance(value, int | float | str):
        return figures.grouped(value)
    if isinstance(value, datetime.datetime):
        return time_html(value, figures.beijing(value))
    if isinstance(value, str) and "-" in value and not isinstance(value, SafeString):
        return mark_safe(_DATE.sub(_WHOLE, html.escape(value)))
    return value.isoformat() if isinstance(value, datetime.date) else value


def _briefly(cell: Cell, value: Plain) -> SafeString:
    """The beginning of a long value: a link to where all of it is, or opened on the spot, also without scripts."""
    if cell.href:
        return _linked(cell.brief, cell.href)
    return format_html('<details class="brief"><summary>{}</summary><span>{}</span></details>', cell.brief, value)


def _linked(text: object, href: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', href, text) if href else format_html("{}", text)
