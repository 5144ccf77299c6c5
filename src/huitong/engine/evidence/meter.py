"""The meter: what the ledger adds up to. Every count of calls anywhere in the system comes from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from huitong.engine.evidence.record import EvidenceRecord
from huitong.foundation.clock import beijing_today


@dataclass(frozen=True, order=True)
class MeterKey:
    """What is counted apart: ``day`` is the date in Beijing, ISO."""

    day: str
    consumer: str
    service: str
    kind: str
    grant: str


@dataclass
class MeterCount:
    """Calls answered, keys they asked for and of these found, and calls refused by the code of the refusal."""

    calls: int = 0
    asked: int = 0
    answered: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def beijing_day(moment: datetime) -> str:
    """Return the Beijing date of an aware time, ISO."""
    return day_at(moment.timestamp())


def day_at(seconds: float) -> str:
    """Return the Beijing date of a time in seconds since 1970, ISO."""
    return _day_of_hour(int(seconds) // 3600)


def day_of(record: EvidenceRecord) -> str:
    """Return the Beijing date of a record."""
    return beijing_day(datetime.fromisoformat(record.time))


@lru_cache(maxsize=1024)
def _day_of_hour(hour: int) -> str:
    """Beijing's days begin with an hour of UTC, and every call asks for its day."""
    return beijing_today(datetime.fromtimestamp(hour * 3600, UTC)).isoformat()


def meter(records: Iterable[EvidenceRecord]) -> dict[MeterKey, MeterCount]:
    """Add up records, in one pass, in memory that grows with the keys."""
    counts: dict[MeterKey, MeterCount] = {}
    for record in records:
        key = MeterKey(day_of(record), record.consumer, record.service, record.kind, record.grant)
        count = counts.setdefault(key, MeterCount())
        if record.outcome == "ok":
            count.calls += 1
            count.asked += record.asked
            count.answered += record.answered
        else:
            count.refused[record.outcome] = count.refused.get(record.outcome, 0) + record.repeated
    return counts
