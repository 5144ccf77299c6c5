"""Who may write: one at a time. Readers never wait."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from zlib import crc32

import psycopg

from huitong.foundation.errors import Transient

WRITING = "writing"
"""The lock that every lake transaction holds."""


class Locks(Protocol):
    """Named locks, each held by one thread of one process at a time; a thread may take one it already has."""

    def held(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock ``name`` for the length of a ``with``."""


class ProcessLocks:
    """For a lake that one process owns: its threads take turns."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the lock."""
        with self._locks[name]:
            yield


class AdvisoryLocks:
    """For a lake that many processes share: PostgreSQL advisory locks, freed by the server if their holder dies."""

    def __init__(self, url: str, scope: str) -> None:
        self._url = url
        self._scope = scope
        self._threads = ProcessLocks()
        self._depth: Counter[str] = Counter()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the lock; threads of this process queue up before they ask the server."""
        with self._threads.held(name):
            if self._depth[name]:
                yield
                return
            try:
                connection = psycopg.connect(self._url, autocommit=True)
            except psycopg.OperationalError as error:
                raise Transient("lake.catalog_unreachable", where="postgresql") from error
            with connection:
                connection.execute("SELECT pg_advisory_lock(%s, %s)", self._numbers(name))
                self._depth[name] += 1
                try:
                    yield
                finally:
                    self._depth[name] -= 1

    def _numbers(self, name: str) -> tuple[int, int]:
        return crc32(self._scope.encode()) - 2**31, crc32(name.encode()) - 2**31
