"""The city's data flow: departments → raw → libraries → services, with numbers: sums, no row and no person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.selectors import organisations_by_id, require_official
from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.selectors import item_counts, providers_of_tables
from huitong.apps.collection.selectors import last_finished_by_provider, open_issue_counts, rows_by_provider, table_rows
from huitong.apps.declared import in_language
from huitong.apps.ledger.selectors import calls_by_service
from huitong.apps.ledger.specs import Calls
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.overview.specs import CityFlow, CityTotals, DepartmentFlow, FlowEdge, LibraryFlow, ServiceFlow
from huitong.apps.sharing.selectors import active_grant_counts, declared_services
from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.sharing import Service


@dataclass(frozen=True)
class _Facts:
    """What the picture is drawn from, read once."""

    counts: dict[int, tuple[int, int, int]]
    """Items, linked and failing ones by id of the provider."""
    organisations: tuple[Organisation, ...]
    """Those that provide items."""
    sums: dict[str, Counter[int]]
    """Rows by schema and id of the provider."""
    rows: dict[tuple[str, str], int]
    """Rows of the tables that libraries and services read."""
    providers: dict[str, int]
    """Of these tables: the id of the provider."""
    libraries: tuple[Library, ...]
    services: tuple[Service, ...]


def city_flow(viewer: Viewer) -> CityFlow:
    """Return the whole picture, for officials. A fixed number of queries, however large the city.

    Raises:
        Terminal: ``people.sign_in_needed``, ``people.not_allowed``.
    """
    require_official(viewer)
    libraries, services = declared_libraries(), declared_services()
    read = {source.table for library in libraries for source in library.sources}
    read |= {name for library in libraries for name in (library.table, f"{library.table}_conflict")}
    read |= {service.table.partition(".")[2] for service in services}
    only = scope_of(viewer).only
    counts = item_counts()
    facts = _Facts(
        counts=counts,
        organisations=organisations_by_id(counts),
        sums=rows_by_provider(only),
        rows=table_rows(read),
        providers=providers_of_tables(read),
        libraries=libraries,
        services=services,
    )
    departments = _departments(facts, only)
    drawn = tuple(_library(facts, library) for library in libraries)
    calls = calls_by_service(days=30)
    served = _services(facts, calls)
    return CityFlow(
        departments=departments,
        libraries=drawn,
        services=served,
        edges=tuple(_edges(facts, served, {one.code for one in departments})),
        totals=_totals(departments, drawn, served, sum(one.today for one in calls.values())),
        as_of=timezone.now(),
    )


def _departments(facts: _Facts, only: frozenset[int] | None) -> tuple[DepartmentFlow, ...]:
    counts, issues, finished = facts.counts, open_issue_counts(), last_finished_by_provider()
    return tuple(
        DepartmentFlow(
            code=row.code,
            title=row.shown_short,
            items=counts[row.pk][0],
            linked=counts[row.pk][1],
            failing=counts[row.pk][2],
            raw_rows=facts.sums["raw"][row.pk],
            std_rows=facts.sums["std"][row.pk],
            quarantine_rows=facts.sums["quarantine"][row.pk],
            open_issues=issues.get(row.pk, 0),
            last_run_at=finished.get(row.pk),
        )
        for row in facts.organisations
        if only is None or row.pk in only
    )


def _library(facts: _Facts, library: Library) -> LibraryFlow:
    return LibraryFlow(
        code=library.code,
        title=in_language(library.title, library.title_en),
        table=library.table,
        rows=facts.rows.get(("base", library.table), 0),
        conflicts=facts.rows.get(("base", f"{library.table}_conflict"), 0),
    )


def _services(facts: _Facts, calls: Mapping[str, Calls]) -> tuple[ServiceFlow, ...]:
    grants = active_grant_counts()
    return tuple(
        ServiceFlow(
            code=service.code,
            title=in_language(service.title, service.title_en),
            table=service.table,
            grants=grants.get(service.code, 0),
            calls_today=calls[service.code].today,
            calls_30_days=calls[service.code].in_all,
        )
        for service in facts.services
    )


def _edges(facts: _Facts, services: tuple[ServiceFlow, ...], shown: set[str]) -> Iterator[FlowEdge]:
    codes = {row.pk: row.code for row in facts.organisations}
    for library in facts.libraries:
        fed: dict[str, int] = defaultdict(int)
        for source in library.sources:
            if source.table in facts.providers:
                fed[codes[facts.providers[source.table]]] += facts.rows.get(("std", source.table), 0)
        yield from (
            FlowEdge("department-library", start, library.code, rows) for start, rows in fed.items() if start in shown
        )
    golden = {f"base.{library.table}": library.code for library in facts.libraries}
    for service in services:
        schema, _, table = service.table.partition(".")
        if service.table in golden:
            yield FlowEdge("library-service", golden[service.table], service.code, service.calls_30_days)
        elif table in facts.providers and codes[facts.providers[table]] in shown:
            rows = facts.rows.get((schema, table), 0)
            yield FlowEdge("department-service", codes[facts.providers[table]], service.code, rows)


def _totals(
    departments: tuple[DepartmentFlow, ...],
    libraries: tuple[LibraryFlow, ...],
    services: tuple[ServiceFlow, ...],
    calls_today: int,
) -> CityTotals:
    return CityTotals(
        departments=len(departments),
        items=sum(one.items for one in departments),
        linked=sum(one.linked for one in departments),
        raw_rows=sum(one.raw_rows for one in departments),
        std_rows=sum(one.std_rows for one in departments),
        quarantine_rows=sum(one.quarantine_rows for one in departments),
        library_rows=sum(one.rows for one in libraries),
        libraries=len(libraries),
        services=len(services),
        grants=sum(one.grants for one in services),
        open_issues=sum(one.open_issues for one in departments),
        calls_today=calls_today,
        calls_30_days=sum(one.calls_30_days for one in services),
    )
