"""Tables of an HTML page as grids of text (HTML standard, 4.9.12: forming a table)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from huitong.engine.connectors.grids import Cells, column_names, header_at, is_blank, joined_names, looks_like_names
from huitong.foundation.errors import Terminal

MOST_CELLS = 5_000_000
"""Cells that a table on one page may have."""
_MOST_COLUMNS = 1_000
_MOST_SPANNED = 65_534
_DIGITS = 9
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")


@dataclass(frozen=True)
class Table:
    """Rows of cells, all of the same length; the first ``heads`` rows are marked as header by the page.

    Rows of a footer (``tfoot``) are left out: by the standard they are summaries.
    """

    rows: list[Cells]
    heads: int

    def header(self) -> tuple[list[str | None], int] | None:
        """Return the header's cells and the index of the first row below it, None for a table without a value.

        A header that the page marks counts; of several rows the names are joined by ``_``, titles over the whole width
        are left out. Otherwise it is looked for (see ``grids.header_at``).
        """
        marked = [row for row in self.rows[: self.heads] if not _is_title(row)]
        if marked:
            return joined_names(marked), self.heads
        at = header_at(self.rows[self.heads :])
        return None if at is None else (list(self.rows[self.heads + at]), self.heads + at + 1)

    def names(self) -> tuple[tuple[str, ...], int] | None:
        """Return column names and the index of the first row below, None where no row can be a header."""
        found = self.header()
        if found is None or not looks_like_names(found[0]):
            return None
        return column_names(found[0]), found[1]


@dataclass(frozen=True)
class Page:
    """A parsed page, the address that it came from and the code of its source."""

    source: str
    address: str
    tree: LexborHTMLParser

    def tables(self) -> list[tuple[str, int]]:
        """Return a selector for each table, and its rows below the header."""
        found = []
        for position, node in enumerate(self.tree.css("table"), start=1):
            table = _table(self, node)
            header = table.header()
            rows = sum(not all(map(is_blank, row)) for row in table.rows[header[1] :]) if header else 0
            found.append((_selector(node, position), rows))
        return found

    def table(self, selector: str) -> Table | None:
        """Return the first table that a CSS selector finds, itself or inside what it finds; None when it finds none."""
        if position := re.fullmatch(r"table:(\d+)", selector):
            nodes = self.tree.css("table")[int(position[1]) - 1 :][:1]
        else:
            try:
                nodes = self.tree.css(selector or "table")
            except SelectolaxError:
                return None
        for node in nodes:
            inner = node if node.tag == "table" else node.css_first("table")
            if inner is not None:
                return _table(self, inner)
        return None

    def next_address(self) -> str:
        """Return the address of the page that follows by ``rel="next"``, "" for the last."""
        for node in self.tree.css("link[rel~=next], a[rel~=next]"):
            target = (node.attributes.get("href") or "").strip()
            if target and not target.startswith("#"):
                return _joined(self.address, target)
        return ""


def _joined(address: str, target: str) -> str:
    try:
        return urldefrag(urljoin(address, target)).url
    except ValueError:  # no address at all: whoever fetches it says so
        return target


def parsed(source: str, address: str, text: str) -> Page:
    """Parse a page; every text is a page, however broken."""
    tree = LexborHTMLParser(text)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    for node in tree.css("table br"):
        node.replace_with(" ")
    return Page(source, address, tree)


def _selector(node: LexborNode, position: int) -> str:
    name = node.attributes.get("id") or ""
    return f"table#{name}" if re.fullmatch(r"[A-Za-z][\w-]*", name) else f"table:{position}"


def _is_title(row: Cells) -> bool:
    return len(row) > 1 and len(set(row)) == 1


def _rows(table: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Return the rows of a table, not those of tables within its cells, and whether they are of its head."""
    for child in table.iter():
        if child.tag == "tr":
            yield child, False
        elif child.tag in ("thead", "tbody"):
            for row in child.iter():
                if row.tag == "tr":
                    yield row, child.tag == "thead"


def _table(page: Page, node: LexborNode) -> Table:
    spanning: dict[int, tuple[str | None, int]] = {}
    grid: list[list[str | None]] = []
    heads, still_head, filled = 0, True, 0
    for row, in_head in _rows(node):
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        grid.append(_laid_out(cells, spanning))
        filled += len(grid[-1])
        if filled > MOST_CELLS:  # a few spanning cells may stand for billions
            limit = f"{MOST_CELLS:,} cells"
            raise Terminal("source.too_many_bytes", source=page.source, object=page.address, limit=limit)
        still_head = still_head and (in_head or (bool(cells) and all(cell.tag == "th" for cell in cells)))
        heads += still_head
    width = max((len(row) for row in grid), default=0)
    return Table([[*row, *[None] * (width - len(row))] for row in grid], heads)


def _laid_out(cells: list[LexborNode], spanning: dict[int, tuple[str | None, int]]) -> list[str | None]:
    """Place a row's cells around those that reach down from rows above; ``spanning`` keeps these by column."""
    row: list[str | None] = []

    def take_from_above() -> None:
        while len(row) in spanning:
            column = len(row)
            text, left = spanning.pop(column)
            row.append(text)
            if left > 1:
                below[column] = (text, left - 1)

    below: dict[int, tuple[str | None, int]] = {}
    for cell in cells:
        take_from_above()
        text, down = _text(cell), _span(cell, "rowspan", _MOST_SPANNED)
        for _ in range(_span(cell, "colspan", _MOST_COLUMNS)):
            if len(row) in spanning or len(row) >= _MOST_COLUMNS:
                break
            if down > 1:
                below[len(row)] = (text, down - 1)
            row.append(text)
    take_from_above()
    spanning.update(below)
    return row


def _span(cell: LexborNode, name: str, most: int) -> int:
    written = (cell.attributes.get(name) or "1").strip()
    if written == "1":
        return 1
    number = int(written[:_DIGITS]) if written.isascii() and written.isdigit() else 1
    if name == "rowspan" and number == 0:
        return most
    return min(max(number, 1), most)


def _text(cell: LexborNode) -> str | None:
    return _BLANKS.sub(" ", cell.text(deep=True)).strip() or None
