"""Bring a table to a wanted state by writing only the rows that differ."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.lake import one_value, table_columns, table_exists
from huitong.engine.lake.names import KEY, RUN, ident, idents, literal, table


@dataclass(frozen=True)
class RowChanges:
    """How many rows a step wrote."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def total(self) -> int:
        """All rows touched."""
        return self.inserted + self.updated + self.deleted

    def __add__(self, other: RowChanges) -> RowChanges:
        return RowChanges(self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted)


_DICTIONARY = 4000
"""Distinct values in a row group beyond which a column is written plainly."""
_MANY = 100_000
"""Rows from which a file of its own is faster than an INSERT."""


def replace_rows(
    con: Connection,
    schema: str,
    name: str,
    *,
    new: str,
    scope: str | None = None,
    key: str = KEY,
    ignore: tuple[str, ...] = (RUN,),
) -> RowChanges:
    """Make ``schema.name`` hold exactly the rows of ``new``, within ``scope``, in this transaction.

    Grain: one row a key, in the table and in ``new``. Cost: a hash join of keys and 64-bit row hashes (old and new
    row of one key are taken as equal when their hashes are), then writes in proportion to the differences, so that
    the change feed of the table names only rows that really changed. A table that is missing is made.

    Args:
        con: cursor of a lake transaction.
        new: SQL query or temporary table's name giving the wanted rows; same columns as the table, any order.
            Read more than once: give a temporary table's name when it is costly.
        scope: SQL giving the keys that ``new`` speaks about (first column); rows of the table outside it stay.
            None: the whole table.
        key: the key column.
        ignore: columns that do not count as a difference (the run that last wrote a row).
    """
    target = table(schema, name)
    rows = f"({new})" if " " in new.strip() else new
    if not table_exists(con, schema, name):
        return append_rows(con, schema, name, new=f"FROM {rows}")
    columns = list(table_columns(con, schema, name))
    if one_value(con, f"SELECT count(*) FROM (FROM {target} LIMIT 1)") == 0:
        return append_rows(con, schema, name, new=f"FROM {rows}")
    compared = idents(column for column in columns if column != key and column not in ignore)
    _find_differences(con, target, rows=rows, scope=scope, key=ident(key), compared=compared)
    return _write_differences(con, schema, name, rows=rows, key=ident(key), columns=idents(columns))


def append_rows(con: Connection, schema: str, name: str, *, new: str) -> RowChanges:
    """Add the rows of a query to a table, made where it is missing; the caller knows that no key is there yet."""
    if not table_exists(con, schema, name):
        con.execute(f"CREATE TABLE {table(schema, name)} AS {new} LIMIT 0")
    return RowChanges(inserted=_add_file(con, schema, name, new=new)[1])


def write_rows(con: Connection, schema: str, name: str, *, new: str) -> Path | None:
    """Write the rows of a query to an existing table as one file and return it, None without rows.

    Columns of the query that the table does not have are kept in the file only, for the caller to read back within
    the transaction; DuckLake passes them over, and compaction drops them. The caller knows that no key is there yet.
    """
    return _add_file(con, schema, name, new=new, beside=True)[0]


def adopt_file(con: Connection, schema: str, name: str, *, file: Path) -> int:
    """Make a Parquet file a missing table's first rows, without writing them again; return how many they are.

    The file leaves its place: its rows are the table's whole content, columns and types those of the file.
    """
    rows = f"read_parquet({literal(str(file))})"
    con.execute(f"CREATE TABLE {table(schema, name)} AS FROM {rows} LIMIT 0")
    count = one_value(con, f"SELECT count(*) FROM {rows}")
    if count:
        own = _new_file(con, schema, name)
        shutil.move(file, own)
        _register(con, schema, name, own)
    return count


def share_file(con: Connection, schema: str, name: str, *, file: Path) -> None:
    """Add a Parquet file's rows to a table that has some of its columns, under the same names, without a second copy.

    The table gets a hard link of its own, so that removing it, as compaction does, leaves other tables' links.
    """
    own = _new_file(con, schema, name)
    try:
        own.hardlink_to(file)
    except OSError:  # another disk, or one without links
        shutil.copyfile(file, own)
    _register(con, schema, name, own)


def _new_file(con: Connection, schema: str, name: str) -> Path:
    folder = Path(_option(con, "data_path")) / schema / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"huitong-{uuid.uuid4().hex}.parquet"


def _register(con: Connection, schema: str, name: str, file: Path) -> None:
    con.execute(
        f"CALL ducklake_add_data_files('lake', {literal(name)}, {literal(str(file))}, schema => {literal(schema)}, "
        f"ignore_extra_columns => true)"
    )


def _add_file(con: Connection, schema: str, name: str, *, new: str, beside: bool = False) -> tuple[Path | None, int]:
    """Write rows to a Parquet file of the table and register it: half the time of an INSERT for columns of many texts.

    DuckLake's own writer tries a dictionary on every column; giving up early is what saves (decision 0006). A
    transaction that fails leaves a file that nobody names; ``Lake.compact`` removes such.

    Args:
        beside: keep the query's other columns in the file too.
    """
    file = _new_file(con, schema, name)
    columns = table_columns(con, schema, name)
    typed = ", ".join(f"CAST({ident(column)} AS {kind}) AS {ident(column)}" for column, kind in columns.items())
    others = f", * EXCLUDE ({idents(columns)})" if beside else ""
    options = f"(FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT {_DICTIONARY})"
    try:
        written = one_value(con, f"COPY (SELECT {typed}{others} FROM ({new})) TO {literal(str(file))} {options}")
    except BaseException:
        file.unlink(missing_ok=True)  # on a full disk the half-written file is what fills it
        raise
    if not written:
        file.unlink()
        return None, 0
    _register(con, schema, name, file)
    return file, written


def _option(con: Connection, name: str) -> str:
    row = con.execute("SELECT value FROM ducklake_options('lake') WHERE option_name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def _find_differences(con: Connection, target: str, *, rows: str, scope: str | None, key: str, compared: str) -> None:
    hashed = f"hash({compared})" if compared else "0"
    limit = f" WHERE {key} IN (SELECT * FROM ({scope}))" if scope is not None else ""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _differences AS "
        f"SELECT coalesce(n.k, o.k) AS k, CASE WHEN o.k IS NULL THEN 'i' WHEN n.k IS NULL THEN 'd' ELSE 'u' END AS op "
        f"FROM (SELECT {key} AS k, {hashed} AS h FROM {rows}) n "
        f"FULL JOIN (SELECT {key} AS k, {hashed} AS h FROM {target}{limit}) o ON n.k = o.k "
        f"WHERE n.h IS DISTINCT FROM o.h"
    )


def _write_differences(con: Connection, schema: str, name: str, *, rows: str, key: str, columns: str) -> RowChanges:
    target = table(schema, name)
    counts = dict(con.execute("SELECT op, count(*) FROM _differences GROUP BY op").fetchall())
    changes = RowChanges(counts.get("i", 0), counts.get("u", 0), counts.get("d", 0))
    if changes.updated or changes.deleted:
        con.execute(f"DELETE FROM {target} WHERE {key} IN (SELECT k FROM _differences WHERE op <> 'i')")
    if changes.inserted + changes.updated:
        wanted = f"SELECT {columns} FROM {rows} WHERE {key} IN (SELECT k FROM _differences WHERE op <> 'd')"
        if changes.inserted + changes.updated >= _MANY:
            _add_file(con, schema, name, new=wanted)
        else:
            con.execute(f"INSERT INTO {target} ({columns}) {wanted}")
    con.execute("DROP TABLE _differences")
    return changes
