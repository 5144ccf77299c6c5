"""One writer at a time. Readers never wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from zlib import crc32

import psycopg

from huitong.foundation.errors import Transient


class WriteLock(Protocol):
    """What a lake's writers take in turn."""

    def held(self) -> AbstractContextManager[None]:
        """Hold the lock for the length of a ``with``."""


class ProcessLock:
    """For a lake that one process owns: its threads take turns."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock."""
        with self._lock:
            yield


class AdvisoryLock:
    """For a lake that many processes share: a PostgreSQL advisory lock, freed by the server if its holder dies."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._number = crc32(name.encode())
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; threads of this process queue up before they ask the server."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                connection = psycopg.connect(self._url, autocommit=True)
            except psycopg.OperationalError as error:
                raise Transient("lake.catalog_unreachable", where="postgresql") from error
            with connection:
                connection.execute("SELECT pg_advisory_lock(%s)", (self._number,))
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
