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
from functools import lru_cache
from pathlib import Path

import msgspec

from huitong.engine.serving import policy as policies
from huitong.engine.serving.policy import Policy
from huitong.engine.serving.quoting import ident
from huitong.engine.serving.sqlite_writing import SqliteDelta, publish_file, remove_generations, write_atomically
from huitong.engine.serving.store import Answer, Delta, Generation
from huitong.foundation.errors import Terminal, Transient

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
        self._connections: dict[str, tuple[str, sqlite3.Connection]] = {}

    def lookup(self, table: str, column: str, keys: Sequence[str], columns: Sequence[str], limit: int) -> Answer:
        single = len(keys) == 1
        found, nothing = _lookup_sql(column, tuple(columns), single)
        argument = keys[0] if single else msgspec.json.encode(keys).decode()
        with self._lock:
            try:
                connection = self._connection(table)
                rows = connection.execute(found, (argument, limit)).fetchall()
                if not rows:
                    rows = connection.execute(nothing, (argument, limit)).fetchall()
            except sqlite3.OperationalError as error:
                if "no such column" in str(error):
                    raise Terminal("serving.column_missing", table=table, reason=str(error)) from error
                raise Transient("serving.unavailable", reason=str(error)) from error
            except sqlite3.DatabaseError as error:
                raise Transient("serving.unavailable", reason=str(error)) from error
        return Answer(rows[0][0], [row[2:] for row in rows if row[1] is not None])

    def as_of(self, table: str) -> int | None:
        with self._lock:
            try:
                found = self._connection(table).execute("SELECT as_of FROM meta").fetchone()
            except Terminal:
                return None
            except sqlite3.DatabaseError as error:
                raise Transient("serving.unavailable", reason=str(error)) from error
        return int(found[0])

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
            for _, connection in self._connections.values():
                connection.close()
            self._connections.clear()

    def _connection(self, table: str) -> sqlite3.Connection:
        """The connection to the table's active file. The caller holds the lock."""
        now = time.monotonic()
        if now >= self._next_poll:
            self._next_poll = now + POLL_SECONDS
            self._poll()
        held = self._connections.get(table)
        return held[1] if held else self._open(table)

    def _poll(self) -> None:
        stamp = _stamp(self.folder / "manifest.json")
        if stamp == self._stamp:
            return
        self._stamp, self._files = stamp, self._read_manifest()
        for table, (file, connection) in list(self._connections.items()):
            if self._files.get(table) != file:
                connection.close()
                del self._connections[table]

    def _open(self, table: str) -> sqlite3.Connection:
        for _ in range(3):
            file = self._files.get(table)
            if file is None:
                break
            try:
                connection = _reading(self.folder / file)
            except sqlite3.OperationalError:
                self._files = self._read_manifest()  # swapped twice since the manifest was read
                continue
            self._connections[table] = (file, connection)
            return connection
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


def _reading(path: Path) -> sqlite3.Connection:
    # mode=rw, not ro: a read-only connection cannot make the shared-memory file that WAL needs.
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, check_same_thread=False, cached_statements=512)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA busy_timeout = 2000")
    connection.execute("PRAGMA cache_size = -16384")
    return connection


@lru_cache(maxsize=4096)
def _lookup_sql(column: str, columns: tuple[str, ...], single: bool) -> tuple[str, str]:
    """Two statements that give the snapshot and the rows of one instant.

    The first is the quicker and gives nothing at all when no row is found; then the second gives the snapshot, and
    rows if they have come in between.
    """
    picked = "".join(f", d.{ident(name)}" for name in columns)
    condition = f"d.{ident(column)} " + ("= ?" if single else "IN (SELECT value FROM json_each(?))")
    return (
        f"SELECT (SELECT as_of FROM meta), d.rowid{picked} FROM data d WHERE {condition} LIMIT ?",
        f"SELECT m.as_of, d.rowid{picked} FROM meta m LEFT JOIN data d ON {condition} LIMIT ?",
    )
