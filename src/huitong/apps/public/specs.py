"""Values of the public site. Titles are in the language of the request, times are aware."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.apps.catalog.specs import FieldRow, ItemRow
from huitong.apps.labels import Text


@dataclass(frozen=True)
class OpenField:
    """One field of an open set, and whether its values are open too."""

    field: FieldRow
    open: bool


@dataclass(frozen=True)
class Sample:
    """The first rows of an open set: open fields only."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class OpenSet:
    """One catalog item that is open to the public."""

    item: ItemRow
    abstract: str
    condition: str
    fields: tuple[OpenField, ...]
    related: tuple[tuple[str, str], ...]
    """Code and title of related items that are open too."""
    rows: int
    """Rows that passed the checks; 0 before the first collection."""
    changed_at: dt.datetime | None
    sample: Sample | None
    """None when there is nothing to show."""
    has_file: bool

    @property
    def withheld(self) -> int:
        """How many fields are not open."""
        return sum(not one.open for one in self.fields)


@dataclass(frozen=True)
class Found:
    """One hit of the search."""

    title: str
    note: str
    href: str


@dataclass(frozen=True)
class FoundGroup:
    """The hits of one kind; ``total`` may be more than are shown."""

    kind: str
    title: Text
    icon: str
    hits: tuple[Found, ...]
    total: int
    more: str
    """Address of all of them, "" when all are shown."""


@dataclass(frozen=True)
class PublicFigures:
    """What the city opens and shares, counted."""

    open_sets: int
    services: int
    departments: int
