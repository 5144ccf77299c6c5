"""Values of collection that cross borders. Titles are in the language of the request, times are aware."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from huitong.engine.declarations.spec import Spec

Mode = Literal["auto", "reread", "full", "remake"]
"""``auto``: work on what changed; ``reread``, ``full``: everything anew, and only ``full`` believes a source that has
no rows any more; ``remake``: collect into a fresh table."""


class RunCounts(Spec, frozen=True, kw_only=True):
    """What a run did, in rows. Which fields count depends on its kind; the others stay 0."""

    read: int = 0
    """Rows looked at: collect, of the source; check, of ``raw``; fuse: entities."""
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    rows: int = 0
    """Rows of the target table after the run (check: of ``std``; fuse: golden records)."""
    rejected: int = 0
    """check: rows in quarantine after the run."""
    flagged: int = 0
    """check: rows of ``std`` that break a ``flag`` rule, after the run."""
    conflicts: int = 0
    """fuse: attributes on which sources disagree, after the run."""


class RunRequest(Spec, frozen=True, kw_only=True):
    """That somebody started a step, or a whole chain (``kind`` ``chain``), as the audit ledger keeps it."""

    kind: str
    target: str
    mode: str = "auto"


class SourceState(Spec, frozen=True, kw_only=True):
    """What may be audited of a source: never its location, which may hold a password."""

    code: str
    title: str
    organisation: str
    kind: str
    shown: str


@dataclass(frozen=True)
class RuleCount:
    """How many rows break one rule of one table now."""

    rule: str
    severity: str
    failed: int
    total: int


@dataclass(frozen=True)
class Outcome:
    """What an engine step did, in the terms of a run. ``rules`` only from checks."""

    counts: RunCounts
    snapshot: int
    lake_run: int | None = None
    rules: tuple[RuleCount, ...] = ()


@dataclass(frozen=True)
class RunFilter:
    """What a list of runs is narrowed to; "" does not narrow."""

    kind: str = ""
    state: str = ""
    target: str = ""
    organisation: str = ""
    chain: str = ""


@dataclass(frozen=True)
class RunRow:
    """One run. ``error_*`` are texts in the language of the request, "" when nothing failed."""

    id: int
    kind: str
    target: str
    target_title: str
    organisation: str
    state: str
    chain: str
    requested_by: str
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    seconds: float | None
    read: int
    inserted: int
    updated: int
    deleted: int
    rows: int
    rejected: int
    flagged: int
    conflicts: int
    error: str
    error_title: str
    error_detail: str
    error_hint: str
    lake_run: int | None
    snapshot: int | None


@dataclass(frozen=True)
class SourceRow:
    """One source, without its secrets."""

    code: str
    title: str
    organisation: str
    kind: str
    shown: str
    reachable: bool | None
    last_error: str
    items: int


@dataclass(frozen=True)
class TrendPoint:
    """How many rows broke a rule after one check."""

    at: dt.datetime
    failed: int
    total: int


@dataclass(frozen=True)
class IssueRow:
    """One quality issue."""

    id: int
    item: str
    item_title: str
    table: str
    organisation: str
    rule: str
    severity: str
    state: str
    failed: int
    total: int
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    checked_at: dt.datetime
    times_opened: int
    trend: tuple[TrendPoint, ...]
    """The last 30 checks, oldest first."""


@dataclass(frozen=True)
class Column:
    """A column of rows that a page shows; ``masked`` says that values are not as they are."""

    name: str
    title: str
    element: str
    masked: bool


class RowsExport(Spec, frozen=True, kw_only=True):
    """That somebody took rows of a table away as a file, masked, as the audit ledger keeps it."""

    table: str
    """Schema and name."""
    form: str
    """``csv`` or ``xlsx``."""
    rule: str = ""
    text: str = ""
    order: str = ""
    columns: tuple[str, ...] = ()
    snapshot: int = 0


@dataclass(frozen=True)
class RowsPage:
    """One page of rows of a lake table, as text, masked. ``rules`` has the broken rules of each row of quarantine."""

    schema: str
    table: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    rules: tuple[tuple[str, ...], ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self.number < self.pages


@dataclass(frozen=True)
class RunFailure:
    """Why a step failed and what to do; ``title``, ``detail`` and ``hint`` in one language."""

    kind: str
    target: str
    code: str
    title: str
    detail: str
    hint: str


@dataclass(frozen=True)
class ChainReport:
    """What one pass over the whole chain did."""

    chain: str
    done: int
    failed: int
    skipped: int
    """Steps not tried because what they need had failed before them, or had not changed."""
    failures: tuple[RunFailure, ...]
    """The failed steps, in the language of the command line."""
