"""Evidence files → rows. The files stay the truth; the rows can be thrown away and imported again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from huitong.apps.ledger.models import EvidenceAnchor, EvidenceRecord, EvidenceSubject, MeterDay
from huitong.apps.ledger.owners import Owners, known_owners
from huitong.apps.ledger.specs import ImportReport
from huitong.engine.evidence.record import EvidenceRecord as Line
from huitong.engine.evidence.record import read_line
from huitong.engine.evidence.segments import chains_of, ledger_folder, segments_of
from huitong.foundation.clock import beijing_today
from huitong.foundation.errors import Terminal

BATCH = 500
"""Records in one transaction: a fraction of a second for which other writers of SQLite wait."""


@dataclass(frozen=True)
class _Read:
    """A record and where the file continues after it."""

    line: Line
    segment: int
    offset: int


def import_evidence(*, ledger: Path | None = None) -> ImportReport:
    """Bring new records of every chain into the database.

    Grain: one row a record, unique by (chain, seq). Idempotent, and restartable at any point: each batch moves its
    chain's anchor in its own transaction. Cost grows with the new records. A line being written is left for later.

    Args:
        ledger: folder of the ledger; defaults to that of the installation.

    Raises:
        Terminal: ``ledger.gap`` when a chain does not continue where the last import ended: run
            ``huitong ledger verify``.
    """
    folder = ledger or ledger_folder(settings.HUITONG.home)
    owners: Owners | None = None
    imported = 0
    chains = chains_of(folder)
    for chain in chains:
        while batch := list(islice(_new_records(chain), BATCH)):
            owners = owners or known_owners()
            imported += _import_batch(chain.name, batch, owners)
    return ImportReport(imported=imported, chains=len(chains))


def _new_records(folder: Path) -> Iterator[_Read]:
    anchor = EvidenceAnchor.objects.filter(chain=folder.name).first() or EvidenceAnchor(chain=folder.name)
    for segment in segments_of(folder):
        if segment.first < anchor.segment:
            continue
        with segment.file.open("rb") as lines:
            lines.seek(anchor.offset if segment.first == anchor.segment else 0)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                record = read_line(line)
                if record is None:
                    raise Terminal("ledger.gap", chain=folder.name, seq=anchor.seq + 1)
                yield _Read(record, segment.first, lines.tell())


@transaction.atomic
def _import_batch(chain: str, batch: Sequence[_Read], owners: Owners) -> int:
    anchor, _ = EvidenceAnchor.objects.select_for_update().get_or_create(chain=chain)
    fresh = [read for read in batch if read.line.seq > anchor.seq]
    if not fresh:  # another process was faster
        return 0
    for expected, read in enumerate(fresh, anchor.seq + 1):
        if read.line.seq != expected:
            raise Terminal("ledger.gap", chain=chain, seq=expected)
    if anchor.hash and fresh[0].line.prev != anchor.hash:
        raise Terminal("ledger.gap", chain=chain, seq=fresh[0].line.seq)
    rows = EvidenceRecord.objects.bulk_create([_row(read.line, owners) for read in fresh])
    EvidenceSubject.objects.bulk_create(
        [subject for row, read in zip(rows, fresh, strict=True) for subject in _subjects(row, read.line)]
    )
    _meter(rows)
    last = fresh[-1]
    anchor.seq, anchor.hash, anchor.segment, anchor.offset = last.line.seq, last.line.hash, last.segment, last.offset
    anchor.save()
    return len(fresh)


def _row(line: Line, owners: Owners) -> EvidenceRecord:
    at = dt.datetime.fromisoformat(line.time)
    return EvidenceRecord(
        chain=line.chain,
        seq=line.seq,
        at=at,
        day=beijing_today(at),
        app=line.consumer[:80],
        service=line.service[:80],
        grant=line.grant[:64],
        kind=line.kind[:16],
        purpose=line.purpose[:300],
        legal_basis=line.legal_basis[:300],
        case=line.case[:200],
        operator=line.operator[:200],
        fields=list(line.fields),
        asked=line.asked,
        answered=line.answered,
        outcome=line.outcome[:64],
        snapshot=line.as_of,
        repeated=line.repeated,
        hash=line.hash,
        consumer_id=owners.of_app.get(line.consumer),
        provider_id=owners.of_service.get(line.service),
    )


def _subjects(row: EvidenceRecord, line: Line) -> Iterator[EvidenceSubject]:
    for subjects, found in ((line.subjects, True), (line.absent, False)):
        yield from (EvidenceSubject(record=row, subject=subject, found=found) for subject in subjects)


def _meter(rows: Sequence[EvidenceRecord]) -> None:
    """Add a batch to the meter, in the batch's transaction: the meter always equals the records imported."""
    sums: dict[tuple[dt.date, str, str, str, bool], list[int]] = defaultdict(lambda: [0, 0, 0])
    owners: dict[tuple[dt.date, str, str, str, bool], tuple[int | None, int | None]] = {}
    for row in rows:
        cell = (row.day, row.chain, row.app, row.service, row.outcome == "ok")
        owners[cell] = (row.consumer_id, row.provider_id)
        for place, number in enumerate((row.repeated, row.asked, row.answered)):
            sums[cell][place] += number
    for cell, (calls, asked, answered) in sums.items():
        day, chain, app, service, granted = cell
        consumer, provider = owners[cell]
        meter, _ = MeterDay.objects.get_or_create(
            day=day,
            chain=chain,
            app=app,
            service=service,
            granted=granted,
            defaults={"consumer_id": consumer, "provider_id": provider},
        )
        MeterDay.objects.filter(pk=meter.pk).update(
            calls=F("calls") + calls, asked=F("asked") + asked, answered=F("answered") + answered
        )


@transaction.atomic
def forget_imported_evidence() -> None:
    """Throw the imported rows and the meter away; the next import reads every file from its beginning."""
    EvidenceRecord.objects.all().delete()
    MeterDay.objects.all().delete()
    EvidenceAnchor.objects.all().delete()
