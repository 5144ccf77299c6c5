"""The process that reads a database or a workbook: a job comes in as JSON, batches go out as an Arrow IPC stream.

Run as a module by ``apart.read_apart``. Exit status 0 means that every row was sent. A database that stays silent
trips an alarm whose default action ends the process, even while a driver holds the interpreter.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pyarrow as pa

from huitong.engine.connectors.jobs import REFUSED, Driver, Job, Refusal
from huitong.foundation.errors import HuitongError


def _expect_answer(timeout: float) -> None:
    """From now on, end this process after ``timeout`` seconds."""
    signal.setitimer(signal.ITIMER_REAL, timeout)


def _by_connectorx(job: Job) -> pa.RecordBatchReader:
    import connectorx

    _expect_answer(job.timeout)
    return connectorx.read_sql(
        job.location,
        job.query,
        protocol="binary",
        return_type="arrow_stream",
        batch_size=job.rows,
        pre_execution_query=list(job.prepare),
    )


def _by_duckdb(job: Job) -> pa.RecordBatchReader:
    import duckdb
    import duckdb_extensions

    _expect_answer(job.timeout)
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    for name in job.extensions:
        duckdb_extensions.import_extension(name, con=con)
        con.execute(f"LOAD {name}")
    for statement in job.prepare:
        con.execute(statement)
    return con.execute(job.query).to_arrow_reader(job.rows)


def _workbook(job: Job) -> pa.RecordBatchReader:
    from huitong.engine.connectors.grids import text_batches
    from huitong.engine.connectors.sheet_grid import opened_grid
    from huitong.engine.connectors.streams import text_schema

    grid = opened_grid(job.source, job.object, Path(job.location), job.query)
    return pa.RecordBatchReader.from_batches(text_schema(grid.names), text_batches(grid.names, grid.rows()))


DRIVERS: dict[Driver, Callable[[Job], pa.RecordBatchReader]] = {
    "connectorx": _by_connectorx,
    "duckdb": _by_duckdb,
    "workbook": _workbook,
}


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _next_batch(batches: pa.RecordBatchReader, timeout: float) -> pa.RecordBatch | None:
    _expect_answer(timeout)
    batch = next(batches, None)
    signal.setitimer(signal.ITIMER_REAL, 0)  # a consumer may take its time
    return batch


def _send(job: Job, output: int) -> None:
    batches = DRIVERS[job.driver](job)
    schema = job.arrow_schema() or batches.schema
    batch = _next_batch(batches, job.timeout)  # before the schema goes out: the asking side waits for this
    with os.fdopen(output, "wb") as file, pa.ipc.new_stream(file, schema) as writer:
        while batch is not None:
            if batch.num_rows:
                writer.write_batch(_cast(batch, schema))
            batch = _next_batch(batches, job.timeout)


def main() -> None:
    """Read one job from standard input and write its batches to standard output."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    output = os.dup(1)
    os.dup2(2, 1)  # what drivers print must not get between the batches
    if job.memory:
        with suppress(ValueError, OSError):  # some systems have no such limit
            resource.setrlimit(resource.RLIMIT_AS, (job.memory, job.memory))
    status = 0
    try:
        _send(job, output)
    except HuitongError as error:
        sys.stderr.buffer.write(b"\n" + msgspec.json.encode(Refusal.of(error)) + b"\n")
        sys.stderr.flush()
        status = REFUSED
    os._exit(status)  # drivers' threads and destructors have nothing left to add


if __name__ == "__main__":
    main()
