"""What a reading process is told and may answer: shared by the process that asks and the one that reads."""

from __future__ import annotations

from typing import Literal

import msgspec
import pyarrow as pa

from huitong.foundation.errors import HuitongError, Terminal, Transient

READ_MODULE = "huitong.engine.connectors.reading_process"
REFUSED = 3
"""Exit status of a process that said why in a ``Refusal``, the last line of its standard error."""

Driver = Literal["connectorx", "duckdb", "workbook"]


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One object to read: ``source`` and ``object`` name it in errors.

    ``connectorx`` sends ``query`` to the address ``location``; ``duckdb`` loads ``extensions`` and attaches a database
    in ``prepare`` first; ``workbook`` reads the sheet ``query`` of the file ``location``. Addresses may hold a
    password: a job goes through a pipe, never on a command line.
    ``schema`` is the serialised Arrow schema that batches are cast to, b"" to keep their own; ``rows`` the most rows of
    a batch; ``timeout`` the seconds of silence after which the process ends itself, 0 for never; ``memory`` the bytes
    that it may take, 0 for no limit.
    """

    source: str
    object: str
    driver: Driver
    location: str = ""
    extensions: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    query: str = ""
    schema: bytes = b""
    rows: int = 0
    timeout: float = 0
    memory: int = 0

    def arrow_schema(self) -> pa.Schema | None:
        """Return the schema of the batches, None where it is not known before reading."""
        return pa.ipc.read_schema(pa.py_buffer(self.schema)) if self.schema else None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An error of ours on its way between processes."""

    code: str
    parameters: dict[str, str | int]
    transient: bool

    @classmethod
    def of(cls, error: HuitongError) -> Refusal:
        """Take an error apart."""
        parameters = {name: value if isinstance(value, int) else str(value) for name, value in error.parameters.items()}
        return cls(code=error.code, parameters=parameters, transient=isinstance(error, Transient))

    def error(self) -> HuitongError:
        """Make the error again."""
        return (Transient if self.transient else Terminal)(self.code, **self.parameters)
