"""One published SQLite file, open for look-ups."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from huitong.engine.serving.quoting import ident
from huitong.engine.serving.store import Answer, Row
from huitong.foundation.errors import Terminal, Transient

_MOST_ARGUMENTS = 100
"""Arguments that a function of SQLite may have at least."""
_ROWS = msgspec.json.Decoder(list[tuple[str | int | None, ...]])


class PublishedFile:
    """A connection to one generation of a table. Not for several threads at once.

    Raises:
        sqlite3.OperationalError: the file is not there.
        Transient: ``serving.unavailable``: it is, and is no database.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        # mode=rw, not ro: a read-only connection cannot make the shared-memory file that WAL needs.
        self._connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, check_same_thread=False, cached_statements=512
        )
        try:
            for pragma in ("query_only = ON", "busy_timeout = 2000", "cache_size = -16384"):
                self._connection.execute(f"PRAGMA {pragma}")
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise Transient("serving.unavailable", reason=str(error)) from error
        self._exact: frozenset[str] | None = None

    def lookup(self, column: str, keys: Sequence[str], columns: tuple[str, ...], limit: int) -> Answer:
        """As ``ServingStore.lookup``, of this table."""
        single = len(keys) == 1
        argument = keys[0] if single else msgspec.json.encode(keys).decode()
        try:
            if self._survives(columns):
                statement = _packed_sql(column, columns, single)
                as_of, packed = self._connection.execute(statement, (argument, limit)).fetchone()
                return Answer(as_of, _ROWS.decode(packed))
            statement = _rows_sql(column, columns, single)
            rows: list[Row] = self._connection.execute(statement, (argument, limit)).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._refusal(error) from error
        return Answer(int(str(rows[0][0])), [row[2:] for row in rows if row[1] is not None])

    def first_key(self, column: str) -> str:
        """As ``ServingStore.first_key``, of this table."""
        key = f"d.{ident(column)}"  # qualified: SQLite takes an unknown quoted name alone for a text
        try:
            row = self._connection.execute(f"SELECT {key} FROM data d WHERE {key} IS NOT NULL LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            raise self._refusal(error) from error
        return str(row[0]) if row else ""

    def _refusal(self, error: sqlite3.DatabaseError) -> Terminal | Transient:
        if "no such column" in str(error):
            return Terminal("serving.column_missing", table=self.name, reason=str(error))
        return Transient("serving.unavailable", reason=str(error))

    def as_of(self) -> int:
        """The lake snapshot that the table shows. Raises ``serving.unavailable``."""
        try:
            return int(self._connection.execute("SELECT as_of FROM meta").fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise Transient("serving.unavailable", reason=str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _survives(self, columns: tuple[str, ...]) -> bool:
        """Whether values of these columns come out of SQLite's JSON as they went in: text and whole numbers do."""
        if self._exact is None:
            declared = self._connection.execute("SELECT name, upper(type) FROM pragma_table_info('data')").fetchall()
            self._exact = frozenset(
                name for name, kind in declared if any(part in kind for part in ("INT", "CHAR", "TEXT"))
            )
        return len(columns) <= _MOST_ARGUMENTS and self._exact.issuperset(columns)


@lru_cache(maxsize=4096)
def _packed_sql(column: str, columns: tuple[str, ...], single: bool) -> str:
    """One row: the snapshot, and all rows found as one JSON text.

    Python gives up its interpreter lock for every row that SQLite steps to; under load each time costs more than the
    look-up itself. So there is one row, however many are found.
    """
    names = ", ".join(ident(name) for name in columns)
    picked = ", ".join(f"d.{ident(name)} AS {ident(name)}" for name in columns)
    rows = f"SELECT {picked} FROM data d WHERE {_condition(column, single)} LIMIT ?"
    return f"SELECT (SELECT as_of FROM meta), json_group_array(json_array({names})) FROM ({rows})"


@lru_cache(maxsize=4096)
def _rows_sql(column: str, columns: tuple[str, ...], single: bool) -> str:
    """A row for each found, with the snapshot before it; one row without data when none is found."""
    picked = "".join(f", d.{ident(name)}" for name in columns)
    return f"SELECT m.as_of, d.rowid{picked} FROM meta m LEFT JOIN data d ON {_condition(column, single)} LIMIT ?"


def _condition(column: str, single: bool) -> str:
    return f"d.{ident(column)} " + ("= ?" if single else "IN (SELECT value FROM json_each(?))")
