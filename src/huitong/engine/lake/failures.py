"""DuckDB's errors as ours: what went wrong with the lake, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from huitong.foundation.disk import disk_is_full
from huitong.foundation.errors import HuitongError, Terminal, Transient

_OWNER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")


@contextmanager
def lake_failures(where: str) -> Iterator[None]:
    """Translate DuckDB and file-system errors into ``lake.*``; what is already ours passes through.

    Args:
        where: the lake's catalog or folder without secrets, named in the message.
    """
    try:
        yield
    except HuitongError:
        raise
    except duckdb.Error as error:
        raise translated(error, where) from error
    except OSError as error:
        if disk_is_full(error, Path(where)):
            raise Transient("lake.disk_full", where=where) from error
        raise


def translated(error: duckdb.Error, where: str) -> HuitongError:
    """Return our error for one of DuckDB's."""
    text = str(error)
    if owner := _OWNER.search(text):
        return Transient("lake.owned", where=where, pid=owner["pid"], program=Path(owner["program"]).name)
    if any(words in text for words in _FULL):
        return Transient("lake.disk_full", where=where)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Transient("lake.out_of_memory", where=where)
    if "Unable to connect to Postgres" in text or "could not connect" in text or "Connection refused" in text:
        return Transient("lake.catalog_unreachable", where=where)
    if isinstance(error, duckdb.IOException):
        return Terminal("lake.unreadable", where=where, reason=text.splitlines()[0])
    return Terminal("lake.failed", where=where, reason=text.splitlines()[0])
