"""Streams handed to DuckDB: our errors survive it, and nothing is taken for the end that is not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

import duckdb
import pyarrow as pa
import pytest

from huitong.engine.connectors.streams import batch_rows, stream, text_schema
from huitong.foundation.errors import Transient

SCHEMA = text_schema(["a"])


def batches(count: int, error: Exception | None = None) -> Generator[pa.RecordBatch, None, None]:
    for number in range(count):
        yield pa.RecordBatch.from_pydict({"a": [str(number)] * 1_000}, schema=SCHEMA)
    if error:
        raise error


def consumed(reader: pa.RecordBatchReader) -> int:
    with duckdb.connect() as con:
        con.register("_stream", reader)
        row = con.execute("SELECT count(*) FROM _stream").fetchone()
        assert row
        return int(row[0])


def test_a_whole_stream():
    with stream(SCHEMA, batches(3)) as reader:
        assert consumed(reader) == 3_000


@pytest.mark.parametrize("count", [0, 1, 300])
def test_our_error_comes_out_of_duckdb_as_itself(count):
    error = Transient("source.timeout", source="s1", place="x", seconds="1")
    with pytest.raises(Transient) as caught, stream(SCHEMA, batches(count, error)) as reader:
        consumed(reader)
    assert caught.value is error


def test_a_consumer_that_takes_an_error_for_the_end_is_corrected():
    error = Transient("source.timeout", source="s1", place="x", seconds="1")
    with pytest.raises(Transient), stream(SCHEMA, batches(1, error)) as reader, suppress(duckdb.Error):
        consumed(reader)


def test_a_consumers_own_error_stays_itself():
    with pytest.raises(ZeroDivisionError), stream(SCHEMA, batches(3)) as reader:
        reader.read_next_batch()
        raise ZeroDivisionError


def test_batches_are_bounded_in_cells():
    assert [batch_rows(columns) for columns in (0, 1, 7, 200, 5_000)] == [65_536, 65_536, 57_142, 2_000, 1_000]
