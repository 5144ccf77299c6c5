"""DuckDB connections that never reach for the internet: extensions come from installed packages."""

from __future__ import annotations

import threading
from collections.abc import Iterable

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


def load_extension(con: Connection, name: str) -> None:
    """Load an extension from its installed package; one that is loaded already costs nothing."""
    with _installing:
        duckdb_extensions.import_extension(name, con=con)
    con.execute(f"LOAD {name}")
