"""What a reading process is told: shared by the process that asks and the one that reads."""

from __future__ import annotations

from typing import Literal

import msgspec
import pyarrow as pa

READ_MODULE = "huitong.engine.connectors.reading_process"


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One query to one database, and how its answer is cut.

    ``location`` is connectorx's address, "" for DuckDB, which loads the extension that it needs and
    attaches the database in ``prepare``. Both may hold a
    password: a job goes through a pipe, never on a command line. ``schema`` is the serialised Arrow schema that
    batches are cast to, ``rows`` the most rows of a batch, ``timeout`` the seconds of silence after which the process
    ends itself.
    """

    driver: Literal["connectorx", "duckdb"]
    location: str = ""
    extensions: tuple[str, ...] = ()
    prepare: tuple[str, ...]
    query: str
    schema: bytes
    rows: int
    timeout: float

    def arrow_schema(self) -> pa.Schema:
        """Return the schema of the batches."""
        return pa.ipc.read_schema(pa.py_buffer(self.schema))
