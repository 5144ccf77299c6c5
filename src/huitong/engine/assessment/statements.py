"""What a statement of an indicator may be, and the locked-down database that runs it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from huitong.engine.assessment.facts import Manifest, file_of
from huitong.engine.assessment.tables import fact_tables
from huitong.foundation.errors import Terminal

Connection = duckdb.DuckDBPyConnection

SECONDS = 60.0
"""A statement that takes longer is stopped."""

_UNSTEADY = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime, exp.Rand, exp.Uuid)
_UNSTEADY_NAMES = frozenset({
    "now", "today", "random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "setseed", "current_localtimestamp",
    "get_current_timestamp", "get_current_time", "transaction_timestamp", "nextval", "current_query", "current_setting",
    "getenv", "txid_current",
})  # fmt: skip
_LOCKS = (
    "SET enable_external_access = false",
    "SET allow_community_extensions = false",
    "SET lock_configuration = true",
)


def require_steady(where: str, sql: str) -> None:
    """Refuse a statement that is not one SELECT, or that gives another result tomorrow over the same facts.

    Args:
        where: names the statement in the error, e.g. ``link_rate/sql``.

    Raises:
        Terminal: ``assessment.bad_statement``, ``assessment.not_one_select``, ``assessment.unsteady``.
    """
    try:
        parsed = [one for one in sqlglot.parse(sql, read="duckdb") if one is not None]
    except SqlglotError as error:
        raise Terminal("assessment.bad_statement", where=where, reason=str(error).splitlines()[0]) from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise Terminal("assessment.not_one_select", where=where)
    for node in parsed[0].walk():
        name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, _UNSTEADY) or name in _UNSTEADY_NAMES:
            raise Terminal("assessment.unsteady", where=where, name=name or node.sql(dialect="duckdb"))


@contextmanager
def locked_facts(
    root: Path | None, manifest: Manifest | None, *, mentioned: str, organisation: str = ""
) -> Iterator[Connection]:
    """Open a database in memory with the facts in it, which can then reach no file, network or setting any more.

    Args:
        root: the folder of all facts.
        manifest: which facts; None gives empty tables, to try statements on.
        mentioned: only tables whose names occur in this text are there; without facts all are, and empty.
        organisation: only this organisation's rows are read, where given.
    """
    con = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2, "temp_directory": ""})
    try:
        if root is None or manifest is None:
            _create_empty(con)
        else:
            words = set(re.findall(r"\w+", mentioned.lower()))
            for one in manifest.files:
                if one.table in words:
                    _read(con, file_of(root, manifest, one.table), one.table, organisation)
        for lock in _LOCKS:
            con.execute(lock)
        yield con
    finally:
        con.close()


def _create_empty(con: Connection) -> None:
    for table in fact_tables().values():
        columns = ", ".join(f'"{one.name}" {one.type}' for one in table.columns)
        con.execute(f"CREATE TABLE {table.name} ({columns})")


def _read(con: Connection, file: Path, table: str, organisation: str) -> None:
    """Take a table as its file has it: it may be older than the tables that are declared today."""
    rows = con.read_parquet(str(file))
    if organisation and "organisation" in rows.columns:
        rows = rows.filter(duckdb.ColumnExpression("organisation") == duckdb.ConstantExpression(organisation))
    rows.create(table)


def run_statement(con: Connection, where: str, sql: str, parameters: list[object] | None = None) -> Connection:
    """Run a statement of an indicator in a locked database; the result is fetched from what is returned.

    Raises:
        Terminal: ``assessment.bad_statement`` with what DuckDB says of it, ``assessment.not_one_select``,
            ``assessment.too_slow``.
    """
    stop = threading.Timer(SECONDS, con.interrupt)
    stop.start()
    try:
        statements = con.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Terminal("assessment.not_one_select", where=where)
        return con.execute(sql, parameters or [])
    except duckdb.InterruptException as error:
        raise Terminal("assessment.too_slow", where=where, seconds=int(SECONDS)) from error
    except duckdb.Error as error:
        raise Terminal("assessment.bad_statement", where=where, reason=str(error).split("\n\n")[0]) from error
    finally:
        stop.cancel()
