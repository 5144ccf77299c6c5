"""Values that join several domains. Titles are in the language of the request, times are aware."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.apps.catalog.specs import FieldRow, ItemRow, RuleRow, VersionRow
from huitong.apps.collection.specs import IssueRow, RunRow


@dataclass(frozen=True)
class DepartmentFlow:
    """What one department contributes."""

    code: str
    title: str
    items: int
    linked: int
    failing: int
    """Items whose last run failed."""
    raw_rows: int
    std_rows: int
    quarantine_rows: int
    open_issues: int
    last_run_at: dt.datetime | None


@dataclass(frozen=True)
class LibraryFlow:
    """One base library."""

    code: str
    title: str
    table: str
    rows: int
    conflicts: int


@dataclass(frozen=True)
class ServiceFlow:
    """One service."""

    code: str
    title: str
    table: str
    grants: int
    calls_today: int
    calls_30_days: int


@dataclass(frozen=True)
class FlowEdge:
    """A stream between two nodes of the picture.

    ``kind`` is ``department-library`` (``rows``: std rows that feed it), ``department-service`` (a service over a
    department's own table) or ``library-service`` (``rows``: calls in 30 days).
    """

    kind: str
    start: str
    end: str
    rows: int


@dataclass(frozen=True)
class CityTotals:
    """The city in numbers."""

    departments: int
    items: int
    linked: int
    raw_rows: int
    std_rows: int
    quarantine_rows: int
    library_rows: int
    libraries: int
    services: int
    grants: int
    open_issues: int
    calls_today: int
    """Calls of services and look-ups by hand."""
    calls_30_days: int

    @property
    def link_rate(self) -> float:
        """挂接率: linked items of all items, 0 … 1."""
        return self.linked / self.items if self.items else 0.0


@dataclass(frozen=True)
class CityFlow:
    """The city's data flow: departments → raw → libraries → services."""

    departments: tuple[DepartmentFlow, ...]
    libraries: tuple[LibraryFlow, ...]
    services: tuple[ServiceFlow, ...]
    edges: tuple[FlowEdge, ...]
    totals: CityTotals
    as_of: dt.datetime


@dataclass(frozen=True)
class TableFigures:
    """One table of the lake."""

    schema: str
    table: str
    rows: int
    changed_at: dt.datetime


@dataclass(frozen=True)
class LinkPanel:
    """How an item is linked (挂接); for the provider's officials and the bureau."""

    source: str
    source_title: str
    kind: str
    shown: str
    object: str
    mode: str
    key: tuple[str, ...]
    watermark: str
    reachable: bool | None


@dataclass(frozen=True)
class ItemHead:
    """What stands above every page of a catalog item: what it is, its tabs, and what one may do."""

    item: ItemRow
    abstract: str
    table: str
    tables: tuple[TableFigures, ...]
    may_run: bool
    """Whether the viewer may start a run of it."""
    may_see_rows: bool


@dataclass(frozen=True)
class ItemPage(ItemHead):
    """One catalog item with all that belongs to it. Panels the viewer may not see are empty."""

    sharing_condition: str
    sharing_basis: str
    open_condition: str
    system_title: str
    fields: tuple[FieldRow, ...]
    rules: tuple[RuleRow, ...]
    related: tuple[tuple[str, str], ...]
    """Code and title."""
    link: LinkPanel | None
    libraries: tuple[tuple[str, str], ...]
    """Code and title of the libraries it feeds."""
    services: tuple[tuple[str, str], ...]
    """Code and title of the services that make it available."""
    issues: tuple[IssueRow, ...]
    runs: tuple[RunRow, ...]
    """The last ten."""
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class LastRun:
    """The last finished run of one target."""

    kind: str
    target: str
    state: str
    finished_at: dt.datetime | None
    error: str


@dataclass(frozen=True)
class OpenFailure:
    """A target whose last run failed."""

    kind: str
    target: str
    error: str
    title: str
    detail: str
    hint: str
    finished_at: dt.datetime | None


@dataclass(frozen=True)
class Status:
    """How the installation stands."""

    tables: tuple[TableFigures, ...]
    last_runs: tuple[LastRun, ...]
    failures: tuple[OpenFailure, ...]
    open_issues: int
    queued: int
    running: int
    evidence: int
    """Evidence records imported."""


@dataclass(frozen=True)
class RowsWanted:
    """Which rows of a table are wanted, and how."""

    rule: str = ""
    """Quarantine only: rows that broke this rule."""
    text: str = ""
    """What a column that nobody covers contains, in any case of letters."""
    order: str = ""
    """A column that nobody covers, with ``-`` for descending; without one, rows come as the lake keeps them."""
