"""Quotas: keys answered per grant and Beijing day, exact over all gateway processes of one machine."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections import Counter
from pathlib import Path

from huitong.engine.declarations.sharing import Grant
from huitong.engine.evidence.meter import day_of
from huitong.engine.evidence.reading import records_from
from huitong.foundation.clock import beijing_day_bounds, beijing_today

_RESERVE = """
INSERT INTO used (grant_code, day, keys) SELECT ?1, ?2, ?3 WHERE ?3 <= ?4
ON CONFLICT (grant_code, day) DO UPDATE SET keys = keys + ?3 WHERE keys + ?3 <= ?4
"""


class LedgerQuota:
    """Counts in a small SQLite file beside the ledger that every process shares.

    The first process to start counts anew from the ledger, so neither a restart nor a crash resets or distorts a
    quota; those that join later trust the counts. A key answered with "not found" counts: whether somebody is in a
    library is an answer. Gateways on several machines count apart: give each its share of the quota.
    """

    def __init__(self, ledger: Path) -> None:
        ledger.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(ledger / "quota.lock", os.O_RDWR | os.O_CREAT, 0o640)
        first = _is_first(self._lock)
        self._connection = sqlite3.connect(
            ledger / "quota.sqlite", isolation_level=None, timeout=2, check_same_thread=False
        )
        # Power cuts may lose counts from this file, never from the ledger they are restored from.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS used (grant_code TEXT, day TEXT, keys INTEGER, PRIMARY KEY (grant_code, day))"
        )
        if first:
            self._restore(ledger)
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def reserve(self, grant: Grant, today: str, keys: int) -> bool:
        """Take ``keys`` of what is left today; False, and nothing taken, when it is not enough."""
        return self._connection.execute(_RESERVE, (grant.code, today, keys, grant.quota)).rowcount == 1

    def give_back(self, grant: Grant, today: str, keys: int) -> None:
        """Undo a reservation whose call was not answered."""
        undo = "UPDATE used SET keys = max(keys - ?, 0) WHERE grant_code = ? AND day = ?"
        self._connection.execute(undo, (keys, grant.code, today))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        os.close(self._lock)

    def _restore(self, ledger: Path) -> None:
        midnight, _ = beijing_day_bounds(beijing_today())
        used: Counter[tuple[str, str]] = Counter()
        for record in records_from(ledger, midnight):
            if record.grant and record.outcome == "ok":
                used[record.grant, day_of(record)] += record.asked
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("DELETE FROM used")
        rows = [(grant, day, keys) for (grant, day), keys in used.items()]
        self._connection.executemany("INSERT INTO used VALUES (?, ?, ?)", rows)
        self._connection.execute("COMMIT")


def _is_first(descriptor: int) -> bool:
    """Take the lock alone when nobody else has it, else share it once whoever restores is done."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return False
    return True
