"""Values of the catalog that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class ItemFilter:
    """What a list of catalog items is narrowed to; "" does not narrow."""

    text: str = ""
    provider: str = ""
    link_state: str = ""
    sharing_type: str = ""
    resource_class: str = ""
    order: str = "code"
    """``code``, ``title``, ``provider`` or ``published_on``; ``-`` before it reverses."""


@dataclass(frozen=True)
class ItemRow:
    """One line of the catalog."""

    code: str
    title: str
    provider: str
    provider_title: str
    resource_class: str
    category: str
    format: str
    sharing_type: str
    sharing_method: str
    open_to_public: bool
    update_cycle: str
    published_on: dt.date | None
    link_state: str
    state: str
    version: int


@dataclass(frozen=True)
class FieldRow:
    """One field of an item, with what its data element says."""

    column: str
    name: str
    title: str
    element: str
    element_title: str
    type: str
    level: int
    mask: str
    codelist: str
    required: bool
    unique: bool


@dataclass(frozen=True)
class RuleRow:
    """One declared rule of an item."""

    code: str
    kind: str
    field: str
    other: str
    severity: str
    title: str


@dataclass(frozen=True)
class VersionRow:
    """One version of an item."""

    version: int
    at: dt.datetime
    by: str
