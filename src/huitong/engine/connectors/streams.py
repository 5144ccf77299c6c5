"""Streams of Arrow batches, handed to a consumer so that our errors survive it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from huitong.foundation.errors import HuitongError

CELLS = 400_000
"""Cells that a batch may hold, so that memory stays flat however wide a table is."""
MOST_ROWS = 65_536
FEWEST_ROWS = 1_000


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
