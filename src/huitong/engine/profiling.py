"""Look at one object of a live source before it is linked: how full its columns are, how different, what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from huitong.engine.connectors.protocol import ReadRequest, SourceColumn
from huitong.engine.connectors.registry import CONNECTORS
from huitong.engine.declarations.sources import Source

MOST_ROWS = 20_000
"""Rows looked at: the first ones, in the source's own order."""
MOST_VALUES = 200
"""Different values kept of a column, to recognise what it holds; never shown unmasked."""


@dataclass(frozen=True)
class ColumnProfile:
    """What the first rows say about a column. ``values`` are clear: mask them before anybody sees them."""

    name: str
    type: str
    """As the source names it, e.g. ``varchar(18)``."""
    rows: int
    empty: int
    """Rows that are NULL or blank."""
    distinct: int
    values: tuple[str, ...]
    longest: int
    """Characters of the longest value."""
    comment: str = ""
    key: int = 0
    """Its place in the declared primary key, from 1; 0 for none."""

    @property
    def identifies(self) -> bool:
        """Whether every row looked at has a value of its own."""
        return bool(self.rows) and not self.empty and self.distinct == self.rows


@dataclass(frozen=True)
class ObjectProfile:
    """One table, file or sheet: its columns, how many rows were looked at, and how many there are where known."""

    object: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    total: int | None
    comment: str = ""
    """What the source says the object is."""


def profile_object(source: Source, object_name: str, *, most: int = MOST_ROWS) -> ObjectProfile:
    """Read the first ``most`` rows of an object and describe its columns. Memory grows with ``most``, not the object.

    Args:
        source: with its location expanded.
        object_name: as in ``Link.object``.

    Raises:
        Terminal, Transient: a ``source.…`` code.
    """
    connector = CONNECTORS[source.kind]
    declared = {column.name: column for column in connector.columns(source, object_name)}
    with connector.read(source, ReadRequest(object=object_name)) as reader:
        table = pa.Table.from_batches(_first(reader, most), schema=reader.schema)
    total = table.num_rows if table.num_rows < most else connector.count(source, object_name)
    columns = tuple(
        _profile(declared.get(name) or SourceColumn(name, ""), table.column(name)) for name in table.column_names
    )
    return ObjectProfile(object_name, columns, table.num_rows, total, _comment(source, object_name))


def _comment(source: Source, object_name: str) -> str:
    """Only these keep comments; listing the objects of a folder would read its files."""
    if source.kind not in ("mysql", "postgresql"):
        return ""
    found = CONNECTORS[source.kind].objects(source)
    return next((one.comment for one in found if one.name == object_name), "")


def _first(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.RecordBatch]:
    left = most
    for batch in batches:
        yield batch.slice(0, left)
        left -= batch.num_rows
        if left <= 0:
            return


def _profile(declared: SourceColumn, column: pa.ChunkedArray) -> ColumnProfile:
    counted = pc.value_counts(column.combine_chunks() if column.num_chunks else pa.array([], column.type))
    empty, texts = 0, []
    for pair in counted:
        value, count = pair["values"].as_py(), pair["counts"].as_py()
        text = _text(value)
        if text:
            texts.append(text)
        else:
            empty += count
    values = tuple(dict.fromkeys(texts[:MOST_VALUES]))
    longest = max((len(text) for text in texts), default=0)
    return ColumnProfile(
        name=declared.name,
        type=declared.type,
        rows=len(column),
        empty=empty,
        distinct=len(texts),
        values=values,
        longest=longest,
        comment=declared.comment,
        key=declared.key,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value).strip()
