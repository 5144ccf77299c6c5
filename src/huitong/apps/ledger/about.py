"""Evidence about one data subject, found by the keyed hash that evidence itself shows."""

from __future__ import annotations

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.ledger.selectors import evidence_page, filtered_evidence
from huitong.apps.ledger.specs import EvidenceFilter, EvidenceRow
from huitong.apps.paging import PAGE_SIZE, Page


def evidence_about(
    viewer: Viewer, wanted: EvidenceFilter, subject: str, *, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[EvidenceRow]:
    """Return one page of the evidence about ``subject`` that ``viewer`` may see, as :func:`evidence_page`.

    Args:
        wanted: narrows it further.
        subject: keyed hash of a person or company, as a record shows it.
    """
    rows = filtered_evidence(viewer, wanted).filter(subjects__subject=subject).distinct()
    return evidence_page(rows, order=order, number=number, size=size)
