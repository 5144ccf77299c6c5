"""Reading in a process of its own what may not be trusted to one's own.

Why apart: connectorx holds the interpreter lock while it waits for the server, so one slow database would stop the
site and the gateway; drivers panic and print on what they do not expect; a connection that stalls inside a driver can
only be given up by ending what waits for it; and a workbook with one cell in the last row and column makes its reader
ask for hundreds of gigabytes, which ends the process.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import IO

import msgspec
import pyarrow as pa

from huitong.engine.connectors.failures import interrupted, timed_out
from huitong.engine.connectors.jobs import READ_MODULE, REFUSED, Job, Refusal
from huitong.engine.connectors.streams import stream
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError

Translate = Callable[[str], HuitongError]
"""Makes our error of the last words of a reading process."""
_EXCEPTION = re.compile(r"[\w.]+(Error|Exception|Interrupt)\b")
_LAST_WORDS = 5.0
"""Seconds that a reading process whose stream broke has to end by itself."""


@contextmanager
def read_apart(source: Source, job: Job, translate: Translate) -> Generator[pa.RecordBatchReader, None, None]:
    """Run ``job`` in a new process and offer its batches; the process is gone when the context ends.

    Raises:
        Transient: ``source.timeout`` when the database stays silent for ``source.timeout`` seconds.
        HuitongError: one that the process says itself, or what ``translate`` makes of its end.
    """
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", READ_MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        try:
            reading = _Reading(source, process, complaints, translate)
            reading.send(job)
            opened = reading.opened()
            with stream(opened.schema, reading.batches(opened)) as reader:
                yield reader
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(BrokenPipeError):
                    if pipe is not None:
                        pipe.close()


class _Reading:
    """One running process and how to understand its end."""

    def __init__(
        self, source: Source, process: subprocess.Popen[bytes], complaints: IO[bytes], translate: Translate
    ) -> None:
        self.source = source
        self.process = process
        self.complaints = complaints
        self.translate = translate

    def send(self, job: Job) -> None:
        assert self.process.stdin is not None  # asked for as a pipe
        try:
            self.process.stdin.write(msgspec.json.encode(job))
            self.process.stdin.close()
        except BrokenPipeError as error:
            raise self.failure() from error

    def opened(self) -> pa.RecordBatchReader:
        """Wait for the first answer."""
        try:
            return pa.ipc.open_stream(self.process.stdout)
        except (pa.ArrowInvalid, OSError) as error:
            raise self.failure() from error

    def batches(self, opened: pa.RecordBatchReader) -> Generator[pa.RecordBatch, None, None]:
        try:
            yield from opened
        except (pa.ArrowInvalid, OSError) as error:
            raise self.failure() from error
        if self.process.wait() != 0:  # a stream that breaks off between two batches looks like a complete one
            raise self.failure()

    def failure(self) -> HuitongError:
        try:
            status = self.process.wait(timeout=_LAST_WORDS)
        except subprocess.TimeoutExpired:  # it sent what is no Arrow stream, and goes on
            self.process.kill()
            status = self.process.wait()
        if status == -signal.SIGALRM:
            return timed_out(self.source)
        self.complaints.seek(0)
        words = self.complaints.read().decode("utf-8", "replace").strip().splitlines()
        if not words:
            return interrupted(self.source, "", f"status {status}")
        if status == REFUSED:
            return msgspec.json.decode(words[-1], type=Refusal).error()
        return self.translate(_reason(words, status))


def _reason(words: list[str], status: int) -> str:
    """Return why a process ended: an abort says it first, a traceback in its last line that names an exception."""
    if status < 0:
        return words[0]
    named = [index for index, line in enumerate(words) if _EXCEPTION.match(line)]
    return " ".join(line.strip() for line in words[named[-1] if named else -1 :])
