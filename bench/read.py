"""Read a person table of 7 columns from every kind of source: ``python -m bench.read [rows]``.

Databases are measured where HUITONG_TEST_MARIADB and HUITONG_TEST_POSTGRESQL name a server.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import connectorx
import duckdb
import openpyxl
import psycopg
import pyarrow as pa
import pymysql

from bench.measure import Figure, median_seconds, show
from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.declarations.sources import Source, SourceKind
from huitong.engine.lake.extensions import connect
from huitong.engine.lake.names import literal

ROWS = 1_000_000
FEWER = 10
"""Workbooks and pages have this many times fewer rows."""
NAMES = ("id", "id_number", "name", "sex", "born", "address", "updated")
PERSON = """
SELECT i AS id, '3415' || lpad(i::VARCHAR, 14, '0') AS id_number, '张伟' || i % 1000 AS name,
    (i % 2 + 1)::VARCHAR AS sex, DATE '1950-01-01' + (i % 25000)::INT AS born,
    '安徽省六安市金安区某某街道' || i % 500 || '号' AS address,
    TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND AS updated
FROM range({rows}) r(i)"""
DECLARED = (
    "(id BIGINT PRIMARY KEY, id_number VARCHAR(18), name VARCHAR(50), sex CHAR(1), born DATE, "
    "address VARCHAR(200), updated {time})"
)


def rate(rows: int, action: Callable[[], int]) -> str:
    """Measure an action that reads rows, and see that it read all of them."""

    def checked() -> None:
        read = action()
        if read != rows:
            raise SystemExit(f"read {read} rows of {rows}")

    return f"{rows / median_seconds(checked) / 1e6:.2f} M rows/s"


def by_connector(kind: SourceKind, location: str | Path, name: str) -> int:
    """Read with our connector."""
    source = Source(code="bench", title="", organisation="", kind=kind, location=str(location), timeout=120)
    with CONNECTORS[kind].read(source, ReadRequest(name)) as reader:
        return sum(batch.num_rows for batch in reader)


def by_connectorx(url: str, table: str, protocol: str) -> int:
    """Read with connectorx in this process, types as they come."""
    batches = connectorx.read_sql(
        url, f"SELECT * FROM {table}", protocol=protocol, return_type="arrow_stream", batch_size=65_536
    )
    return sum(batch.num_rows for batch in batches)


def by_duckdb(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Read with DuckDB in this process."""
    return sum(batch.num_rows for batch in con.execute(query).to_arrow_reader(65_536))


def write_files(folder: Path, rows: int) -> None:
    """Write the table as every kind of file."""
    con = duckdb.connect()
    con.execute(f"COPY ({PERSON.format(rows=rows)}) TO {literal(str(folder / 'utf8.csv'))} (HEADER)")
    text = (folder / "utf8.csv").read_text(encoding="utf-8")
    (folder / "gbk.csv").write_text(text, encoding="gb18030")
    database = sqlite3.connect(folder / "person.db")
    database.execute("CREATE TABLE person " + DECLARED.format(time="DATETIME").replace("BIGINT", "INTEGER"))
    fetched = con.execute(f"SELECT columns(*)::VARCHAR FROM ({PERSON.format(rows=rows)})")
    while batch := fetched.fetchmany(50_000):
        database.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
    database.commit()
    database.close()
    few = con.execute(f"SELECT columns(*)::VARCHAR FROM ({PERSON.format(rows=rows // FEWER)})").fetchall()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("person")
    for row in [NAMES, *few]:
        sheet.append(row)
    book.save(folder / "person.xlsx")
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [NAMES, *few])
    (folder / "person.html").write_text(f'<meta charset="utf-8"><table>{"".join(lines)}</table>', encoding="utf-8")


