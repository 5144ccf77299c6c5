"""Quotas: keys answered per grant and Beijing day, exact over all gateway processes of one machine."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
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
_WANTED = _SLOT.size - 1
"""Place of the byte that a process sets to be let in; the first slot is kept for it."""
_LISTEN_SECONDS = 0.1


class LedgerQuota:
    """Counts in a small file beside the ledger, in memory that all gateway processes of the machine share.

    The first process to start counts anew from the ledger, so neither a restart nor a crash resets or distorts a
    quota; those that join later trust the counts. As long as it is alone it counts without a lock on the file; it
    looks ten times a second whether another wants to join, and from then on every count is made under the lock.
    A key answered with "not found" counts: whether somebody is in a library is an answer. Gateways on several machines
    count apart: give each its share of the quota.
    """

    def __init__(self, ledger: Path) -> None:
        ledger.mkdir(parents=True, exist_ok=True)
        self._single, self._members, self._file = (
            os.open(ledger / f"quota.{name}", os.O_RDWR | os.O_CREAT, 0o640) for name in ("single", "members", "counts")
        )
        self._map = self._mapped()
        self._places: dict[str, tuple[int, bytes]] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._alone = True
        self._alone = self._join(ledger)
        if self._alone:
            threading.Thread(target=self._listen, name="quota", daemon=True).start()

    def reserve(self, grant: Grant, today: str, keys: int) -> bool:
        """Take ``keys`` of what is left today; False, and nothing taken, when it is not enough."""
        return self._count(grant.code, today, keys, grant.quota)

    def give_back(self, grant: Grant, today: str, keys: int) -> None:
        """Undo a reservation whose call was not answered."""
        self._count(grant.code, today, -keys, grant.quota)

    def close(self) -> None:
        """Let go of the file."""
        self._closed.set()
        with self._guard:
            self._map.close()
            for descriptor in (self._file, self._members, self._single):
                os.close(descriptor)

    def _count(self, code: str, today: str, keys: int, limit: int) -> bool:
        with self._guard:
            if self._alone:
                return self._counted(code, today, keys, limit)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                return self._counted(code, today, keys, limit)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _counted(self, code: str, today: str, keys: int, limit: int) -> bool:
        day = _ordinal(today)
        place, name = self._place(code)
        _, counted_day, counted = _SLOT.unpack_from(self._map, place)
        used = max((counted if counted_day == day else 0) + keys, 0)
        if keys > 0 and used > limit:
            return False
        _SLOT.pack_into(self._map, place, name, day, used)
        return True

    def _join(self, ledger: Path) -> bool:
        """Become a member; True when there is no other. Everyone holds ``members``; who counts alone holds ``single``,
        and only who holds that may find out that there are no members."""
        while not _locked(self._single):
            self._map[_WANTED] = 1
            time.sleep(_LISTEN_SECONDS / 5)
        first = _locked(self._members)
        if first:
            self._restore(ledger)
        fcntl.flock(self._members, fcntl.LOCK_SH)
        if not first:
            fcntl.flock(self._single, fcntl.LOCK_UN)
        return first

    def _listen(self) -> None:
        """Wait until another process wants to join; then count under the lock, and let it in."""
        while not self._closed.wait(_LISTEN_SECONDS):
            with self._guard:
                if not self._closed.is_set() and self._map[_WANTED]:
                    self._alone = False
                    fcntl.flock(self._single, fcntl.LOCK_UN)
                    return

    def _place(self, code: str) -> tuple[int, bytes]:
        """Where the grant's slot is, and its name there; a new one comes at the end."""
        known = self._places.get(code)
        if known is None:
            place, name = _SLOT.size, hashlib.sha256(code.encode()).digest()[:24]
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


def _locked(descriptor: int) -> bool:
    """Take a lock alone; False when another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@lru_cache(maxsize=8)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
