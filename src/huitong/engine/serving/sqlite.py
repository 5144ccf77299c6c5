"""The serving store as a folder of SQLite files.

``manifest.json`` names each table's active file, ``{"base.population": {"file": "base.population.000003.sqlite"}}``.
Each file holds ``data`` and ``meta(as_of INTEGER, published_at TEXT)``. A full publication makes a new file and
replaces the manifest; a delta is one WAL transaction in the active file. ``policy.json`` is replaced as a whole.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from huitong.engine.serving import policy as policies
from huitong.engine.serving.policy import Policy
from huitong.engine.serving.sqlite_reading import PublishedFile
from huitong.engine.serving.sqlite_writing import (
    SqliteDelta,
    publish_file,
    remove_generations,
    write_atomically,
    writing,
)
from huitong.engine.serving.store import Answer, Delta, Generation
from huitong.foundation.errors import Terminal

POLL_SECONDS = 0.5


class _Entry(msgspec.Struct, frozen=True):
    file: str


_MANIFEST = msgspec.json.Decoder(dict[str, _Entry])


class SqliteServing:
    """Published tables in SQLite files under ``folder``, which need not exist yet."""

    local = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._stamp: str | None = ""
        self._next_poll = 0.0
        self._files: dict[str, str] = {}
        self._open: dict[str, PublishedFile] = {}

    def lookup(self, table: str, column: str, keys: Sequence[str], columns: Sequence[str], limit: int) -> Answer:
        with self._lock:
            return self._file(table).lookup(column, keys, tuple(columns), limit)

    def first_key(self, table: str, column: str) -> str:
        with self._lock:
            return self._file(table).first_key(column)

    def as_of(self, table: str) -> int | None:
        with self._lock:
            try:
                return self._file(table).as_of()
            except Terminal:
                return None

    def read_policy(self) -> Policy | None:
        try:
            document = (self.folder / "policy.json").read_bytes()
        except FileNotFoundError:
            return None
        return policies.decode(document)

    def policy_version(self) -> str | None:
        return _stamp(self.folder / "policy.json")

    def write_policy(self, policy: Policy) -> None:
        write_atomically(self.folder / "policy.json", policies.encode(policy))

    def new_generation(self, table: str) -> Generation:
        active = self._read_manifest().get(table)
        number = int(active.split(".")[-2]) if active else 0
        remove_generations(self.folder, table, lambda other: other > number)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{table}.{number + 1:06d}.sqlite"
        return Generation(kind="sqlite", location=str(path), schema="main", name="data")

    def activate(self, table: str, generation: Generation, *, as_of: int, keys: Sequence[str]) -> None:
        path = Path(generation.location)
        publish_file(path, as_of=as_of, keys=keys)
        self._write_manifest({**self._read_manifest(), table: path.name})
        number = int(path.name.split(".")[-2])
        # The generation before stays for readers that have read the old manifest but not yet opened the file.
        remove_generations(self.folder, table, lambda other: other < number - 1)

    @contextmanager
    def delta(self, table: str, *, as_of: int) -> Iterator[Delta]:
        file = self._read_manifest().get(table)
        if file is None:
            raise Terminal("serving.not_published", table=table)
        with writing(self.folder / file):
            delta = SqliteDelta(self.folder / file)
            try:
                yield delta
                delta.commit(as_of)
            finally:
                delta.close()

    def withdraw(self, table: str) -> None:
        self._write_manifest({name: file for name, file in self._read_manifest().items() if name != table})
        remove_generations(self.folder, table, lambda _: True)

    def close(self) -> None:
        with self._lock:
            for file in self._open.values():
                file.close()
            self._open.clear()

    def _file(self, table: str) -> PublishedFile:
        """The table's active file. The caller holds the lock."""
        now = time.monotonic()
        if now >= self._next_poll:
            self._next_poll = now + POLL_SECONDS
            self._poll()
        return self._open.get(table) or self._opened(table)

    def _poll(self) -> None:
        stamp = _stamp(self.folder / "manifest.json")
        if stamp == self._stamp:
            return
        self._stamp, self._files = stamp, self._read_manifest()
        for table, file in list(self._open.items()):
            if self._files.get(table) != file.name:
                file.close()
                del self._open[table]

    def _opened(self, table: str) -> PublishedFile:
        for _ in range(3):
            name = self._files.get(table)
            if name is None:
                break
            try:
                self._open[table] = PublishedFile(self.folder / name)
            except sqlite3.OperationalError:
                self._files = self._read_manifest()  # swapped twice since the manifest was read
                continue
            return self._open[table]
        raise Terminal("serving.not_published", table=table)

    def _read_manifest(self) -> dict[str, str]:
        try:
            document = (self.folder / "manifest.json").read_bytes()
        except FileNotFoundError:
            return {}
        return {table: entry.file for table, entry in _MANIFEST.decode(document).items()}

    def _write_manifest(self, files: dict[str, str]) -> None:
        entries = {table: _Entry(file) for table, file in sorted(files.items())}
        write_atomically(self.folder / "manifest.json", msgspec.json.format(msgspec.json.encode(entries), indent=1))
        self._next_poll = 0.0


def _stamp(file: Path) -> str | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return f"{found.st_mtime_ns}-{found.st_ino}"
