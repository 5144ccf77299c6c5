"""Values of libraries that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class InputRow:
    """Where an attribute may come from: ``table.field`` in ``std``, most authoritative first."""

    table: str
    field: str
    item: str
    item_title: str
    provider_title: str


@dataclass(frozen=True)
class AttributeRow:
    """One attribute of a library."""

    name: str
    title: str
    element: str
    policy: str
    level: int
    mask: str
    inputs: tuple[InputRow, ...]


@dataclass(frozen=True)
class LibraryPage:
    """A library: how it is made, and how large it is."""

    code: str
    title: str
    abstract: str
    table: str
    key: str
    key_title: str
    attributes: tuple[AttributeRow, ...]
    rows: int
    conflicts: int
    changed_at: dt.datetime | None


@dataclass(frozen=True)
class ConflictValue:
    """What one source says about an attribute on which sources disagree."""

    table: str
    provider_title: str
    value: str | None
    chosen: bool
    same: bool
    """Whether it is the chosen value, in clear: masked, different values may look alike."""


@dataclass(frozen=True)
class RecordValue:
    """One attribute of a golden record, with the trace of its value."""

    name: str
    title: str
    value: str | None
    masked: bool
    source_table: str
    """``std`` table it was taken from; "" when no source has a value."""
    source_item: str
    source_title: str
    provider_title: str
    run: int | None
    """Run in the lake that brought it."""
    collected_at: dt.datetime | None
    conflicts: tuple[ConflictValue, ...]


@dataclass(frozen=True)
class LibraryRecord:
    """The answer to a look-up. ``found`` is False, and ``values`` empty, when there is no such entity."""

    library: str
    title: str
    found: bool
    key: str
    """Masked."""
    values: tuple[RecordValue, ...]
    snapshot: int | None
    receipt: str
    """Hash of the evidence record of this look-up."""
