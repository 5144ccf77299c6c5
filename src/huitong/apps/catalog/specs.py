"""Values of the catalog that cross borders. Titles are in the language of the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class ItemFilter:
    """What a list of catalog items is narrowed to; "" does not narrow."""

    text: str = ""
    provider: str = ""
    link_state: str = ""
    sharing_type: str = ""
    resource_class: str = ""
    classification: str = ""
    """Digits that the classification begins with."""
    format: str = ""
    open_to_public: str = ""
    """``yes`` or ``no``."""
    order: str = ""
    """``code``, ``title``, ``provider`` or ``published_on``; ``-`` before it reverses. "" is by how well ``text`` fits,
    without a text by code."""


@dataclass(frozen=True)
class Suggestion:
    """An item that may be meant by what somebody has typed so far."""

    code: str
    title: str
    provider: str


@dataclass(frozen=True)
class ItemRow:
    """One line of the catalog."""

    code: str
    resource_code: str
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


class Confirmation(Spec, frozen=True, kw_only=True):
    """An item that its department looked through and found as it is: its version, and when (Beijing)."""

    item: str
    version: int
    at: str


@dataclass(frozen=True)
class DraftRow:
    """One line of the drafts."""

    id: int
    title: str
    kind: str
    state: str
    origin: str
    provider_title: str
    item: str
    errors: int
    warnings: int
    case: str
    by: str
    updated_at: dt.datetime


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
