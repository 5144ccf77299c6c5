"""A table on a web page, and on the pages that follow it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pyarrow as pa

from huitong.engine.connectors.failures import check_columns, object_missing, redacted
from huitong.engine.connectors.grids import Cells, text_batches
from huitong.engine.connectors.html_grid import Page, Table, parsed
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.statements import described_page
from huitong.engine.connectors.streams import stream, text_schema
from huitong.engine.connectors.watermarks import after_watermark
from huitong.engine.connectors.web import Fetcher, check_address
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

MOST_PAGES = 1_000
"""Pages of one table that are followed; one more is an error, never a silent end."""
PAUSE = 0.1
"""Seconds between two pages, so that a department's small server is not pressed."""


class HtmlConnector:
    """Reads a table by CSS selector (the first table when there is none) and follows ``rel="next"`` links."""

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List the tables of the page, by their ids or places, with the rows of this page."""
        with Fetcher(source) as fetcher:
            page = parsed(source.code, *fetcher.get(source.location))
        return tuple(sorted((SourceObject(name, rows) for name, rows in page.tables()), key=lambda each: each.name))

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List the columns by the table's header."""
        with Fetcher(source) as fetcher:
            names, _, _ = _first_page(source, object_name, fetcher)
        return tuple(SourceColumn(name, "text") for name in names)

    def count(self, source: Source, object_name: str) -> int | None:  # noqa: ARG002 - as the protocol says
        """Return None: only reading every page counts the rows."""
        return None

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return what is asked of the site."""
        return described_page(source, request)

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read page after page; only one page is held at a time."""
        with Fetcher(source) as fetcher:
            names, page, rows = _first_page(source, request.object, fetcher)
            asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
            check_columns(source, request.object, asked, names)
            schema = text_schema(request.columns or names)
            pages = _pages(source, request.object, fetcher, page, names, rows)
            with stream(schema, _batches(request, pages, names, schema)) as reader:
                yield reader


def _first_page(source: Source, object_name: str, fetcher: Fetcher) -> tuple[tuple[str, ...], Page, list[Cells]]:
    page = parsed(source.code, *fetcher.get(source.location))
    table = page.table(object_name)
    if table is None:
        raise object_missing(source, object_name or "table", (name for name, _ in page.tables()))
    if table.header() is None:
        raise Terminal("source.empty", source=source.code, object=object_name or "table")
    found = table.names()
    if found is None:
        raise Terminal("source.no_header", source=source.code, object=object_name or "table")
    return found[0], page, table.rows[found[1] :]


def _pages(
    source: Source, object_name: str, fetcher: Fetcher, page: Page, names: tuple[str, ...], rows: list[Cells]
) -> Iterator[list[Cells]]:
    """Return the rows of each page. A last page that points at itself, or at one before, ends them."""
    seen = {page.address}
    yield rows
    while (address := page.next_address()) and address not in seen:
        if len(seen) == MOST_PAGES:
            raise Terminal("source.too_many_pages", source=source.code, limit=MOST_PAGES)
        check_address(source, address)
        if urlsplit(address).hostname != urlsplit(page.address).hostname:
            raise Terminal("source.foreign_page", source=source.code, page=redacted(address, source))
        seen.add(address)
        time.sleep(PAUSE)
        page = parsed(source.code, *fetcher.get(address))
        table = page.table(object_name)
        if table is not None:  # a page after the last row
            yield _below_header(source, page, table, names)


def _below_header(source: Source, page: Page, table: Table, names: tuple[str, ...]) -> list[Cells]:
    """Return the rows of a later page, which need not repeat the header."""
    found = table.names()
    if found and found[0] == names:
        return table.rows[found[1] :]
    width = max((len(row) for row in table.rows), default=0)
    if table.heads == 0 and width <= len(names):
        return table.rows
    differing = sorted(set(names) ^ set(found[0] if found else ()))
    raise Terminal(
        "source.columns_differ",
        source=source.code,
        first=redacted(source.location, source),
        object=redacted(page.address, source),
        columns=", ".join(differing),
    )


def _batches(
    request: ReadRequest, pages: Iterator[list[Cells]], names: tuple[str, ...], schema: pa.Schema
) -> Generator[pa.RecordBatch, None, None]:
    rows = (row for page in pages for row in page)
    for batch in text_batches(names, rows):
        yield after_watermark(batch, request.watermark).select(schema.names)
