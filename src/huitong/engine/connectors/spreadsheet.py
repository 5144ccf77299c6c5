"""Excel workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): everything is text, as a person would have typed it.

A workbook is read whole, as its format demands; the rows then go out in batches.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from huitong.engine.connectors.failures import bad_format, check_columns, object_missing, unopened
from huitong.engine.connectors.folders import matching
from huitong.engine.connectors.grids import text_batches
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.sheet_grid import SheetGrid, grid_of
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import after_watermark, stream, text_schema
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_BYTES = 512 << 20
"""Bytes that a workbook may have, unpacked: it is held in memory."""


class SpreadsheetConnector:
    """Reads sheets, named ``file.xlsx#sheet``; a file name alone means its first sheet."""

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List the sheets of every workbook that can be opened; one that cannot is listed by its file name."""
        return tuple(
            SourceObject(name, None) for path in matching(source, "", SUFFIXES) for name in _listed(source, path)
        )

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List the columns under the sheet's header; of two header rows, both names joined by ``_``."""
        return tuple(SourceColumn(name, "text") for name in _grid(source, object_name).names)

    def count(self, source: Source, object_name: str) -> int | None:  # noqa: ARG002 - as the protocol says
        """Return None: counting opens the workbook, which is most of the work of reading it."""
        return None

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the request as a query on the sheet."""
        return described(source, request, "duckdb")

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read one sheet below its header."""
        grid = _grid(source, request.object)
        asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
        check_columns(source, request.object, asked, grid.names)
        schema = text_schema(request.columns or grid.names)
        with stream(schema, _batches(request, grid, schema)) as reader:
            yield reader


def _batches(request: ReadRequest, grid: SheetGrid, schema: pa.Schema) -> Generator[pa.RecordBatch, None, None]:
    for batch in text_batches(grid.names, grid.rows()):
        yield after_watermark(batch, request.watermark).select(schema.names)


def _listed(source: Source, path: Path) -> list[str]:
    try:
        with _opened(source, path) as workbook:
            return sorted(f"{path.name}#{name}" for name in _sheets(workbook))
    except Terminal:
        return [path.name]


def _sheets(workbook: CalamineWorkbook) -> list[str]:
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _grid(source: Source, object_name: str) -> SheetGrid:
    file, _, name = object_name.partition("#")
    found = matching(source, file, SUFFIXES)
    if not found:
        raise object_missing(source, object_name, (path.name for path in matching(source, "", SUFFIXES)))
    path = found[0]
    with _opened(source, path) as workbook:
        sheets = _sheets(workbook)
        if name and name not in sheets:
            raise object_missing(source, object_name, (f"{path.name}#{sheet}" for sheet in sheets))
        if not sheets:
            raise Terminal("source.empty", source=source.code, object=object_name)
        sheet: CalamineSheet = workbook.get_sheet_by_name(name or sheets[0])
        return grid_of(source, object_name, path, sheet)


@contextmanager
def _opened(source: Source, path: Path) -> Iterator[CalamineWorkbook]:
    _check_size(source, path)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            yield workbook
    except CalamineError as error:  # also a workbook with a password
        raise bad_format(source, path.name, error) from error
    except OSError as error:
        raise unopened(source, path.name, error) from error


def _check_size(source: Source, path: Path) -> None:
    """Refuse an empty file, and one that would not fit in memory (a few kilobytes may unpack to gigabytes)."""
    try:
        size = path.stat().st_size
        if size and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise bad_format(source, path.name, error) from error
    except OSError as error:
        raise unopened(source, path.name, error) from error
    if size == 0:
        raise Terminal("source.empty", source=source.code, object=path.name)
    if size > MOST_BYTES:
        raise Terminal("source.too_many_bytes", source=source.code, object=path.name, limit=f"{MOST_BYTES >> 20} MiB")
