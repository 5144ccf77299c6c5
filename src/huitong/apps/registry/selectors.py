"""Reads of the registry: systems with their exchange, projects, what a project would collect a second time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Count, F, Q, Sum

from huitong.apps.accounts.models import Organisation, System
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases.models import Case
from huitong.apps.catalog.models import CatalogItem, ItemField
from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.demand.selectors import authorities, identifiers
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.paging import PAGE_SIZE, Page, ordered, page_of
from huitong.apps.registry.models import Project
from huitong.apps.registry.specs import AlreadyThere, Connection, Exchange, IslandMap, ProjectRow, SystemRow
from huitong.apps.sharing.models import Grant
from huitong.engine.declarations import projects
from huitong.foundation.errors import Terminal

LIVE = ("live", "retiring")
"""States of a system in which it should give its data."""
MOST_ITEMS = 5


def island_map(viewer: Viewer) -> IslandMap:
    """Return the systems that ``viewer`` may see with who uses their data. Five queries, and the scope's."""
    systems = System.objects.visible_to(viewer).select_related("organisation", "successor")
    placed = CatalogItem.objects.current().exclude(system=None)
    items = list(placed.values_list("system", "code", "table", "link_state"))
    exchanges = _exchanges({table: system for system, _code, table, _state in items})
    users = Counter(exchange.system for exchange in exchanges)
    uses = Counter(exchange.receiver for exchange in exchanges if exchange.receiver not in ("", exchange.system))
    whole = Counter(system for system, *_ in items)
    linked = Counter(system for system, _code, _table, state in items if state != "none")
    rows = tuple(_row(row, whole[row.pk], linked[row.pk], users[row.code], uses[row.code]) for row in systems)
    shown = {row.code for row in rows}
    return IslandMap(rows, tuple(one for one in exchanges if one.system in shown))


def _exchanges(tables: dict[str, int]) -> list[Exchange]:
    """Follow every active grant to the systems whose tables its service reads, by way of libraries."""
    codes = dict(System.objects.values_list("pk", "code"))
    behind = defaultdict(set)
    for table, system in tables.items():
        behind[f"std.{table}"].add(codes[system])
    for library in declared_libraries():
        for source in library.sources:
            behind[f"base.{library.table}"] |= behind[f"std.{source.table}"]
    grants = Grant.objects.filter(state=Grant.State.ACTIVE).select_related(
        "app__organisation", "app__system", "service"
    )
    found: dict[tuple[str, str], list[Grant]] = defaultdict(list)
    for grant in grants:
        for giver in behind.get(grant.service.as_spec().table, ()):
            found[giver, grant.app.code].append(grant)
    return [
        Exchange(
            system=giver,
            app=app,
            app_title=several[0].app.shown_title,
            consumer=several[0].app.organisation.code,
            consumer_title=several[0].app.organisation.shown_short,
            grants=len(several),
            receiver=several[0].app.system.code if several[0].app.system else "",
        )
        for (giver, app), several in sorted(found.items(), key=lambda entry: entry[0])
    ]


def _row(row: System, items: int, linked: int, users: int, uses: int) -> SystemRow:
    connection: Connection = "off"
    if row.state in LIVE:
        alone: Connection = "platform" if row.as_spec().platform else "island"
        connection = "shared" if users else "receives" if uses else "gathered" if linked else alone
    return SystemRow(
        code=row.code,
        title=row.shown_title,
        organisation=row.organisation.code,
        organisation_title=row.organisation.shown_short,
        level=row.level,
        state=row.state,
        host=row.host,
        successor=row.successor.code if row.successor else "",
        successor_title=row.successor.shown_title if row.successor else "",
        items=items,
        linked=linked,
        users=users,
        uses=uses,
        connection=connection,
    )


