"""MySQL and MariaDB, read by connectorx over the binary protocol."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.connections import Connection
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
from huitong.engine.connectors.mysql_types import ColumnType, column_type
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject
from huitong.engine.connectors.statements import described
from huitong.engine.connectors.streams import batch_rows
from huitong.engine.connectors.watermarks import watermark_text
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError, Terminal

_ACCESS_DENIED = {1045, 1698, 1251, 2059}
_NOT_PERMITTED = {1044, 1142, 1143, 1227, 1370}
_UNKNOWN_DATABASE = 1049
_LOST = {2006, 2013, 2055, 1053, 1077, 1317, 3024, 1969, 1927}
_OVER_THE_NETWORK = "?prefer_socket=false"
"""The driver otherwise leaves a loopback address, which may be a tunnel, for the socket file of that name."""

_OBJECTS = """
SELECT table_name, IF(table_type = 'BASE TABLE', table_rows, NULL),
  IF(table_type = 'BASE TABLE', table_comment, '') FROM information_schema.tables
WHERE table_schema = database() ORDER BY table_name"""
_COLUMNS = """
SELECT column_name, column_type, data_type, numeric_precision, numeric_scale FROM information_schema.columns
WHERE table_schema = database() AND table_name = %s ORDER BY ordinal_position"""


_WORDS = """
SELECT c.column_name, c.column_comment, COALESCE(s.seq_in_index, 0) FROM information_schema.columns c
LEFT JOIN information_schema.statistics s ON s.table_schema = c.table_schema AND s.table_name = c.table_name
  AND s.column_name = c.column_name AND s.index_name = 'PRIMARY'
WHERE c.table_schema = database() AND c.table_name = %s"""


class MysqlConnector:
    """Reads the tables and views of one database.

    Types are kept as far as Arrow has them. Zero dates, and dates with a zero month or day, are NULL: no calendar has
    them. Times are those of the server's time zone.
    """

    def objects(self, source: Source) -> tuple[SourceObject, ...]:
        """List tables and views, with the server's estimate of their rows."""
        with _connected(source) as con:
            return tuple(SourceObject(name, rows, comment) for name, rows, comment in _objects(con))

    def columns(self, source: Source, object_name: str) -> tuple[SourceColumn, ...]:
        """List columns with their full types, e.g. ``decimal(12,2) unsigned``, their comments and the primary key."""
        with _connected(source) as con:
            columns = _columns(source, con, object_name)
            words = {str(name): (str(comment), int(key)) for name, comment, key in _rows(con, _WORDS, object_name)}
        return tuple(SourceColumn(name, declared.name, *words.get(name, ("", 0))) for name, declared in columns)

    def count(self, source: Source, object_name: str) -> int | None:
        """Count rows: the server walks its smallest index."""
        with _connected(source) as con:
            _columns(source, con, object_name)
            query = exp.select(exp.Count(this=exp.Star())).from_(exp.table_(object_name, quoted=True)).sql("mysql")
            return int(_rows(con, query)[0][0])

    def statement(self, source: Source, request: ReadRequest) -> str:
        """Return the query without its conversions."""
        return described(source, request, "mysql")

    @contextmanager
    def read(self, source: Source, request: ReadRequest) -> Generator[pa.RecordBatchReader, None, None]:
        """Read in one query, in a process of its own."""
        address = _address(source)
        with _connected(source) as con:
            columns = dict(_columns(source, con, request.object))
        asked = (*request.columns, *((request.watermark.column,) if request.watermark else ()))
        check_columns(source, request.object, asked, tuple(columns))
        wanted = {name: columns[name] for name in request.columns or columns}
        job = Job(
            source=source.code,
            object=request.object,
            driver="connectorx",
            location=address.url("mysql") + _OVER_THE_NETWORK,
            prepare=("SET SESSION net_write_timeout = 86400",),  # a slow consumer is no reason to hang up
            query=_query(request, wanted),
            schema=pa.schema([(name, declared.arrow) for name, declared in wanted.items()]).serialize().to_pybytes(),
            rows=batch_rows(len(wanted)),
            timeout=source.timeout,
        )
        with read_apart(source, job, lambda words: _broken(source, request.object, words)) as reader:
            yield reader


