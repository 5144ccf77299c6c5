"""Quotas: keys answered per grant and Beijing day, exact over all gateway processes of one machine."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

from huitong.engine.declarations.sharing import Grant
from huitong.engine.evidence.meter import day_of
from huitong.engine.evidence.reading import records_from
from huitong.foundation.clock import beijing_day_bounds, beijing_today

_SLOT = struct.Struct("<24sqq")
"""One grant in the file of counts: hash of its code, day as an ordinal, keys used on that day."""
_FREE = bytes(24)
_GROWTH = _SLOT.size * 1024
"""The file grows by this many bytes."""


class LedgerQuota:
    """Counts in a small file beside the ledger that every process shares under a lock; a count takes microseconds.

    The first process to start counts anew from the ledger, so neither a restart nor a crash resets or distorts a
    quota; those that join later trust the counts. A key answered with "not found" counts: whether somebody is in a
    library is an answer. Gateways on several machines count apart: give each its share of the quota.
    """

    def __init__(self, ledger: Path) -> None:
        ledger.mkdir(parents=True, exist_ok=True)
        self._start = os.open(ledger / "quota.lock", os.O_RDWR | os.O_CREAT, 0o640)
        self._file = os.open(ledger / "quota.counts", os.O_RDWR | os.O_CREAT, 0o640)
        self._map = self._mapped()
        self._places: dict[str, tuple[int, bytes]] = {}
        if _is_first(self._start):
            self._restore(ledger)
            fcntl.flock(self._start, fcntl.LOCK_SH)

    def reserve(self, grant: Grant, today: str, keys: int) -> bool:
        """Take ``keys`` of what is left today; False, and nothing taken, when it is not enough."""
        return self._count(grant.code, today, keys, grant.quota)

    def give_back(self, grant: Grant, today: str, keys: int) -> None:
        """Undo a reservation whose call was not answered."""
        self._count(grant.code, today, -keys, grant.quota)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)
        os.close(self._start)

    def _count(self, code: str, today: str, keys: int, limit: int) -> bool:
        day = _ordinal(today)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            place, name = self._place(code)
            _, counted_day, counted = _SLOT.unpack_from(self._map, place)
            used = max((counted if counted_day == day else 0) + keys, 0)
            if keys > 0 and used > limit:
                return False
            _SLOT.pack_into(self._map, place, name, day, used)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return True

    def _place(self, code: str) -> tuple[int, bytes]:
        """Where the grant's slot is, and its name there; a new one comes at the end. The caller holds the lock."""
        known = self._places.get(code)
        if known is None:
            place, name = 0, hashlib.sha256(code.encode()).digest()[:24]
            while self._name_at(place) not in (name, _FREE):
                place += _SLOT.size
            known = self._places[code] = (place, name)
        return known

    def _name_at(self, place: int) -> bytes:
        if place + _SLOT.size > len(self._map):
            os.ftruncate(self._file, max(os.fstat(self._file).st_size, len(self._map) + _GROWTH))
            self._map.close()
            self._map = self._mapped()
        return self._map[place : place + len(_FREE)]

    def _mapped(self) -> mmap.mmap:
        if os.fstat(self._file).st_size < _GROWTH:
            os.ftruncate(self._file, _GROWTH)
        return mmap.mmap(self._file, 0)

    def _restore(self, ledger: Path) -> None:
        today = beijing_today()
        midnight, _ = beijing_day_bounds(today)
        used: Counter[tuple[str, str]] = Counter()
        for record in records_from(ledger, midnight):
            if record.grant and record.outcome == "ok":
                used[record.grant, day_of(record)] += record.asked
        self._map[:] = bytes(len(self._map))
        for (code, day), keys in used.items():
            self._count(code, day, keys, keys)


def _is_first(descriptor: int) -> bool:
    """Take the lock alone when nobody else has it, else share it once whoever restores is done."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return False
    return True


@lru_cache(maxsize=8)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
