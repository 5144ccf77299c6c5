"""Open the lake, write in transactions, read at snapshots."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from huitong.engine.lake.extensions import Connection, connect
from huitong.engine.lake.failures import lake_failures
from huitong.engine.lake.lock import WRITING, AdvisoryLocks, Locks, ProcessLocks
from huitong.engine.lake.names import literal, table
from huitong.foundation.errors import Terminal
from huitong.foundation.settings import Settings

SCHEMAS = ("raw", "std", "quarantine", "base", "topic", "meta")

_METADATA_SCHEMA = "huitong_lake"
_METADATA = f"__ducklake_metadata_lake.{_METADATA_SCHEMA}"

_META = """
CREATE TABLE IF NOT EXISTS meta.runs (
    run_id BIGINT, kind VARCHAR, table_name VARCHAR, source VARCHAR, mode VARCHAR, statement VARCHAR,
    watermark VARCHAR, read_rows BIGINT, inserted BIGINT, updated BIGINT, deleted BIGINT, checksum UBIGINT,
    started_at TIMESTAMP, finished_at TIMESTAMP);
CREATE TABLE IF NOT EXISTS meta.cursors (
    step VARCHAR, input VARCHAR, snapshot BIGINT, table_uuid VARCHAR, fingerprint VARCHAR);
CREATE TABLE IF NOT EXISTS meta.check_results (
    run_id BIGINT, table_name VARCHAR, rule VARCHAR, kind VARCHAR, field VARCHAR, severity VARCHAR,
    failed BIGINT, checked BIGINT, checked_at TIMESTAMP);
