"""The serving store in PostgreSQL: schema ``huitong_serving``, one table per lake table, ``meta`` and ``policy``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from huitong.engine.serving import policy as policies
from huitong.engine.serving.policy import Policy
from huitong.engine.serving.store import Answer, Delta, Generation, Row, Value
from huitong.foundation.errors import Terminal, Transient

SCHEMA = "huitong_serving"
_SETUP = """
CREATE SCHEMA IF NOT EXISTS huitong_serving;
CREATE TABLE IF NOT EXISTS huitong_serving.meta (
    "table" text PRIMARY KEY, as_of bigint NOT NULL, published_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS huitong_serving.policy (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), stamp bigint NOT NULL, document text NOT NULL);
"""
_MOVE = (
    "INSERT INTO huitong_serving.meta VALUES (%s, %s) "
    'ON CONFLICT ("table") DO UPDATE SET as_of = excluded.as_of, published_at = now()'
)


class PostgresqlServing:
    """Published tables in the database at ``url``; the schema is made on first use."""

    local = False

    def __init__(self, url: str, *, connections: int = 8) -> None:
        self._url = url
        # Statements are not kept prepared: a swap may change a column's type under them.
        self._pool = ConnectionPool(
            url,
            min_size=0,
            max_size=connections,
            open=True,
            timeout=5,
            kwargs={"prepare_threshold": None, "autocommit": True},
        )
        self._ready = False

    def lookup(self, table: str, column: str, keys: Sequence[str], columns: Sequence[str], limit: int) -> Answer:
        query = sql.SQL(
            "SELECT m.as_of, d.tableoid{picked} FROM huitong_serving.meta m LEFT JOIN {data} d ON d.{column} = ANY(%s) "
            'WHERE m."table" = %s LIMIT %s'
        ).format(
            picked=sql.SQL("").join(sql.SQL(", d.{}").format(sql.Identifier(name)) for name in columns),
            data=sql.Identifier(SCHEMA, table),
            column=sql.Identifier(column),
        )
        with self._connection() as connection, _refusals(table):
            rows: list[Row] = connection.execute(query, (list(keys), table, limit)).fetchall()
        if not rows:
            raise Terminal("serving.not_published", table=table)
        return Answer(int(str(rows[0][0])), [row[2:] for row in rows if row[1] is not None])

    def first_key(self, table: str, column: str) -> str:
        query = sql.SQL("SELECT {column}::text FROM {data} WHERE {column} IS NOT NULL LIMIT 1").format(
            column=sql.Identifier(column), data=sql.Identifier(SCHEMA, table)
        )
        with self._connection() as connection, _refusals(table):
            found = connection.execute(query).fetchone()
        return found[0] if found else ""

    def as_of(self, table: str) -> int | None:
        query = 'SELECT as_of FROM huitong_serving.meta WHERE "table" = %s'
        with self._connection() as connection:
            found = connection.execute(query, (table,)).fetchone()
        return int(found[0]) if found else None

    def read_policy(self) -> Policy | None:
        with self._connection() as connection:
            found = connection.execute("SELECT document FROM huitong_serving.policy").fetchone()
        return policies.decode(found[0]) if found else None

    def policy_version(self) -> str | None:
        with self._connection() as connection:
            found = connection.execute("SELECT stamp FROM huitong_serving.policy").fetchone()
        return str(found[0]) if found else None

    def write_policy(self, policy: Policy) -> None:
        statement = (
            "INSERT INTO huitong_serving.policy (stamp, document) VALUES (1, %s) "
            "ON CONFLICT (only_one) DO UPDATE SET stamp = policy.stamp + 1, document = excluded.document"
        )
        with self._connection() as connection:
            connection.execute(statement, (policies.encode(policy).decode(),))

    def new_generation(self, table: str) -> Generation:
        draft = _draft(table)
        with self._connection() as connection:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, draft)))
        return Generation(kind="postgres", location=self._url, schema=SCHEMA, name=draft)

    def activate(self, table: str, generation: Generation, *, as_of: int, keys: Sequence[str]) -> None:
        draft, active = sql.Identifier(SCHEMA, generation.name), sql.Identifier(SCHEMA, table)
        with self._transaction() as connection:
            for key in dict.fromkeys(keys):
                # Callers send keys as text; a number column would neither compare with them nor use its index.
                as_text = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE text")
                connection.execute(as_text.format(draft, sql.Identifier(key)))
                connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(draft, sql.Identifier(key)))
            connection.execute(sql.SQL("ANALYZE {}").format(draft))
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(active))
            connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(draft, sql.Identifier(table)))
            connection.execute(_MOVE, (table, as_of))

    @contextmanager
    def delta(self, table: str, *, as_of: int) -> Iterator[Delta]:
        with self._transaction() as connection:
            if not connection.execute('SELECT 1 FROM huitong_serving.meta WHERE "table" = %s', (table,)).fetchone():
                raise Terminal("serving.not_published", table=table)
            yield PostgresqlDelta(connection, table)
            connection.execute(_MOVE, (table, as_of))

    def withdraw(self, table: str) -> None:
        with self._transaction() as connection:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, table)))
            connection.execute('DELETE FROM huitong_serving.meta WHERE "table" = %s', (table,))

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection on which every statement commits by itself."""
        try:
            with self._pool.connection() as connection:
                if not self._ready:
                    _set_up(connection)
                    self._ready = True
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Transient("serving.unavailable", reason=str(error)) from error

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        with self._connection() as connection, connection.transaction():
            yield connection


class PostgresqlDelta:
    """Changes of one published table within the connection's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], table: str) -> None:
        self.connection = connection
        self._table = sql.Identifier(SCHEMA, table)

    def delete(self, column: str, values: Sequence[Value]) -> int:
        statement = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(self._table, sql.Identifier(column))
        return self.connection.execute(statement, (list(values),)).rowcount

    def insert(self, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
        cursor = self.connection.cursor()
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(self._table, names)) as copy:
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount


@contextmanager
def _refusals(table: str) -> Iterator[None]:
    """Translate what PostgreSQL says of a table or column that is not there."""
    try:
        yield
    except psycopg.errors.UndefinedTable as error:
        raise Terminal("serving.not_published", table=table) from error
    except psycopg.errors.UndefinedColumn as error:
        raise Terminal("serving.column_missing", table=table, reason=str(error)) from error


def _set_up(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute("SELECT to_regclass('huitong_serving.policy')").fetchone()
    if found and found[0]:
        return
    with connection.transaction():
        # Two processes may start at once, and CREATE … IF NOT EXISTS of PostgreSQL is not safe against itself.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('huitong_serving'))")
        connection.execute(_SETUP)


def _draft(table: str) -> str:
    return f"{table}~draft"
