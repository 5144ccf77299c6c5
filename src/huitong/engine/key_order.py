"""Telling unique keys from the order that rows come in: most databases read a table in the order of its primary key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc


class KeyOrder:
    """Watches whether the keys of a stream rise from row to row, which tells that each is there once.

    Cost: one comparison a row; looking for equal keys afterwards costs ten times that. Only a single column of text or
    whole numbers is watched. ``rises`` says nothing before the stream has ended.
    """

    def __init__(self, schema: pa.Schema, key: Sequence[str]) -> None:
        kind = schema.field(key[0]).type if len(key) == 1 else pa.null()
        self._column = schema.get_field_index(key[0]) if len(key) == 1 else -1
        self.rises = pa.types.is_string(kind) or pa.types.is_integer(kind)
        self._last: pa.Scalar | None = None

    def watched(self, stream: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """Return the stream, looked at while it is read."""
        return pa.RecordBatchReader.from_batches(stream.schema, self._batches(stream))

    def _batches(self, stream: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in stream:
            if self.rises and batch.num_rows:
                self._look_at(batch.column(self._column))
            yield batch

    def _look_at(self, keys: pa.Array) -> None:
        rises = not keys.null_count and pc.all(pc.less(keys[:-1], keys[1:]), min_count=0).as_py()
        follows = self._last is None or pc.less(self._last, keys[0]).as_py()
        self.rises = bool(rises and follows)
        self._last = keys[-1]