"""


class Lake:
    """One DuckLake. Safe to use from several threads: each transaction and each reader has its own cursor."""

    def __init__(self, root: Connection, *, locks: Locks, where: str, data: Path, scratch: Path) -> None:
        self._root = root
        self._locks = locks
        self.where = where
        self.data = data
        self.scratch = scratch

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Take the write lock and run one transaction; an exception rolls everything back.

        The cursor has the lake as its default catalog, so ``raw.person`` names a table. Temporary tables may be
        made and end with the cursor.

        Raises:
            HuitongError: ``lake.*`` for what DuckDB reports (disk full, out of memory …).
        """
        with self._locks.held(WRITING), self._cursor() as con:
            con.execute("BEGIN")
            try:
                yield con
                con.execute("COMMIT")
            except BaseException:
                _rollback(con)
                raise

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """Read one consistent snapshot, whatever writers do meanwhile."""
        with self._cursor(begin=True) as con:
            try:
                yield con
            finally:
                _rollback(con)

    @contextmanager
    def exclusively(self, name: str) -> Iterator[None]:
        """Hold a named lock, e.g. ``collect:person``, so that two runs of one table do not overlap."""
        with self._locks.held(name):
            yield

    @contextmanager
    def scratchpad(self) -> Iterator[Connection]:
        """Work beside the lake, with its memory limit and no transaction: staging files, other databases."""
        with lake_failures(self.where):
            con = self._root.cursor()
            try:
                yield con
            finally:
                con.close()

    @contextmanager
    def scratch_folder(self) -> Iterator[Path]:
        """Give an empty folder for one run's files, on the disk of the state; it goes with the context."""
        folder = self.scratch / f"run-{uuid.uuid4().hex}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _cursor(self, *, begin: bool = False) -> Iterator[Connection]:
        with lake_failures(self.where):
            con = self._root.cursor()
            try:
                if begin:
                    con.execute("BEGIN")  # first: what USE learns of the newest snapshot then serves the whole reader
                con.execute("USE lake")
                yield con
            finally:
                con.close()

    def snapshot(self) -> int:
        """Return the newest snapshot's number."""
        with self.reader() as con:
            return current_snapshot(con)

    def exists(self, schema: str, name: str) -> bool:
        """Tell whether a table is there."""
        with self.reader() as con:
            return table_exists(con, schema, name)

    def columns(self, schema: str, name: str) -> dict[str, str]:
        """Return a table's columns in order, name to DuckDB type; empty where there is no such table."""
        with self.reader() as con:
            return table_columns(con, schema, name)

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the rows of every table by (schema, table). Costs one metadata look-up a table, not a scan."""
        with self.reader() as con:
            return {
                (schema, name): _count(con, schema, name)
                for schema, name in con.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'lake' ORDER BY ALL"
                ).fetchall()
            }

    def compact(self, *, keep_days: int = 7) -> None:
        """Merge small files and drop snapshots older than ``keep_days``, with the files only they used."""
        with self._locks.held(WRITING), self._cursor() as con:
            con.execute("CALL ducklake_merge_adjacent_files('lake')")
            con.execute(f"CALL ducklake_expire_snapshots('lake', older_than => now() - INTERVAL {int(keep_days)} DAY)")
            con.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
            con.execute("CALL ducklake_delete_orphaned_files('lake', older_than => now() - INTERVAL 1 DAY)")

    def close(self) -> None:
        """Release the lake, so that another process may own it."""
        self._root.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> Lake:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_lake(settings: Settings) -> Lake:
    """Open the lake that the settings name, making it where there is none.

    Raises:
        Transient: ``lake.owned`` names the process that has the embedded lake; ``lake.catalog_unreachable``.
        Terminal: ``lake.unreadable`` when its files are damaged or written by a newer version.
    """
    kind, where, attach, locks = _catalog(settings)
    data = Path(settings.lake_data)
    scratch = settings.home / "scratch" / str(os.getpid())
    data.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    _sweep(scratch.parent)
    config: dict[str, str | int | bool] = {"memory_limit": settings.memory_limit, "temp_directory": str(scratch)}
    if settings.threads:
        config["threads"] = settings.threads
    root = connect(extensions=("ducklake", "sqlite", *(("postgres",) if kind == "postgres" else ())), **config)
    try:
        with lake_failures(where):
            root.execute(attach)
            root.execute("USE lake")
            _note_moved_home(root, data)
            lake = Lake(root, locks=locks, where=where, data=data, scratch=scratch)
            _ensure_schemas(lake)
    except BaseException:
        root.close()
        raise
    return lake


def _catalog(settings: Settings) -> tuple[str, str, str, Locks]:
    """Return kind, a name without secrets, the ATTACH statement and the write lock of the configured catalog."""
    url = urlsplit(settings.lake_catalog)
    where_files = literal(str(Path(settings.lake_data)))
    options = f"(DATA_PATH {where_files}, METADATA_SCHEMA {literal(_METADATA_SCHEMA)}, OVERRIDE_DATA_PATH true)"
    if url.scheme == "duckdb":
        file = Path(url.path[1:]).absolute()  # as in SQLAlchemy: three slashes and a path, relative or absolute
        file.parent.mkdir(parents=True, exist_ok=True)
        return "duckdb", str(file), f"ATTACH {literal(f'ducklake:{file}')} AS lake {options}", ProcessLocks()
    if url.scheme in ("postgres", "postgresql"):
        where = f"postgresql://{url.hostname}:{url.port or 5432}{url.path}"
        connection = settings.lake_catalog.replace("postgres://", "postgresql://", 1)
        attach = f"ATTACH {literal(f'ducklake:postgres:{connection}')} AS lake {options}"
        return "postgres", where, attach, AdvisoryLocks(connection, _METADATA_SCHEMA)
    raise Terminal(
        "settings.invalid",
        name="HUITONG_LAKE_CATALOG",
        value=f"{url.scheme}://…",
        allowed="duckdb:///path/catalog.duckdb, postgres://user@host/database",
    )


def _note_moved_home(root: Connection, data: Path) -> None:
    """Let the catalog know where its files are now: it keeps the folder's path, and paths of files below it."""
    root.execute(
        f"UPDATE {_METADATA}.ducklake_metadata SET value = ? WHERE key = 'data_path' AND value <> ?", [f"{data}/"] * 2
    )


