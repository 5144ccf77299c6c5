"""Sources for tests of connectors: files, servers on loopback, and servers that fall silent."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
from tests.servers import listening

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.declarations.sources import Source, SourceKind

SourceMaker = Callable[..., Source]
Rows = list[dict[str, Any]]


@pytest.fixture
def source() -> SourceMaker:
    """Make a source: ``source("csv", location, timeout=…)``."""

    def made(kind: SourceKind, location: str | Path, **more: Any) -> Source:
        return Source(code="s1", title="来源", organisation="o1", kind=kind, location=str(location), **more)

    return made


@pytest.fixture
def read() -> Callable[..., Rows]:
    """Read everything: ``read(source, "object", columns=…, watermark=…)`` returns dicts."""

    def rows(source: Source, name: str, **more: Any) -> Rows:
        with CONNECTORS[source.kind].read(source, ReadRequest(name, **more)) as reader:
            found: Rows = reader.read_all().to_pylist()
            return found

    return rows


@pytest.fixture
def stalling() -> Callable[[int, int], Any]:
    """``with stalling(port, size) as port``: relays to a server, nothing after ``size`` bytes of answer."""

    def relay(target: int, size: int) -> Any:
        def answer(connection: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", target)) as server:
                asking = threading.Thread(target=_pass_on, args=(connection, server, 1 << 40))
                asking.start()
                _pass_on(server, connection, size)
                asking.join()

        return listening(answer)

    return relay


def _pass_on(one: socket.socket, other: socket.socket, size: int) -> None:
    with suppress(OSError):
        while data := one.recv(min(65_536, size) or 1):
            if size > 0:
                other.sendall(data)
                size -= len(data)
            else:
                return
        other.shutdown(socket.SHUT_RDWR)


class Site:
    """A small site: ``pages`` maps a path to (status, headers, body chunks); a chunk None is a silence without end."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], list[bytes | None]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.url = ""

    def page(self, path: str, *chunks: bytes | str | None, status: int = 200, **headers: str) -> None:
        """Declare a page; header names are written with underscores."""
        encoded = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": "text/html", **named}, encoded)


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on loopback."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers)))
            status, headers, chunks = made.pages.get(self.path, (404, {}, [b"nothing"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for chunk in chunks:
                if chunk is None:
                    made.closing.wait(30)
                else:
                    with suppress(OSError):
                        self.wfile.write(chunk)
                        self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mariadb(mariadb_url: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """A database of its own: its URL, and a function that runs statements in it."""
    parts = urlsplit(mariadb_url)
    name = f"connectors_{uuid.uuid4().hex[:12]}"
    con = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=parts.username,
        password=parts.password or "",
        autocommit=True,
    )

    def run(statement: str, *arguments: Any) -> Any:
        with con.cursor() as cursor:
            cursor.execute(statement, arguments or None)
            return cursor.fetchall()

    run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    run(f"USE {name}")
    run("SET SESSION sql_mode = ''")
    yield parts._replace(path=f"/{name}").geturl(), run
    run(f"DROP DATABASE {name}")
    con.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """A schema of its own: the server's URL, the schema, and a function that runs statements in it."""
    name = f"connectors_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_url, autocommit=True) as con:
        con.execute(f"CREATE SCHEMA {name}")
        con.execute(f"SET search_path = {name}")
        yield postgresql_url, name, con.execute
        con.execute(f"DROP SCHEMA {name} CASCADE")
