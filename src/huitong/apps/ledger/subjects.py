"""The data subject's keyed hash, as the evidence files write it."""

from __future__ import annotations


def subject_of(person: str) -> str:
    """Return the keyed hash under which evidence names ``person`` (an ID number)."""
    raise NotImplementedError(person)