def _sweep(folder: Path) -> None:
    """Remove what killed processes left behind; each has a folder named by its PID."""
    for left in folder.iterdir():
        if left.name.isdecimal() and not Path("/proc", left.name).exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def _ensure_schemas(lake: Lake) -> None:
    with lake.reader() as con:
        if table_exists(con, "meta", "check_results"):
            return
    with lake.transaction() as con:
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        con.execute(_META)


def _rollback(con: Connection) -> None:
    with suppress(duckdb.TransactionException):  # a failed statement or commit has already ended the transaction
        con.execute("ROLLBACK")


def current_snapshot(con: Connection) -> int:
    """Return the snapshot that this cursor's transaction sees."""
    return int(one_value(con, "SELECT id FROM ducklake_current_snapshot('lake')"))


def table_exists(con: Connection, schema: str, name: str) -> bool:
    """Tell whether a table is there, as this cursor's transaction sees it."""
    return bool(table_columns(con, schema, name))


def table_columns(con: Connection, schema: str, name: str) -> dict[str, str]:
    """Return columns in order, name to DuckDB type, as this cursor's transaction sees them; none without the table."""
    try:
        rows = con.execute(f"DESCRIBE {table(schema, name)}").fetchall()
    except duckdb.CatalogException:
        return {}
    return {row[0]: row[1] for row in rows}


def oldest_snapshot(con: Connection) -> int:
    """Return the oldest snapshot that has not expired."""
    return one_value(con, f"SELECT min(snapshot_id) FROM {_METADATA}.ducklake_snapshot")


def table_uuid(con: Connection, schema: str, name: str) -> str:
    """Return the identity of a committed table: another one after a drop and create, "" where there is none."""
    row = con.execute(
        f"SELECT t.table_uuid::VARCHAR FROM {_METADATA}.ducklake_table t JOIN {_METADATA}.ducklake_schema s "
        "USING (schema_id) WHERE t.end_snapshot IS NULL AND s.end_snapshot IS NULL "
        "AND s.schema_name = ? AND t.table_name = ?",
        [schema, name],
    ).fetchone()
    return str(row[0]) if row else ""


def table_identity(con: Connection, schema: str, name: str, snapshot: int) -> tuple[int, str]:
    """Return a table's number in the catalog and its UUID at a snapshot; others after a drop and create.

    ``(0, "")`` where there is none.
    """
    row = con.execute(
        f"SELECT t.table_id, t.table_uuid::VARCHAR FROM {_METADATA}.ducklake_table t "
        f"JOIN {_METADATA}.ducklake_schema s USING (schema_id) "
        "WHERE s.schema_name = $schema AND t.table_name = $name AND t.begin_snapshot <= $snapshot "
        "AND (t.end_snapshot IS NULL OR t.end_snapshot > $snapshot) "
        "AND (s.end_snapshot IS NULL OR s.end_snapshot > $snapshot)",
        {"schema": schema, "name": name, "snapshot": snapshot},
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def unchanged_between(con: Connection, number: int, first: int, last: int) -> bool:
    """Tell whether no snapshot behind ``first``, up to ``last``, touched the table with the number ``number``.

    False also where snapshots in between have expired: nobody knows then.
    """
    row = con.execute(
        "SELECT count(*), count(*) FILTER (WHERE regexp_matches(changes_made, ?)) "
        f"FROM {_METADATA}.ducklake_snapshot_changes WHERE snapshot_id > ? AND snapshot_id <= ?",
        [f":{number}(,|$)", first, last],
    ).fetchone()
    return row == (last - first, 0)


def one_value(con: Connection, sql: str, parameters: list[object] | None = None) -> int:
    """Return the single number that a query gives."""
    row = con.execute(sql, parameters or []).fetchone()
    if row is None:
        raise Terminal("lake.failed", where="lake", reason=f"no row: {sql}")
    return int(row[0] or 0)


def _count(con: Connection, schema: str, name: str) -> int:
    return one_value(con, f"SELECT count(*) FROM {table(schema, name)}")