def access_system(viewer: Viewer, code: str) -> System:
    """Return a system that ``viewer`` may see, with owner and successor.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    rows = System.objects.visible_to(viewer).select_related("organisation", "successor")
    found = rows.filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="system", code=code)
    return found


def may_register_for(viewer: Viewer, organisation: Organisation) -> bool:
    """Tell whether somebody keeps the register of an organisation: the bureau, and the organisation's data officers."""
    if viewer.is_anonymous:
        return False
    return viewer.has_role("bureau") or organisation.pk in viewer.answers_in("data_officer")


def access_project(viewer: Viewer, project_id: int) -> Project:
    """Return a project that ``viewer`` may see, with organisation and system.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    rows = Project.objects.visible_to(viewer).select_related("organisation", "system", "created_by")
    found = rows.filter(pk=project_id).first()
    if found is None:
        raise Terminal("people.not_found", kind="project", code=project_id)
    return found


def project_of_case(case: Case) -> Project:
    """Return the project that a review is about, whoever asks.

    Raises:
        Terminal: ``people.not_found`` when there is none whose review this is.
    """
    found = Project.objects.select_related("organisation").filter(case=case.number).first() if case.number else None
    if found is None:
        raise Terminal("people.not_found", kind="project", code=case.subject_key)
    return found


def project_list(
    viewer: Viewer, *, state: str = "", text: str = "", order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[ProjectRow]:
    """Return one page of the projects that ``viewer`` may see, last changed first or by ``asked`` or ``approved``.

    Two queries, and the scope's.
    """
    rows = Project.objects.visible_to(viewer).select_related("organisation")
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(title_en__icontains=text))
    rows = ordered(rows, order, {"asked": "asked", "approved": F("approved"), "updated_at": "updated_at"})
    return page_of(rows, _project_row, number=number, size=size)


def _project_row(row: Project) -> ProjectRow:
    return ProjectRow(
        id=row.pk,
        title=row.shown_title,
        organisation_title=row.organisation.shown_short,
        kind=row.as_spec().kind,
        state=row.state,
        asked=row.asked,
        approved=row.approved,
        case=row.case,
        updated_at=row.updated_at,
    )


def project_totals(viewer: Viewer) -> dict[str, int]:
    """Return how many projects were decided, what they asked for, what they got, in yuan. One query."""
    decided = Project.objects.visible_to(viewer).filter(approved__isnull=False)
    totals = decided.aggregate(count=Count("pk"), asked=Sum("asked"), approved=Sum("approved"))
    asked, approved = totals["asked"] or 0, totals["approved"] or 0
    return {"count": totals["count"], "asked": asked, "approved": approved, "saved": asked - approved}


def already_there(viewer: Viewer, spec: projects.Project) -> tuple[AlreadyThere, ...]:
    """Return what a project wants to collect that the city has: another department answers for it, or carries it.

    Identifiers that every register needs to find its people and companies are no second collection. Five queries.
    """
    exempt = identifiers()
    wanted = [name for name in spec.collects if name not in exempt]
    elements, answering = elements_by_name(wanted), authorities()
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    seen = CatalogItem.objects.visible_to(viewer).current().exclude(provider__code=spec.organisation)
    rows = ItemField.objects.filter(element__name__in=wanted, item__in=seen).select_related("item__provider", "element")
    for field in rows.order_by("item__sharing_type", "item__code"):
        entry = (field.item.code, field.item.shown_title, field.item.provider.shown_short)
        if entry not in found[field.element.name]:
            found[field.element.name].append(entry)
    there = []
    for name in wanted:
        answers = answering.get(name)
        if answers is not None and answers.organisation == spec.organisation:
            continue
        if name in elements and (found[name] or answers is not None):
            items, authority = tuple(found[name][:MOST_ITEMS]), answers.title if answers else ""
            there.append(AlreadyThere(name, elements[name].shown_title, items, authority))
    return tuple(there)


def known_elements(names: Iterable[str]) -> dict[str, str]:
    """Return the titles of data elements by name. One query."""
    return {name: row.shown_title for name, row in elements_by_name(names).items()}
