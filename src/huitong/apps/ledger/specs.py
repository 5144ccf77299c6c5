"""Values of the ledgers that cross borders. Titles are in the language of the request, times are aware."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class EvidenceFilter:
    """What a list of evidence is narrowed to; "" and None do not narrow."""

    service: str = ""
    app: str = ""
    grant: str = ""
    outcome: str = ""
    """``ok``, ``refused`` (anything else), or one error code."""
    receipt: str = ""
    """Hash of one record, as the ``Receipt`` header has it."""
    operator: str = ""
    case: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    """Beijing days, both inclusive."""


@dataclass(frozen=True)
class EvidenceRow:
    """One use of data."""

    chain: str
    seq: int
    at: dt.datetime
    app: str
    service: str
    grant: str
    kind: str
    purpose: str
    case: str
    operator: str
    legal_basis: str
    subjects: tuple[str, ...]
    """Keyed hashes of the first five people or companies it was about."""
    fields: tuple[str, ...]
    asked: int
    answered: int
    outcome: str
    snapshot: int | None
    repeated: int
    """How many calls alike it stands for."""
    receipt: str
    consumer_title: str
    provider_title: str


@dataclass(frozen=True)
class AuditRow:
    """One decision. ``before`` and ``after`` are the declarations as indented JSON, "" where there was none."""

    id: int
    at: dt.datetime
    login: str
    who: str
    """The person's name in the reader's language; "" for the program, and where the account is gone."""
    action: str
    kind: str
    target: str
    called: str
    """What it is called where the target is only a number; else the target."""
    before: str
    after: str
    request: str


@dataclass(frozen=True)
class Entry:
    """One decision about a thing, for those who may see the thing: who, and from what to what."""

    at: dt.datetime
    action: str
    who: str
    """The person's name; "" for the program."""
    organisation: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    reason: str = ""


@dataclass(frozen=True)
class MeterRow:
    """Use of one service by one app on one Beijing day."""

    day: dt.date
    app: str
    service: str
    calls: int
    refused: int
    asked: int
    answered: int


@dataclass(frozen=True)
class Calls:
    """Calls of a service, answered and refused: of today, and in all days asked for."""

    today: int
    in_all: int


@dataclass(frozen=True)
class Usage:
    """Calls answered and refused."""

    calls: int
    refused: int


@dataclass(frozen=True)
class ImportReport:
    """What an import of evidence found."""

    imported: int
    chains: int
