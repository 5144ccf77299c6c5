"""Read the ledger: for the people plane to import, for the meter to recompute, for a receipt to be found.

Records are read as they stand; whether the ledger is whole is ``verify``'s to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huitong.engine.evidence.record import EvidenceRecord, read_line
from huitong.engine.evidence.segments import Segment, chains_of, segments_of
from huitong.foundation.errors import Terminal


def read_records(ledger: Path, since: Mapping[str, int] | None = None) -> Iterator[EvidenceRecord]:
    """Yield the records of every chain, chain by chain and in order.

    Args:
        ledger: the ledger's folder.
        since: per chain the number of the last record already known; of a chain that is not named, all come.

    The work grows with the new records: segments before them are not opened. A line being written is left for the
    next reading.
    """
    known = since or {}
    for folder in chains_of(ledger):
        after = known.get(folder.name, 0)
        segments = segments_of(folder)
        for place, segment in enumerate(segments):
            if place + 1 == len(segments) or segments[place + 1].first > after + 1:
                yield from (record for record in _records(segment) if record.seq > after)


def records_from(ledger: Path, moment: datetime) -> Iterator[EvidenceRecord]:
    """Yield the records written at ``moment`` (aware) or later, opening only segments that can hold them."""
    start = moment.timestamp()
    for folder in chains_of(ledger):
        for segment in _segments_reaching(segments_of(folder), start):
            yield from (record for record in _records(segment) if _timestamp(record) >= start)


@dataclass(frozen=True)
class Found:
    """Where a record is: its segment, its place there from 0, its line."""

    record: EvidenceRecord
    segment: Segment
    place: int
    line: bytes


def find_record(ledger: Path, receipt: str) -> Found:
    """Find the record whose hash is ``receipt``, as the gateway's ``Receipt`` header gives it.

    Raises:
        Terminal: ``evidence.receipt_unknown``.
    """
    wanted = receipt.strip().lower().encode()
    ending = b'"hash":"' + wanted + b'"}\n'
    for folder in chains_of(ledger):
        for segment in reversed(segments_of(folder)):
            with segment.file.open("rb") as stream:
                for place, line in enumerate(stream):
                    if line.endswith(ending) and (record := read_line(line)):
                        return Found(record, segment, place, line)
    raise Terminal("evidence.receipt_unknown", receipt=receipt)


def _records(segment: Segment) -> Iterator[EvidenceRecord]:
    with segment.file.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n") and (record := read_line(line)):
                yield record


def _segments_reaching(segments: list[Segment], start: float) -> list[Segment]:
    """Drop the segments at the front that end before ``start``: the next one's first record is older than it."""
    for place in range(len(segments) - 1, 0, -1):
        first = next(_records(segments[place]), None)
        # A minute is left for clocks that were set back between two records.
        if first and _timestamp(first) < start - 60:
            return segments[place:]
    return segments


def _timestamp(record: EvidenceRecord) -> float:
    return datetime.fromisoformat(record.time).timestamp()
