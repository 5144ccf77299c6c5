"""DuckDB connections that never reach for the internet: extensions come from installed packages."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import duckdb
import duckdb_extensions

Connection = duckdb.DuckDBPyConnection

_installing = threading.Lock()


def connect(*, extensions: Iterable[str] = (), **config: str | int | bool) -> Connection:
    """Open an in-memory DuckDB with the named extensions loaded offline.

    Args:
        extensions: names such as ``ducklake``, ``postgres``, ``sqlite``, ``mysql``.
        config: DuckDB settings, e.g. ``memory_limit="2GB"``.
    """
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
            **config,
        },
    )
    for name in extensions:
        load_extension(con, name)
    return con


_readers: dict[tuple[str, ...], Connection] = {}


@contextmanager
def borrowed(*extensions: str) -> Iterator[Connection]:
    """Give a cursor of this process's one DuckDB with these extensions: loading them anew takes a second.

    What it attaches is seen by other cursors, so names must be unique and detached in the end.
    """
    with _installing:
        known = _readers.get(extensions)
    if known is None:
        opened = connect(extensions=extensions, memory_limit="1GB")
        with _installing:
            known = _readers.setdefault(extensions, opened)
    with closing(known.cursor()) as con:
        yield con


def load_extension(con: Connection, name: str) -> None:
    """Load an extension from its installed package; one that is loaded already costs nothing."""
    with _installing:
        duckdb_extensions.import_extension(name, con=con)
    con.execute(f"LOAD {name}")
