"""Calls without a valid token: recorded like all others, but a flood of them must not fill the disk."""

from __future__ import annotations

from collections import Counter


class AnonymousLimit:
    """Lets so many records a second through; later calls alike are counted into the next record of their kind."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._second = 0
        self._left = 0
        self._held: Counter[str] = Counter()

    def admit(self, outcome: str, now: float) -> int:
        """Return how many calls a record written now stands for; 0 when none is to be written."""
        second = int(now)
        if second != self._second:
            self._second, self._left = second, self._per_second
        if not self._left:
            self._held[outcome] += 1
            return 0
        self._left -= 1
        return 1 + self._held.pop(outcome, 0)

    def held(self) -> dict[str, int]:
        """Give out the calls not yet in any record, by outcome."""
        held, self._held = dict(self._held), Counter()
        return held