def _address(source: Source) -> Address:
    address = address_of(source, schemes=("mysql", "mariadb"), port=3306)
    for name in set(address.parameters) - {"charset"}:  # one about TLS must not be passed over in silence
        raise bad_location(source, f"?{name}=")
    return address


@contextmanager
def _connected(source: Source) -> Iterator[Connection[Any]]:
    """Connect for questions about the source. Answers are waited for as long as ``source.timeout``."""
    address = _address(source)
    try:
        con = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database,
            connect_timeout=max(1, round(source.timeout)),
            read_timeout=source.timeout,
            write_timeout=source.timeout,
            charset="utf8mb4",
        )
        with closing(con):
            yield con
    except (pymysql.err.Error, OSError, RuntimeError) as error:  # RuntimeError: an authentication it cannot do
        raise _translated(source, address, error) from error


def _translated(source: Source, address: Address, error: Exception) -> HuitongError:
    number = error.args[0] if error.args else 0
    reason = reason_of(error, source)
    if "timed out" in reason:
        return timed_out(source)
    if number == _UNKNOWN_DATABASE:
        return Terminal("source.database_missing", source=source.code, database=address.database)
    if number in _ACCESS_DENIED or isinstance(error, RuntimeError):
        return Terminal("source.auth_failed", source=source.code, place=place(source), user=address.user)
    if number in _NOT_PERMITTED:
        return Terminal("source.permission_denied", source=source.code, object=address.database, reason=reason)
    if isinstance(error, pymysql.err.OperationalError | pymysql.err.InterfaceError | OSError):
        return unreachable(source, error)
    return Terminal("source.read_failed", source=source.code, object=address.database, reason=reason)


def _broken(source: Source, object_name: str, words: str) -> HuitongError:
    """Translate the last words of a reading process, such as ``RuntimeError: MySqlError { ERROR 1142 (…): … }``."""
    if any(f"ERROR {number} " in words for number in _NOT_PERMITTED):
        return Terminal(
            "source.permission_denied", source=source.code, object=object_name, reason=reason_of(words, source)
        )
    lost = any(f"ERROR {number} " in words for number in _LOST)
    if lost or any(sign in words for sign in ("IoError", "timed out", "Broken pipe", "PacketOutOfSync", "DriverError")):
        return interrupted(source, object_name, words)
    return Terminal("source.read_failed", source=source.code, object=object_name, reason=reason_of(words, source))


def _rows(con: Connection[Any], query: str, *arguments: str) -> list[tuple[Any, ...]]:
    with con.cursor() as cursor:
        cursor.execute(query, arguments)
        return list(cursor.fetchall())


def _objects(con: Connection[Any]) -> list[tuple[str, int | None, str]]:
    found = _rows(con, _OBJECTS)
    return [(str(name), None if rows is None else int(rows), str(comment or "")) for name, rows, comment in found]


def _columns(source: Source, con: Connection[Any], object_name: str) -> list[tuple[str, ColumnType]]:
    names = [name for name, _, _ in _objects(con)]
    if object_name not in names:
        raise object_missing(source, object_name, names)
    return [
        (str(name), column_type(str(declared), str(kind), precision, scale))
        for name, declared, kind, precision, scale in _rows(con, _COLUMNS, object_name)
    ]


def _query(request: ReadRequest, columns: dict[str, ColumnType]) -> str:
    selected = []
    for name, declared in columns.items():
        quoted = _quoted(name)
        selected.append(f"{declared.expression.format(column=quoted)} AS {quoted}")
    query = f"SELECT {', '.join(selected)} FROM {_quoted(request.object)}"
    if request.watermark:
        column = _quoted(request.watermark.column)
        query += f" WHERE {column} >= {_literal(request)} OR {column} IS NULL"
    return query


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("mysql")


def _literal(request: ReadRequest) -> str:
    assert request.watermark is not None
    after = request.watermark.after
    if isinstance(after, str | date):
        return exp.Literal.string(watermark_text(after)).sql("mysql")
    return exp.Literal.number(watermark_text(after)).sql("mysql")
