"""What writing a folder of SQLite files takes: files replaced atomically, generations published, deltas applied."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from huitong.engine.serving.quoting import ident
from huitong.engine.serving.store import Value
from huitong.foundation.disk import disk_is_full
from huitong.foundation.errors import Transient


def write_atomically(file: Path, content: bytes) -> None:
    """Replace ``file``: readers see the old content or the new, also after a power cut."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
            _sync_folder(file.parent)
    finally:
        draft.unlink(missing_ok=True)  # gone already, unless something failed


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Translate what writing a file or database of the store may fail of.

    Raises:
        Transient: ``serving.disk_full``, ``serving.unavailable``.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if disk_is_full(error, file.parent):
            raise Transient("serving.disk_full", where=file) from error
        if isinstance(error, OSError):
            raise
        raise Transient("serving.unavailable", reason=str(error)) from error


def publish_file(path: Path, *, as_of: int, keys: Sequence[str]) -> None:
    """Make a filled file servable: indexes, ``meta``, WAL mode, and all of it on disk."""
    with writing(path), closing(_connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number, key in enumerate(dict.fromkeys(keys)):
            connection.execute(f"CREATE INDEX IF NOT EXISTS {ident(f'by_{number}')} ON data ({ident(key)})")
        connection.execute("CREATE TABLE meta (as_of INTEGER NOT NULL, published_at TEXT NOT NULL)")
        connection.execute("INSERT INTO meta VALUES (?, ?)", (as_of, _now()))
        connection.execute("PRAGMA journal_mode = WAL")
    with writing(path), path.open("rb") as stream:
        os.fsync(stream.fileno())


def remove_generations(folder: Path, table: str, chosen: Callable[[int], bool]) -> None:
    """Delete the files of those generations of ``table`` whose number is ``chosen``. Open readers keep theirs."""
    for file in folder.glob("*.sqlite*"):
        name, number, _ = file.name.rsplit(".", 2)
        if name == table and number.isdecimal() and chosen(int(number)):
            file.unlink(missing_ok=True)


class SqliteDelta:
    """Changes of one published file in one transaction; a checkpoint keeps its WAL small."""

    def __init__(self, path: Path) -> None:
        self.connection = _connect(path)
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("BEGIN IMMEDIATE")

    def delete(self, column: str, values: Sequence[Value]) -> int:
        wanted = msgspec.json.encode([_stored(value) for value in values]).decode()
        condition = f"{ident(column)} IN (SELECT value FROM json_each(?))"
        return self.connection.execute(f"DELETE FROM data WHERE {condition}", (wanted,)).rowcount

    def insert(self, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        names = ", ".join(ident(name) for name in columns)
        marks = ", ".join("?" for _ in columns)
        stored = (tuple(_stored(value) for value in row) for row in rows)
        return self.connection.executemany(f"INSERT INTO data ({names}) VALUES ({marks})", stored).rowcount

    def commit(self, as_of: int) -> None:
        """Move the table to ``as_of`` and make the changes visible."""
        self.connection.execute("UPDATE meta SET as_of = ?, published_at = ?", (as_of, _now()))
        self.connection.execute("COMMIT")

    def close(self) -> None:
        """End; without a commit nothing happened."""
        self.connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=10)


def _stored(value: Value) -> str | int | float | None:
    """SQLite's form of a value: dates and decimals as text, truth as 0 and 1."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
