"""A full disk, whichever library notices it: the operating system, SQLite, Django or PostgreSQL."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

LITTLE = 256 * 1024
"""Free bytes below which SQLite's "disk I/O error" means a full disk: it asks for a few pages at a time."""
_POSTGRESQL_DISK_FULL = "53100"


def disk_is_full(error: BaseException | None, folder: Path) -> bool:
    """Tell whether ``error``, or what caused it, says that the disk is full.

    Args:
        folder: where was written; asked for its free space when SQLite only says that writing failed, as it does for
            the shared memory of its log.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if _says_full(error) or (_says_broken(error) and _has_little_room(folder)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _says_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return _sqlite_code(error) == sqlite3.SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRESQL_DISK_FULL


def _says_broken(error: BaseException) -> bool:
    return _sqlite_code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _sqlite_code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _has_little_room(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free < LITTLE
