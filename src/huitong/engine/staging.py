"""Staging: the rows of one reading in a Parquet file, with ``_key`` and ``_run`` in front.

Columns of the usual types are written by Arrow's own writer, at two fifths of the processor time of DuckDB's; whatever
else a source has goes through :func:`huitong.engine.plans.collect.stage_sql`. Both give the same rows and types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.names import KEY, RUN
from huitong.engine.plans import collect as plans

_GROUP_ROWS = 122_880
"""Rows of a row group: DuckDB's own size, by which it reads a file on several cores."""
_GROUP_BYTES = 64 << 20
"""A wide table's groups are smaller, so that memory stays flat."""
_DICTIONARY_BYTES = 16 << 10
"""A column whose distinct values need more than this is written plainly: a dictionary of many texts saves nothing."""


def stage_rows(con: Connection, stream: pa.RecordBatchReader, file: Path, *, key: Sequence[str], run_id: int) -> None:
    """Write a stream of source rows to ``file``, as rows of ``raw`` should the run be this.

    Grain: one row a source row. Cost: the rows; memory: one row group.
    """
    if _is_plain(stream.schema, key):
        _write(stream, file, key=key, run_id=run_id)
        return
    con.register("_stream", stream)
    con.execute(plans.stage_sql("_stream", file, schema=stream.schema, key=key, run_id=run_id))
    con.unregister("_stream")


def _is_plain(schema: pa.Schema, key: Sequence[str]) -> bool:
    """Tell whether Arrow and DuckDB write these columns alike, and keys are text or whole numbers."""
    names = [name.lower() for name in schema.names]
    keys = all(_is_text(schema.field(name).type) or pa.types.is_integer(schema.field(name).type) for name in key)
    return (
        keys and len({*names, KEY, RUN}) == len(names) + 2 and all(_stored(field.type) is not None for field in schema)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _stored(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that a column is stored with, None for those left to DuckDB. Numbers widen as in the SQL."""
    if pa.types.is_integer(kind):
        return None if pa.types.is_uint64(kind) else pa.int64()
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return pa.float64()
    same = _is_text(kind) or pa.types.is_boolean(kind) or pa.types.is_date32(kind) or pa.types.is_decimal128(kind)
    return kind if same or kind == pa.timestamp("us") else None


def _write(stream: pa.RecordBatchReader, file: Path, *, key: Sequence[str], run_id: int) -> None:
    fields = [pa.field(field.name, _stored(field.type)) for field in stream.schema]
    schema = pa.schema([pa.field(KEY, pa.string()), pa.field(RUN, pa.int64()), *fields])
    with pq.ParquetWriter(
        file,
        schema,
        compression="snappy",
        dictionary_pagesize_limit=_DICTIONARY_BYTES,
        store_schema=False,
    ) as writer:
        for rows in _groups(stream):
            run = pa.repeat(pa.scalar(run_id, pa.int64()), rows.num_rows)
            columns = [_key_of(rows, key), run, *rows.columns]
            cast = [column.cast(field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.table(cast, schema=schema), row_group_size=max(1, rows.num_rows))


def _groups(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in stream:
        batches.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(batches)
            batches, rows, size = [], 0, 0
    if rows:
        yield pa.Table.from_batches(batches)


def _key_of(rows: pa.Table, key: Sequence[str]) -> pa.ChunkedArray | pa.Array:
    """The key columns as text without blanks around it; null where one is empty, or no key is declared."""
    if not key:
        return pa.nulls(rows.num_rows, pa.string())
    parts = [_key_text(rows.column(name)) for name in key]
    return reduce(lambda left, right: pc.binary_join_element_wise(left, right, chr(31)), parts)


def _key_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    trimmed = pc.utf8_trim(text, characters=" ")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
