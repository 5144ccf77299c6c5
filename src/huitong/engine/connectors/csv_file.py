"""Files of separated values: everything is text, an empty cell is NULL and a quoted empty one is an empty text."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from huitong.engine.connectors.csv_layout import Layout, layout_of
from huitong.engine.connectors.csv_odd_rows import OddRows, unclosed
from huitong.engine.connectors.decoding import Utf8Stream, open_bytes
from huitong.engine.connectors.failures import bad_format, check_columns, object_missing
from huitong.engine.connectors.folders import matching
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import CELLS, stream, text_schema
from huitong.engine.connectors.watermarks import after_watermark
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError, Terminal

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
BLOCK = 4 << 20
"""Bytes that are parsed at a time: no row may be longer."""


class CsvConnector:
    """Reads files of a folder; an object may be a pattern such as ``2024-*.csv`` for several deliveries."""

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List the files of the folder by their names."""
        return tuple(SourceObject(path.name, None) for path in matching(source, "", SUFFIXES))

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List the columns of the first file."""
        layout = layout_of(source, _files(source, object_name)[0])
        return tuple(SourceColumn(name, "text") for name in layout.names)

    def count(self, source: Source, object_name: str) -> int | None:  # noqa: ARG002 - as the protocol says
        """Return None: only reading counts the rows."""
        return None

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the request as a query on the file."""
        return described(source, request, "duckdb")

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read file after file; a row that has the wrong number of cells comes after its neighbours."""
        layouts = [layout_of(source, path) for path in _files(source, request.object)]
        names = layouts[0].names
        for layout in layouts[1:]:
            _check_same(source, layouts[0], layout)
        asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
        check_columns(source, request.object, asked, names)
        schema = text_schema(request.columns or names)
        with stream(schema, _batches(source, request, layouts, schema)) as reader:
            yield reader


def _files(source: Source, object_name: str) -> list[Path]:
    found = matching(source, object_name, SUFFIXES)
    if not found:
        raise object_missing(source, object_name, (path.name for path in matching(source, "", SUFFIXES)))
    return found


def _check_same(source: Source, first: Layout, other: Layout) -> None:
    differing = sorted(set(first.names) ^ set(other.names))
    if differing:
        raise Terminal(
            "source.columns_differ",
            source=source.code,
            first=first.path.name,
            object=other.path.name,
            columns=", ".join(differing),
        )


def _batches(
    source: Source, request: ReadRequest, layouts: Sequence[Layout], schema: pa.Schema
) -> Generator[pa.RecordBatch, None, None]:
    for layout in layouts:
        for batch in _rows_of(source, layout):
            kept = after_watermark(batch, request.watermark).select(schema.names)
            for start in range(0, kept.num_rows, rows := max(1, CELLS // len(schema))):
                yield kept.slice(start, rows)


def _rows_of(source: Source, layout: Layout) -> Iterator[pa.RecordBatch]:
    """Parse one file. What the parser says of bad text is translated; rows of the wrong width are mended."""
    odd = OddRows(source, layout)
    last: pa.RecordBatch | None = None
    with open_bytes(source, layout.path) as file:
        file.read(layout.mark)
        text = Utf8Stream(source, layout.path, file, layout.encoding)
        text.skip(layout.rows_at)
        try:
            for batch in _parsed(text, layout, odd):
                last = batch if batch.num_rows else last
                yield _without_blank_rows(batch)
                yield from odd.mended()
            yield from odd.mended()
        except pa.ArrowInvalid as error:
            raise _translated(source, layout, error) from error
        if text.quotes % 2 and _ends_in_line_end(last):
            raise unclosed(source, layout)


def _parsed(text: Utf8Stream, layout: Layout, odd: OddRows) -> Iterator[pa.RecordBatch]:
    try:
        yield from arrow_csv.open_csv(
            pa.PythonFile(text, mode="r"),
            read_options=arrow_csv.ReadOptions(column_names=list(layout.names), block_size=BLOCK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=odd.keep
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=text_schema(layout.names),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                check_utf8=False,  # the stream did
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):  # a header and no rows
            raise


def _without_blank_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Leave out rows without a single value: spreadsheets save their empty lower part as rows of delimiters."""
    if any(column.null_count == 0 for column in batch.columns):
        return batch
    filled = batch.column(0).is_valid()
    for column in batch.columns[1:]:
        filled = pa.compute.or_(filled, column.is_valid())
    return batch.filter(filled)


def _ends_in_line_end(batch: pa.RecordBatch | None) -> bool:
    """Tell whether the last cell holds lines: with an odd number of quotation marks, it swallowed the last rows."""
    last = batch.columns[-1][-1].as_py() if batch is not None else None
    return isinstance(last, str) and any(line_end in last for line_end in "\r\n")


def _translated(source: Source, layout: Layout, error: pa.ArrowInvalid) -> HuitongError:
    words = str(error)
    if "straddl" in words:  # a row that does not end within a block
        return unclosed(source, layout)
    return bad_format(source, layout.path.name, words.split(":")[0])
