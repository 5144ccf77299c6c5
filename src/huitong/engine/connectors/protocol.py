"""What every connector offers: look at a source, and read one of its objects as a stream of Arrow batches."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

import pyarrow as pa

from huitong.engine.declarations.sources import Source

WatermarkValue = datetime | date | int | Decimal | str
"""What a watermark can be compared with; ``str`` for columns that hold text, compared as text."""


@dataclass(frozen=True)
class SourceColumn:
    """A column by the name and the type that the source gives it, e.g. ``decimal(12,2) unsigned``."""

    name: str
    type: str
    comment: str = ""
    """What whoever made the table wrote beside it, "" where the source keeps no such thing."""
    key: int = 0
    """Its place in the declared primary key, from 1; 0 where it is no part of one."""


@dataclass(frozen=True)
class SourceObject:
    """A table, file, sheet or page table; ``rows`` is the source's own estimate, None where it keeps none."""

    name: str
    rows: int | None
    comment: str = ""


@dataclass(frozen=True)
class Watermark:
    """Read rows with ``column >= after``, and rows whose ``column`` is empty or cannot be compared.

    A row without a watermark would otherwise never be read again after the first run.
    """

    column: str
    after: WatermarkValue


@dataclass(frozen=True)
class ReadRequest:
    """What to read: ``object`` as in ``Link.object``, ``columns`` in this order (() for all, in the source's order)."""

    object: str
    columns: tuple[str, ...] = ()
    watermark: Watermark | None = None


class Connector(Protocol):
    """One kind of source. ``source.location`` is already expanded: no ``${NAME}`` is left in it.

    Every method raises ``Terminal`` or ``Transient`` with a ``source.…`` code, whose texts hold no password,
    and nothing else; a source that stays silent for ``source.timeout`` seconds is given up as ``source.timeout``.
    """

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List what can be read, sorted by name: the names are valid as ``ReadRequest.object``."""
        ...

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List the columns of one object in the source's order."""
        ...

    def count(self, source: Source, object_name: str) -> int | None:
        """Count the rows of one object exactly; None where counting costs a full read."""
        ...

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Say in one line, without secrets, how ``request`` is read: kept in the run ledger. Touches no source."""
        ...

    def read(self, source: Source, request: ReadRequest) -> AbstractContextManager[pa.RecordBatchReader]:
        """Read one object as a stream of record batches; memory does not grow with the rows.

        The schema is known and the first answer is there when the context begins. When it ends, the reader is closed
        and connections are released, also on error. An error in the middle of the stream reaches a consumer inside
        another library (DuckDB) as that library's error; the context then raises ours in its place.
        """
        ...
