"""SQLite files.

SQLite lets any column hold any kind of value, whatever its declared type says. A type that followed the values would
change from run to run, so a column is typed only where SQLite itself guarantees it: the row id, and STRICT tables.
Everything else is text, exactly as stored; ``BLOB`` columns are bytes.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
from sqlglot import exp

from huitong.engine.connectors.failures import bad_format, check_columns, object_missing, reason_of, unopened
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject, WatermarkValue
from huitong.engine.connectors.repair import readable_text
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import batch_rows, stream
from huitong.engine.connectors.watermarks import first_day
from huitong.engine.declarations.sources import Source
from huitong.engine.lake.extensions import borrowed
from huitong.engine.lake.names import ident, literal
from huitong.foundation.errors import HuitongError, Terminal, Transient

_STRICT_TYPES = {"INT": pa.int64(), "INTEGER": pa.int64(), "REAL": pa.float64()}


@dataclass(frozen=True)
class _Column:
    name: str
    declared: str
    type: pa.DataType
    key: int = 0

    @property
    def exact(self) -> str:
        """SQL of its value: SQLite's own text of a real number drops its last digits, so it is only used if equal."""
        name = ident(self.name)
        if pa.types.is_binary(self.type):
            return f"CASE WHEN {name} IS NULL THEN NULL ELSE hex({name}) END"
        if pa.types.is_integer(self.type) or _holds_text(self.declared):
            return name
        return (
            f"CASE WHEN typeof({name}) = 'real' AND CAST(CAST({name} AS TEXT) AS REAL) <> {name} "
            f"THEN printf('%!.17g', {name}) ELSE {name} END"
        )

    @property
    def cast(self) -> str:
        """DuckDB's SQL that turns the text of the value into its type."""
        name = ident(self.name)
        if pa.types.is_binary(self.type):
            return f"unhex({name}) AS {name}"
        if pa.types.is_string(self.type):
            return name
        return f"CAST({name} AS {'BIGINT' if pa.types.is_integer(self.type) else 'DOUBLE'}) AS {name}"


class SqliteConnector:
    """Reads the tables and views of a SQLite file, which it opens read-only."""

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List tables and views; SQLite keeps no row counts."""
        with _opened(source) as con:
            return tuple(SourceObject(name, None) for name in _names(con))

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List columns with their declared types, which may be empty, and the primary key; SQLite has no comments."""
        with _opened(source) as con:
            found = _columns(source, con, object_name)
        return tuple(SourceColumn(column.name, column.declared, key=column.key) for column in found)

    def count(self, source: Source, object_name: str) -> int | None:
        """Count rows: SQLite walks its smallest index."""
        with _opened(source) as con:
            _columns(source, con, object_name)
            row = con.execute(f"SELECT count(*) FROM {ident(object_name)}").fetchone()
            return int(row[0])

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the query without its conversions."""
        return described(source, request, "sqlite")

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read by DuckDB's sqlite extension, in one scan; uses an index on the watermark if there is one."""
        with _opened(source) as con:
            columns = _wanted(source, request, _columns(source, con, request.object))
        schema = pa.schema([(column.name, column.type) for column in columns])
        with _attached(source) as (con, name):
            batches = _batches(con, name, request, columns)
            with _explained(source, request.object):
                opened = next(batches)
            assert opened is None
            with stream(schema, _readable(source, request.object, batches, schema)) as reader:
                yield reader


@contextmanager
def _opened(source: Source) -> Iterator[sqlite3.Connection]:
    path = Path(source.location)
    try:
        path.open("rb").close()
    except FileNotFoundError as error:
        raise Terminal("source.database_missing", source=source.code, database=source.location) from error
    except OSError as error:
        raise unopened(source, path.name, error) from error
    with _explained(source, path.name):
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=source.timeout)) as con:
            yield con


@contextmanager
def _attached(source: Source) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Attach the file to the process's reading DuckDB under a name of its own."""
    name = f"source_{uuid.uuid4().hex}"
    with borrowed("sqlite") as con:
        with _explained(source, Path(source.location).name):
            con.execute(f"ATTACH {literal(source.location)} AS {name} (TYPE sqlite, READ_ONLY)")
        try:
            yield con, name
        finally:
            con.close()  # ends a query that was not read to its end, which would hold the file
            with borrowed("sqlite") as other:
                other.execute(f"DETACH {name}")


