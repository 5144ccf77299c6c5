"""Cells and badges as HTML, by Python rather than templates: a page has a thousand of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext

from huitong.apps.tables import Cell, ShownColumn, Value
from huitong.site import figures
from huitong.site.icons import icon_svg

NOTHING = mark_safe('<span class="cell-empty">—</span>')


def badge_html(text: object, tone: str = "", icon: str = "") -> SafeString:
    """Return a badge: a word, perhaps with a tone and an icon."""
    css = f"badge badge-{tone}" if tone else "badge"
    return format_html('<span class="{}">{}{}</span>', css, icon_svg(icon) if icon else "", text)


def time_html(moment: datetime.datetime | None, text: str) -> SafeString:
    """Return ``text`` about ``moment``, with the exact Beijing time for machines and on hover."""
    if moment is None:
        return format_html("{}", text)
    exact = localtime(moment)
    title = gettext("北京时间 %(time)s") % {"time": exact.strftime("%Y-%m-%d %H:%M:%S")}
    return format_html('<time datetime="{}" title="{}">{}</time>', exact.isoformat(), title, text)


def cell_html(column: ShownColumn, cell: Cell) -> SafeString:
    """Return what stands in a table's cell."""
    if _is_blank(cell):
        shown = NOTHING
    elif column.kind == "badge":
        shown = _linked(badge_html(cell.value, cell.tone, cell.icon), cell.href)
    else:
        shown = _linked(_text(column.kind, cell.value), cell.href)
        if cell.icon:
            shown = format_html('<span class="{}">{}</span> {}', cell.tone, icon_svg(cell.icon), shown)
    if not cell.more and not cell.note:
        return shown
    more = format_html_join("", " {}", ((badge_html(label.text, label.tone, label.icon),) for label in cell.more))
    note = format_html('<span class="note">{}</span>', cell.note) if cell.note else ""
    return format_html("{}{}{}", shown, more, note)


_CLASSES = {"number": "num", "time": "time", "date": "time", "mono": "mono", "reasons": "reasons"}


LONG = 16
"""Signs that surely fit into a cell of wide data; longer values may be cut off there, and say all on hover."""


def row_html(row: Sequence[tuple[ShownColumn, Cell]], *, wide: bool = False) -> SafeString:
    """Return the cells of one row; each knows its column's title, which is its label where the row is a card."""
    if wide:
        return _wide_row(row)
    parts = []
    for column, cell in row:
        names = [_CLASSES.get(column.kind, ""), "head" if column.head else "", "blank" if _is_blank(cell) else ""]
        css = " ".join(filter(None, names))
        parts.append(format_html('<td data-label="{}" class="{}">{}</td>', column.title, css, cell_html(column, cell)))
    return mark_safe("".join(parts))


def _wide_row(row: Sequence[tuple[ShownColumn, Cell]]) -> SafeString:
    """Rows of data never become cards, and a page may have ten thousand cells: no labels, few classes."""
    parts = []
    for column, cell in row:
        css = _CLASSES.get(column.kind, "")
        value = cell.value if isinstance(cell.value, str) and len(cell.value) > LONG else ""
        title = format_html(' title="{}"', value) if value else ""
        parts.append(format_html("<td{}{}>{}</td>", format_html(' class="{}"', css) if css else "", title,
                                 cell_html(column, cell)))  # fmt: skip
    return mark_safe("".join(parts))


def _is_blank(cell: Cell) -> bool:
    return cell.value is None or cell.value == ""


def _text(kind: str, value: Value) -> object:
    if kind == "number" and isinstance(value, int | float | str):
        return figures.grouped(value)
    if isinstance(value, datetime.datetime):
        return time_html(value, figures.beijing(value))
    return value.isoformat() if isinstance(value, datetime.date) else value


def _linked(text: object, href: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', href, text) if href else format_html("{}", text)
