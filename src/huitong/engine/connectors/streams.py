"""Streams of Arrow batches: handed to a consumer so that our errors survive it, projected and filtered."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from huitong.engine.connectors.protocol import Watermark, WatermarkValue
from huitong.foundation.errors import HuitongError

CELLS = 400_000
"""Cells that a batch may hold, so that memory stays flat however wide a table is."""
MOST_ROWS = 65_536
FEWEST_ROWS = 1_000
_NUMBER = r"^\s*[+-]?\d{1,18}(\.\d{1,9})?\s*$"
_ISO_DAY = r"^\d{4}-\d{2}-\d{2}"
_COMPARABLE = pa.decimal128(38, 9)


def batch_rows(columns: int) -> int:
    """Return how many rows a batch of so many columns has."""
    return max(FEWEST_ROWS, min(MOST_ROWS, CELLS // max(1, columns)))


def text_schema(names: Sequence[str]) -> pa.Schema:
    """Return a schema in which every column is text."""
    return pa.schema([(name, pa.string()) for name in names])


@contextmanager
def stream(
    schema: pa.Schema, batches: Generator[pa.RecordBatch, None, None]
) -> Generator[pa.RecordBatchReader, None, None]:
    """Offer ``batches`` as a reader; close both when the context ends.

    A library that pulls the batches reports our error as its own. The first error of the stream is kept and raised
    when the context ends, also when the consumer took it for the end of the stream.
    """
    failures: list[HuitongError] = []

    def remembered() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except HuitongError as failure:
            failures.append(failure)
            raise

    reader = pa.RecordBatchReader.from_batches(schema, remembered())
    try:
        yield reader
    except Exception as raised:
        if failures and raised is not failures[0]:
            raise failures[0] from raised
        raise
    finally:
        batches.close()
        reader.close()
    if failures:
        raise failures[0]


def after_watermark(batch: pa.RecordBatch, watermark: Watermark | None) -> pa.RecordBatch:
    """Keep the rows of a batch of text that a watermark asks for (see ``Watermark``).

    Text is compared as text, numbers as numbers. Times are compared by the day: departments write the rest of a time
    in too many ways, and reading a little too much is harmless.
    """
    if watermark is None:
        return batch
    column = batch.column(watermark.column)
    return batch.filter(pc.fill_null(_not_before(column, watermark.after), True))


def _not_before(column: pa.Array, after: WatermarkValue) -> pa.Array:
    if isinstance(after, str):
        return pc.greater_equal(column, after)
    if isinstance(after, date):  # a datetime is a date
        readable = pc.if_else(pc.match_substring_regex(column, _ISO_DAY), column, None)
        return pc.greater_equal(readable, first_day(after))
    readable = pc.if_else(pc.match_substring_regex(column, _NUMBER), pc.utf8_trim_whitespace(column), None)
    return pc.greater_equal(readable.cast(_COMPARABLE), pa.scalar(Decimal(after), _COMPARABLE))


def first_day(after: date) -> str:
    """Return the day of a date or time as ISO text."""
    return (after.date() if isinstance(after, datetime) else after).isoformat()


def watermark_text(after: WatermarkValue) -> str:
    """Write a watermark's value as databases read it: ISO times with a blank, plain numbers."""
    if isinstance(after, datetime):
        return after.isoformat(sep=" ")
    if isinstance(after, date):
        return after.isoformat()
    return format(after, "f") if isinstance(after, Decimal) else str(after)
