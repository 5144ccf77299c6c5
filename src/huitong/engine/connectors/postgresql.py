"""PostgreSQL, read by DuckDB's postgres extension over binary COPY."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import psycopg
import pyarrow as pa
from psycopg.conninfo import make_conninfo
from sqlglot import exp

from huitong.engine.connectors.addresses import Address, address_of
from huitong.engine.connectors.apart import read_apart
from huitong.engine.connectors.failures import (
    bad_location,
    check_columns,
    interrupted,
    object_missing,
    place,
    reason_of,
    timed_out,
    unreachable,
)
from huitong.engine.connectors.jobs import Job
from huitong.engine.connectors.postgresql_types import ColumnType, column_type
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import batch_rows
from huitong.engine.connectors.watermarks import watermark_text
from huitong.engine.declarations.sources import Source
from huitong.engine.lake.names import literal
from huitong.foundation.errors import HuitongError, Terminal

_OBJECTS: LiteralString = """
SELECT c.oid, n.nspname, c.relname, CASE WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples::bigint END,
  pg_table_is_visible(c.oid), COALESCE(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname, c.relname"""
_COLUMNS: LiteralString = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), b.typname, b.typcategory,
  CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_WORDS: LiteralString = """
SELECT a.attname, COALESCE(col_description(a.attrelid, a.attnum), ''),
  COALESCE(array_position(k.conkey, a.attnum), 0)
FROM pg_attribute a LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped"""


@dataclass(frozen=True)
class _Relation:
    oid: int
    schema: str
    name: str
    rows: int | None
    comment: str

    @property
    def quoted(self) -> str:
        return exp.table_(self.name, db=self.schema, quoted=True).sql("postgres")


class PostgresqlConnector:
    """Reads tables, partitioned and foreign tables, and views; ``schema.table`` where the search path has no table.

    ``numeric`` without a precision, times of day, enums, JSON and everything unusual come as text, arrays and
    composites as JSON text; ``NaN`` in a numeric column is NULL; ``timestamptz`` is UTC.
    """

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List tables and views, with the rows counted by the last ANALYZE."""
        with _connected(source) as con:
            found = _relations(con)
        return tuple(SourceObject(name, found[name].rows, found[name].comment) for name in sorted(found))

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List columns with their full types, e.g. ``numeric(12,2)``, their comments and the primary key."""
        with _connected(source) as con:
            relation = _relation(source, con, object_name)
            columns = _columns(con, relation)
            found = con.execute(_WORDS, [relation.oid]).fetchall()
        words = {name: (comment, key) for name, comment, key in found}
        return tuple(SourceColumn(name, declared.name, *words.get(name, ("", 0))) for name, declared in columns.items())

    def count(self, source: Source, object_name: str) -> int | None:
        """Count rows exactly: the server scans the table or an index."""
        with _connected(source) as con:
            relation = _relation(source, con, object_name)
            counted = f"SELECT count(*) FROM {relation.quoted}"
            row = con.execute(counted.encode()).fetchone()
            return int(row[0]) if row else 0

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the query without its conversions."""
        schema, dot, name = request.object.rpartition(".")
        return described(source, request, "postgres", schema=schema if dot else "", name=name)

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read in one query, in a process of its own."""
        with _connected(source) as con:
            relation = _relation(source, con, request.object)
            columns = _columns(con, relation)
        asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
        check_columns(source, request.object, asked, tuple(columns))
        wanted = {name: columns[name] for name in request.columns or columns}
        job = Job(
            source=source.code,
            object=request.object,
            driver="duckdb",
            extensions=("postgres",),
            prepare=(f"ATTACH {literal(_conninfo(source))} AS source (TYPE postgres, READ_ONLY)",),
            query=f"FROM postgres_query('source', {literal(_query(request, relation, wanted))})",
            schema=pa.schema([(name, declared.arrow) for name, declared in wanted.items()]).serialize().to_pybytes(),
            rows=batch_rows(len(wanted)),
            timeout=source.timeout,
        )
        with read_apart(source, job, lambda words: _broken(source, request.object, words)) as reader:
            yield reader


def _address(source: Source) -> Address:
    return address_of(source, schemes=("postgresql", "postgres"), port=5432)


def _conninfo(source: Source) -> str:
    address = _address(source)
    given = {"application_name": "huitong", **address.parameters}
    try:
        return make_conninfo(
            **{
                **given,
                "host": address.host,
                "port": str(address.port),
                "user": address.user,
                "password": address.password,
                "dbname": address.database,
                "client_encoding": "UTF8",
                "connect_timeout": str(max(2, round(source.timeout))),  # libpq takes 1 for 2
            }
        )
    except psycopg.ProgrammingError as error:
        raise bad_location(source, str(error)) from error


@contextmanager
def _connected(source: Source) -> Iterator[psycopg.Connection[Any]]:
    """Connect for questions about the source. A silent server is hung up on after ``source.timeout``."""
    conninfo = _conninfo(source)
    try:
        with closing(psycopg.connect(conninfo, autocommit=True)) as con, _hung_up(con, source.timeout) as silent:
            try:
                yield con
            except psycopg.Error as error:
                if silent.is_set():
                    raise timed_out(source) from error
                raise
    except psycopg.Error as error:
        raise _translated(source, error) from error


@contextmanager
def _hung_up(con: psycopg.Connection[Any], timeout: float) -> Iterator[threading.Event]:
    """Shut the socket down after ``timeout`` seconds; the event tells that it was."""
    silent = threading.Event()
    ours = socket.socket(fileno=os.dup(con.fileno()))

    def hang_up() -> None:
        silent.set()
        ours.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout, hang_up)
    timer.start()
    try:
        yield silent
    finally:
        timer.cancel()
        timer.join()
        ours.close()


def _translated(source: Source, error: psycopg.Error) -> HuitongError:
    address, reason = _address(source), reason_of(error, source)
    if isinstance(error, psycopg.errors.ConnectionTimeout) or "timeout expired" in reason:
        return timed_out(source)
    if "authentication failed" in reason or "no password supplied" in reason or "pg_hba.conf" in reason:
        return Terminal("source.auth_failed", source=source.code, place=place(source), user=address.user)
    if f'database "{address.database}" does not exist' in reason:
        return Terminal("source.database_missing", source=source.code, database=address.database)
    if f'role "{address.user}" does not exist' in reason:
        return Terminal("source.auth_failed", source=source.code, place=place(source), user=address.user)
    if isinstance(error, psycopg.errors.InsufficientPrivilege) or "permission denied" in reason:
        return Terminal("source.permission_denied", source=source.code, object=address.database, reason=reason)
    if isinstance(error, psycopg.OperationalError):
        return unreachable(source, error)
    return Terminal("source.read_failed", source=source.code, object=address.database, reason=reason)


def _broken(source: Source, object_name: str, words: str) -> HuitongError:
    reason = reason_of(words, source)
    if "permission denied" in words:
        return Terminal("source.permission_denied", source=source.code, object=object_name, reason=reason)
    lost = ("terminating connection", "server closed the connection", "could not receive data", "connection to server")
    if any(sign in words for sign in (*lost, "SSL connection", "canceling statement", "no connection to the server")):
        return interrupted(source, object_name, words)
    return Terminal("source.read_failed", source=source.code, object=object_name, reason=reason)


def _relations(con: psycopg.Connection[Any]) -> dict[str, _Relation]:
    """Return every relation by the shortest name that finds it."""
    relations = {}
    for oid, schema, name, rows, visible, comment in con.execute(_OBJECTS).fetchall():
        relations[name if visible else f"{schema}.{name}"] = _Relation(oid, schema, name, rows, comment)
    return relations


def _relation(source: Source, con: psycopg.Connection[Any], object_name: str) -> _Relation:
    found = _relations(con)
    in_full: Mapping[str, _Relation] = {f"{each.schema}.{each.name}": each for each in found.values()}
    relation = found.get(object_name) or in_full.get(object_name)
    if relation is None:
        raise object_missing(source, object_name, found)
    return relation


def _columns(con: psycopg.Connection[Any], relation: _Relation) -> dict[str, ColumnType]:
    return {
        name: column_type(declared, base, category, modifier)
        for name, declared, base, category, modifier in con.execute(_COLUMNS, [relation.oid]).fetchall()
    }


def _query(request: ReadRequest, relation: _Relation, columns: Mapping[str, ColumnType]) -> str:
    selected = []
    for name, declared in columns.items():
        quoted = _quoted(name)
        selected.append(f"{declared.expression.format(column=quoted)} AS {quoted}")
    query = f"SELECT {', '.join(selected)} FROM {relation.quoted}"
    if request.watermark:
        column = _quoted(request.watermark.column)
        query += f" WHERE {column} >= {_literal(request)} OR {column} IS NULL"
    return query


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("postgres")


def _literal(request: ReadRequest) -> str:
    assert request.watermark is not None
    after = request.watermark.after
    if isinstance(after, str | date):
        return exp.Literal.string(watermark_text(after)).sql("postgres")
    return exp.Literal.number(watermark_text(after)).sql("postgres")
