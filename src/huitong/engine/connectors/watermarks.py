"""Watermarks: compared with text that departments typed, and written as databases read them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from huitong.engine.connectors.protocol import Watermark, WatermarkValue

_NUMBER = r"^\s*[+-]?\d{1,18}(\.\d{1,9})?\s*$"
_ISO_DAY = r"^\d{4}-\d{2}-\d{2}"
_COMPARABLE = pa.decimal128(38, 9)


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