@contextmanager
def _explained(source: Source, object_name: str) -> Iterator[None]:
    """Translate what SQLite says, itself or through DuckDB."""
    try:
        yield
    except (sqlite3.Error, duckdb.Error) as error:
        raise _translated(source, object_name, error) from error


def _translated(source: Source, object_name: str, error: Exception) -> HuitongError:
    words = str(error)
    if "locked" in words or "busy" in words:
        return Transient("source.locked", source=source.code, object=object_name)
    if any(sign in words for sign in ("not a database", "malformed", "disk image", "encrypted")):
        return bad_format(source, object_name, error)
    return Terminal("source.read_failed", source=source.code, object=object_name, reason=reason_of(error, source))


def _names(con: sqlite3.Connection) -> list[str]:
    rows = con.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' "
        "ORDER BY name"
    )
    return [str(name) for (name,) in rows]


def _columns(source: Source, con: sqlite3.Connection, object_name: str) -> tuple[_Column, ...]:
    names = _names(con)
    if object_name not in names:
        raise object_missing(source, object_name, names)
    found = con.execute("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", [object_name]).fetchall()
    seen = [(str(name), str(declared), int(key)) for name, declared, key, hidden in found if hidden != 1]
    strict, keyed_by_row_id = _guarantees(con, object_name)
    keys = [name for name, _, key in seen if key]
    columns = []
    for name, declared, key in seen:
        row_id = keyed_by_row_id and bool(key) and len(keys) == 1 and declared.upper() == "INTEGER"
        columns.append(_Column(name, declared, pa.int64() if row_id else _arrow_type(declared, strict), key))
    return tuple(columns)


def _guarantees(con: sqlite3.Connection, object_name: str) -> tuple[bool, bool]:
    """Return whether the table is STRICT, and whether it has row ids; neither is known of old SQLite libraries."""
    row = con.execute(
        "SELECT strict, NOT wr FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type = 'table'",
        [object_name],
    ).fetchone()
    return (bool(row[0]), bool(row[1])) if row else (False, False)


def _arrow_type(declared: str, strict: bool) -> pa.DataType:
    if strict and declared.upper() in _STRICT_TYPES:
        return _STRICT_TYPES[declared.upper()]
    return pa.binary() if declared.upper() == "BLOB" else pa.string()


def _holds_text(declared: str) -> bool:
    """Tell whether a declared type has TEXT affinity, in which numbers become text when they are stored."""
    upper = declared.upper()
    return "INT" not in upper and any(part in upper for part in ("CHAR", "CLOB", "TEXT"))


def _wanted(source: Source, request: ReadRequest, columns: Sequence[_Column]) -> tuple[_Column, ...]:
    by_name = {column.name: column for column in columns}
    asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
    check_columns(source, request.object, asked, tuple(by_name))
    return tuple(by_name[name] for name in request.columns) if request.columns else tuple(columns)


def _batches(
    con: duckdb.DuckDBPyConnection, name: str, request: ReadRequest, columns: Sequence[_Column]
) -> Generator[pa.RecordBatch | None, None, None]:
    """Yield None once the query runs, then its batches."""
    select = ", ".join(f"{column.exact} AS {ident(column.name)}" for column in columns)
    query = f"SELECT {select} FROM {ident(request.object)}"
    if request.watermark:
        mark = ident(request.watermark.column)
        query += f" WHERE {mark} >= {_literal(request.watermark.after)} OR {mark} IS NULL"
    con.execute(f"SELECT {', '.join(column.cast for column in columns)} FROM sqlite_query({literal(name)}, ?)", [query])
    reader = con.to_arrow_reader(batch_rows(len(columns)))
    yield None
    yield from reader


def _literal(after: WatermarkValue) -> str:
    """Write a watermark for SQLite, which has no times: the day compares rightly with every ISO form of them."""
    if isinstance(after, date):
        return exp.convert(first_day(after)).sql("sqlite")
    if isinstance(after, Decimal):
        return exp.Literal.number(after).sql("sqlite")
    return exp.convert(after).sql("sqlite")


def _readable(
    source: Source, object_name: str, batches: Iterator[pa.RecordBatch | None], schema: pa.Schema
) -> Generator[pa.RecordBatch, None, None]:
    with _explained(source, object_name):
        for batch in batches:
            if batch is not None:
                yield pa.RecordBatch.from_arrays([readable_text(column) for column in batch.columns], schema=schema)