def by_openpyxl(path: Path) -> int:
    """Read a workbook with openpyxl, row by row, into Arrow."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book["person"].iter_rows(min_row=2, values_only=True))
    book.close()
    return int(pa.table(dict(zip(NAMES, zip(*rows, strict=True), strict=True))).num_rows)


def files(folder: Path, rows: int) -> Iterator[Figure]:
    """Measure what needs no server."""
    write_files(folder, rows)
    con = connect(extensions=("sqlite",))
    con.execute(f"ATTACH {literal(str(folder / 'person.db'))} AS person_db (TYPE sqlite, READ_ONLY)")
    peer = rate(rows, partial(by_duckdb, con, "FROM person_db.person"))
    ours = rate(rows, partial(by_connector, "sqlite", folder / "person.db", "person"))
    yield Figure("sqlite", ours, "0.5 M rows/s", f"DuckDB sqlite extension, types trusted: {peer}")
    query = f"FROM read_csv({literal(str(folder / 'utf8.csv'))}, all_varchar = true)"
    peer = rate(rows, partial(by_duckdb, con, query))
    ours = rate(rows, partial(by_connector, "csv", folder, "utf8.csv"))
    yield Figure("csv, UTF-8", ours, "1 M rows/s", f"DuckDB read_csv: {peer}")
    yield Figure("csv, GBK", rate(rows, partial(by_connector, "csv", folder, "gbk.csv")), "1 M rows/s")
    few = rows // FEWER
    peer = rate(few, partial(by_openpyxl, folder / "person.xlsx"))
    ours = rate(few, partial(by_connector, "xlsx", folder, "person.xlsx#person"))
    yield Figure(f"xlsx ({few:,} rows)", ours, "", f"openpyxl: {peer}")
    with site(folder) as url:
        yield Figure(f"html ({few:,} rows)", rate(few, partial(by_connector, "html", f"{url}/person.html", "")))


@contextlib.contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def mariadb(url: str, folder: Path, rows: int) -> Iterator[Figure]:
    """Measure MariaDB, in a database of its own."""
    parts = urlsplit(url)
    name = f"bench_{uuid.uuid4().hex[:8]}"
    here = parts._replace(path=f"/{name}").geturl()
    con = pymysql.connect(
        host=parts.hostname, port=parts.port or 3306, user=parts.username, password=parts.password or "",
        local_infile=True, autocommit=True,
    )  # fmt: skip
    with contextlib.closing(con), con.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            cursor.execute(f"CREATE TABLE {name}.person {DECLARED.format(time='DATETIME')}")
            load = "LOAD DATA LOCAL INFILE %s INTO TABLE {}.person FIELDS TERMINATED BY ',' IGNORE 1 LINES"
            cursor.execute(load.format(name), [str(folder / "utf8.csv")])
            duck = connect(extensions=("mysql",))
            password = f" password={parts.password}" if parts.password else ""
            duck.execute(
                f"ATTACH 'host={parts.hostname} port={parts.port or 3306} user={parts.username}{password} "
                f"database={name}' AS my (TYPE mysql, READ_ONLY)"
            )
            ours = rate(rows, partial(by_connector, "mysql", here, "person"))
            cx = rate(rows, partial(by_connectorx, here, "person", "binary"))
            peer = rate(rows, partial(by_duckdb, duck, f"FROM my.{name}.person"))
            yield Figure("mariadb", ours, "1 M rows/s", f"connectorx bare: {cx}; DuckDB mysql extension: {peer}")
        finally:
            cursor.execute(f"DROP DATABASE {name}")


def postgresql(url: str, folder: Path, rows: int) -> Iterator[Figure]:
    """Measure PostgreSQL, in a schema of its own."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as con:
        con.execute(f"CREATE SCHEMA {name}")
        try:
            con.execute(f"CREATE TABLE {name}.person {DECLARED.format(time='TIMESTAMP')}")
            with con.cursor().copy(f"COPY {name}.person FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((folder / "utf8.csv").read_bytes())
            duck = connect(extensions=("postgres",))
            duck.execute(f"ATTACH {literal(url)} AS pg (TYPE postgres, READ_ONLY)")
            ours = rate(rows, partial(by_connector, "postgresql", url, f"{name}.person"))
            cx = rate(rows, partial(by_connectorx, url, f"{name}.person", "binary"))
            peer = rate(rows, partial(by_duckdb, duck, f"FROM pg.{name}.person"))
            yield Figure("postgresql", ours, "", f"connectorx: {cx}; DuckDB postgres extension, bare: {peer}")
        finally:
            con.execute(f"DROP SCHEMA {name} CASCADE")


def main() -> None:
    """Measure every kind that this machine has."""
    given = [argument for argument in sys.argv[1:] if argument.isdigit()]
    rows = int(given[0]) if given else ROWS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        figures = list(files(folder, rows))
        for variable, measured in (("HUITONG_TEST_MARIADB", mariadb), ("HUITONG_TEST_POSTGRESQL", postgresql)):
            if os.environ.get(variable):
                figures += measured(os.environ[variable], folder, rows)
            else:
                figures.append(Figure(measured.__name__, "not measured", "", f"{variable} is not set"))
    show(figures)


if __name__ == "__main__":
    main()
