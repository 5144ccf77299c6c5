"""Excel workbooks (.xlsx, .xlsm, .xls): everything is text, as a person would have typed it.

A workbook is read whole, as its format demands, in a process of its own; the rows then come in batches.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from huitong.engine.connectors.apart import read_apart
from huitong.engine.connectors.failures import bad_format, check_columns, object_missing, unopened
from huitong.engine.connectors.folders import matching
from huitong.engine.connectors.jobs import Job
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.sheet_grid import worksheets
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import stream, text_schema
from huitong.engine.connectors.watermarks import after_watermark
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError, Terminal

SUFFIXES = (".xlsx", ".xlsm", ".xls")
MOST_BYTES = 512 << 20
"""Bytes that a workbook may have, unpacked."""
MOST_MEMORY = 4 << 30
"""Bytes that reading a workbook may take."""


class SpreadsheetConnector:
    """Reads sheets, named ``file.xlsx#sheet``; a file name alone means its first sheet."""

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List the sheets of every workbook that can be opened; one that cannot is listed by its file name."""
        return tuple(
            SourceObject(name, None) for path in matching(source, "", SUFFIXES) for name in _listed(source, path)
        )

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List the columns under the sheet's header; of two header rows, both names joined by ``_``."""
        with _sheet(source, object_name) as reader:
            return tuple(SourceColumn(name, "text") for name in reader.schema.names)

    def count(self, source: Source, object_name: str) -> int | None:  # noqa: ARG002 - as the protocol says
        """Return None: counting opens the workbook, which is most of the work of reading it."""
        return None

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the request as a query on the sheet."""
        return described(source, request, "duckdb")

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read one sheet below its header."""
        with _sheet(source, request.object) as sheet:
            asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
            check_columns(source, request.object, asked, sheet.schema.names)
            schema = text_schema(request.columns or sheet.schema.names)
            with stream(schema, _batches(request, sheet, schema)) as reader:
                yield reader


def _batches(
    request: ReadRequest, sheet: pa.RecordBatchReader, schema: pa.Schema
) -> Generator[pa.RecordBatch, None, None]:
    for batch in sheet:
        yield after_watermark(batch, request.watermark).select(schema.names)


@contextmanager
def _sheet(source: Source, object_name: str) -> Generator[pa.RecordBatchReader, None, None]:
    """Open all columns of a sheet."""
    file, _, name = object_name.partition("#")
    found = matching(source, file, SUFFIXES)
    if not found:
        raise object_missing(source, object_name, (path.name for path in matching(source, "", SUFFIXES)))
    _check_size(source, found[0])
    job = Job(
        source=source.code,
        object=object_name,
        driver="workbook",
        location=str(found[0]),
        query=name,
        memory=MOST_MEMORY,
    )
    with read_apart(source, job, lambda words: _translated(source, found[0], words)) as reader:
        yield reader


def _translated(source: Source, path: Path, words: str) -> HuitongError:
    if any(sign in words for sign in ("memory allocation", "MemoryError", "capacity overflow")):
        return _too_many_bytes(source, path, MOST_MEMORY)
    return bad_format(source, path.name, words.rpartition("Error: ")[2] or words)  # also one with a password


def _listed(source: Source, path: Path) -> list[str]:
    try:
        _check_size(source, path)
        with CalamineWorkbook.from_path(str(path)) as workbook:
            return sorted(f"{path.name}#{name}" for name in worksheets(workbook))
    except (HuitongError, CalamineError, OSError):
        return [path.name]
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what calamine raises on some damaged files, no Exception
            raise
        return [path.name]


def _check_size(source: Source, path: Path) -> None:
    """Refuse an empty file, and one that would not fit in memory (a few kilobytes may unpack to gigabytes)."""
    try:
        size = path.stat().st_size
        if size and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:  # as zipfile refuses damaged directories
        raise bad_format(source, path.name, error) from error
    except OSError as error:
        raise unopened(source, path.name, error) from error
    if size == 0:
        raise Terminal("source.empty", source=source.code, object=path.name)
    if size > MOST_BYTES:
        raise _too_many_bytes(source, path, MOST_BYTES)


def _too_many_bytes(source: Source, path: Path, limit: int) -> Terminal:
    return Terminal("source.too_many_bytes", source=source.code, object=path.name, limit=f"{limit >> 20:,} MiB")
