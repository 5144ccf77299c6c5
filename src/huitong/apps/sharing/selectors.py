"""Reads of sharing."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.collection.selectors import the_serving_store
from huitong.apps.declared import in_language
from huitong.apps.ledger.selectors import calls_by_service, history_of, keys_used_today, usage_by_day
from huitong.apps.ledger.services import Owners
from huitong.apps.ledger.specs import Entry
from huitong.apps.paging import PAGE_SIZE, Page, ordered, page_of
from huitong.apps.reading import read_once
from huitong.apps.sharing.field_titles import served_titles
from huitong.apps.sharing.models import ConsumerApp, Grant, GrantQuerySet, Service
from huitong.apps.sharing.policy import compile_policy, served_columns
from huitong.apps.sharing.specs import (
    AppPage,
    AppRow,
    GrantEvent,
    GrantRow,
    MayDo,
    MeterPoint,
    ServiceField,
    ServicePage,
    ServiceRow,
)
from huitong.engine.declarations import sharing
from huitong.engine.serving.decision import RuleOutcome
from huitong.engine.serving.explain import explain
from huitong.foundation.errors import HuitongError, Terminal

__all__ = ["compile_policy", "served_columns"]

log = logging.getLogger(__name__)

WARN_DAYS = 30
"""How long before its end a grant is said to end soon."""
APP_KEEPERS = ("developer", "data_officer")


def may_decide(viewer: Viewer, grant: Grant) -> bool:
    """Tell whether ``viewer`` may change or end a grant: the bureau, or the data officer of who provides."""
    if not isinstance(viewer, User):
        return False
    return viewer.has_role("bureau") or grant.service.provider_id in viewer.answers_in("data_officer")


def may_keep_app(viewer: Viewer, app: ConsumerApp) -> bool:
    """Tell whether ``viewer`` may rotate an app's secret and suspend it: the bureau, or its own people."""
    if not isinstance(viewer, User):
        return False
    return viewer.has_role("bureau") or app.organisation_id in viewer.answers_in(*APP_KEEPERS)


def access_service(viewer: Viewer, code: str) -> Service:
    """Return a service that ``viewer`` may see, with its provider.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = Service.objects.visible_to(viewer).select_related("provider").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="service", code=code)
    return found


def access_app(viewer: Viewer, code: str) -> ConsumerApp:
    """Return a consumer app that ``viewer`` may see, with its organisation.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = ConsumerApp.objects.visible_to(viewer).select_related("organisation").filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="app", code=code)
    return found


def access_grant(viewer: Viewer, code: str) -> Grant:
    """Return a grant that ``viewer`` may see, with app, service and their organisations.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    found = _with_names(Grant.objects.visible_to(viewer)).filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="grant", code=code)
    return found


def service_list(viewer: Viewer) -> tuple[ServiceRow, ...]:
    """Return the services that ``viewer`` may see. Three queries, and those of the viewer's scope."""
    grants, calls = active_grant_counts(), calls_by_service(days=30)
    return tuple(
        ServiceRow(
            code=row.code,
            title=row.shown_title,
            provider=row.provider.code,
            provider_title=row.provider.shown_short,
            table=row.table,
            kinds=tuple(row.kinds),
            grants=grants.get(row.code, 0),
            calls_today=calls[row.code].today,
            calls_30_days=calls[row.code].in_all,
        )
        for row in Service.objects.visible_to(viewer).select_related("provider")
    )


def service_page(viewer: Viewer, code: str) -> ServicePage:
    """Return one service with whom it serves and how to call it. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    row = access_service(viewer, code)
    spec = row.as_spec()
    columns = served_columns().get(spec.table, {})
    elements = elements_by_name({columns.get(name, "") for name in (spec.key, *spec.fields)})
    titles = served_titles(spec, {name: elements.get(columns.get(name, "")) for name in (spec.key, *spec.fields)})
    grants = _with_names(Grant.objects.visible_to(viewer).filter(service=row))
    key = elements.get(columns.get(spec.key, ""))
    fields = []
    for name in spec.fields:
        element = elements.get(columns.get(name, ""))
        fields.append(
            ServiceField(
                name=name,
                title=titles[name],
                element=element.name if element else "",
                type=element.type if element else "string",
                level=element.level if element else 4,
                mask=element.mask if element else "full",
                is_key=name == spec.key,
            )
        )
    path = f"/gateway/v1/{row.code}"
    return ServicePage(
        code=row.code,
        title=row.shown_title,
        abstract=in_language(spec.abstract, spec.abstract_en),
        provider=row.provider.code,
        provider_title=row.provider.shown_short,
        table=row.table,
        key=row.key,
        key_title=titles[spec.key],
        key_element=key.name if key else "",
        kinds=tuple(row.kinds),
        fields=tuple(fields),
        items=tuple((item.code, item.shown_title) for item in row.items.all()),
        grants=tuple(grant_row(grant) for grant in grants),
        usage=tuple(
            MeterPoint(one.day, one.calls, one.refused, one.asked, one.answered) for one in usage_by_day(row.code)
        ),
        records_path=f"{path}/records",
        verify_path=f"{path}/verify",
        openapi_path=f"{path}/openapi.json",
        token_path="/gateway/token",
        example_key=example_key(spec),
    )


def example_key(spec: sharing.Service) -> str:
    """A key that has an answer, "" before there is one. Only the demo's people, who do not exist, may be named."""
    if not settings.HUITONG.demo:
        return ""
    try:
        return the_serving_store().first_key(spec.table, spec.key)
    except HuitongError as error:  # the page is worth showing without an example
        log.warning("no example key of %s: %s", spec.code, error)
        return ""


def filtered_grants(viewer: Viewer, *, service: str = "", app: str = "", state: str = "") -> GrantQuerySet:
    """Return the grants that ``viewer`` may see, with names; ``state`` may also be ``ending``: active, but not long."""
    exact = {"service__code": service, "app__code": app, "state": "active" if state == "ending" else state}
    rows = Grant.objects.visible_to(viewer).filter(**{name: value for name, value in exact.items() if value})
    if state == "ending":
        today = timezone.localdate()
        rows = rows.filter(valid_to__range=(today, today + dt.timedelta(days=WARN_DAYS)))
    return _with_names(rows)


def _with_names(rows: GrantQuerySet) -> GrantQuerySet:
    return rows.select_related("app__organisation", "service__provider")


def grant_list(
    viewer: Viewer,
    *,
    service: str = "",
    app: str = "",
    state: str = "",
    order: str = "",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[GrantRow]:
    """Return one page of grants, by number or by when they end (``valid``). Two queries, and those of the scope."""
    rows = filtered_grants(viewer, service=service, app=app, state=state)
    rows = ordered(rows, order, {"valid": F("valid_to")})
    return page_of(rows, grant_row, number=number, size=size)


def grants_held(user: User, *, size: int) -> Page[GrantRow]:
    """Return the grants that are in force and held by the user's own organisations by number."""
    today = timezone.localdate()
    rows = Grant.objects.filter(app__organisation__in=user.scope.organisations, state=Grant.State.ACTIVE)
    begun = rows.filter(Q(valid_from=None) | Q(valid_from__lte=today))
    return page_of(_with_names(begun.filter(Q(valid_to=None) | Q(valid_to__gte=today))), grant_row, size=size)


def grant_row(grant: Grant) -> GrantRow:
    """Return a grant, read with app, service and organisations, as a line of a list."""
    spec, today = grant.as_spec(), timezone.localdate()
    in_force = _in_force(grant, today)
    return GrantRow(
        code=grant.code,
        app=grant.app.code,
        app_title=grant.app.shown_title,
        consumer_title=grant.app.organisation.shown_short,
        service=grant.service.code,
        service_title=grant.service.shown_title,
        purpose=in_language(spec.purpose, spec.purpose_en),
        legal_basis=in_language(spec.legal_basis, spec.legal_basis_en),
        fields=spec.fields,
        clear=spec.clear,
        row_filter=tuple(f"{one.field} ∈ {', '.join(one.values)}" for one in spec.row_filter),
        kinds=spec.kinds,
        quota=spec.quota,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        state=grant.state,
        reason=grant.reason,
        in_force=in_force,
        ends_soon=in_force and grant.valid_to is not None and (grant.valid_to - today).days <= WARN_DAYS,
    )


def _in_force(grant: Grant, today: dt.date) -> bool:
    begun = grant.valid_from is None or grant.valid_from <= today
    ended = grant.valid_to is not None and grant.valid_to < today
    return grant.state == Grant.State.ACTIVE and begun and not ended


def may_do(viewer: Viewer, grant: Grant) -> MayDo:
    """Return what ``viewer`` may do about a grant, read with app and service, as it stands."""
    decides = may_decide(viewer, grant)
    holds = isinstance(viewer, User) and viewer.acts_for(grant.app.organisation_id, APP_KEEPERS)
    state = Grant.State(grant.state)
    return MayDo(
        change=decides and state in (Grant.State.ACTIVE, Grant.State.SUSPENDED),
        suspend=decides and state == Grant.State.ACTIVE,
        resume=decides and state == Grant.State.SUSPENDED,
        revoke=decides and state != Grant.State.REVOKED,
        renew=holds and state in (Grant.State.ACTIVE, Grant.State.EXPIRED),
    )


def grant_history(grant: Grant) -> tuple[GrantEvent, ...]:
    """Return everything that happened to a grant, newest first; who may see a grant may see all of it. One query."""
    return tuple(_grant_event(entry) for entry in history_of("grant", grant.code) if entry.action not in _UNTOLD)


_UNTOLD = ("sharing.issue_trial_token",)
"""No event of the grant's: a trial leaves evidence instead."""


def _grant_event(entry: Entry) -> GrantEvent:
    before, after = entry.before or {}, entry.after or {}
    known = "spec" if "fields" in after else "state"
    return GrantEvent(
        at=entry.at,
        action=entry.action.partition(".")[2],
        who=entry.who,
        organisation=entry.organisation,
        reason=entry.reason or str(after.get("reason", "")),
        changes=_changes(before, after) if known == "spec" and before else (),
    )


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[tuple[str, str, str], ...]:
    names = [name for name in _PARTS if before.get(name) != after.get(name)]
    return tuple((name, _part(before.get(name)), _part(after.get(name))) for name in names)


_PARTS = ("purpose", "legal_basis", "fields", "clear", "kinds", "row_filter", "quota", "valid_from", "valid_to")


def _part(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(
            f"{one['field']} ∈ {', '.join(one['values'])}" if isinstance(one, dict) else str(one) for one in value
        )
    return "" if value in (None, 0) else str(value)


def app_page(viewer: Viewer, code: str) -> AppPage:
    """Return one consumer app with its grants. Three queries, and those of the viewer's scope.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    row = access_app(viewer, code)
    grants = _with_names(Grant.objects.visible_to(viewer).filter(app=row))
    return AppPage(
        code=row.code,
        title=row.shown_title,
        organisation=row.organisation.shown_short,
        active=row.active,
        reason=row.reason,
        has_secret=bool(row.secret_hash),
        grants=tuple(grant_row(grant) for grant in grants),
        may_keep=may_keep_app(viewer, row),
        may_resume=isinstance(viewer, User) and viewer.has_role("bureau"),
    )


def app_list(viewer: Viewer) -> tuple[AppRow, ...]:
    """Return the consumer apps that ``viewer`` may see. Two queries, and those of the viewer's scope."""
    active = Grant.objects.filter(state=Grant.State.ACTIVE).order_by()
    grants = dict(active.values_list("app__code").annotate(Count("pk")))
    return tuple(
        AppRow(
            code=row.code,
            title=row.shown_title,
            organisation=row.organisation.shown_short,
            active=row.active,
            grants=grants.get(row.code, 0),
        )
        for row in ConsumerApp.objects.visible_to(viewer).select_related("organisation")
    )


def explain_call(
    viewer: Viewer,
    *,
    grant: str,
    app: str = "",
    service: str = "",
    kind: sharing.ServiceKind = "records",
    fields: tuple[str, ...] | None = None,
    keys: int = 1,
) -> tuple[RuleOutcome, ...]:
    """Say rule by rule whether the gateway would answer a call, by the policy it enforces now.

    Args:
        grant: code of the grant, which ``viewer`` must be able to see.
        app, service: codes; those of the grant when empty.

    Raises:
        Terminal: ``people.not_found``, ``sharing.no_policy`` before the first policy was written.
    """
    row = access_grant(viewer, grant)
    policy = the_serving_store().read_policy()
    if policy is None:
        raise Terminal("sharing.no_policy")
    return explain(
        policy,
        app=app or row.app.code,
        service=service or row.service.code,
        grant=grant,
        kind=kind,
        fields=fields,
        keys=keys,
        used=keys_used_today(grant),
    )


def services_of_item(code: str) -> tuple[Service, ...]:
    """Return the services that make an item available. One query."""
    return tuple(Service.objects.filter(items__code=code))


def services_of_tables(viewer: Viewer, tables: Iterable[str]) -> tuple[Service, ...]:
    """Return the services over ``tables`` (``schema.name``) that ``viewer`` may see. One query."""
    return tuple(Service.objects.visible_to(viewer).filter(table__in=set(tables)).order_by("code"))


def service_names(codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return titles of services in Chinese and English, by code. One query."""
    rows = Service.objects.filter(code__in=tuple(codes)).values_list("code", "title", "title_en")
    return {code: (title, title_en) for code, title, title_en in rows}


def active_grant_counts() -> dict[str, int]:
    """Return active grants by code of the service. One query."""
    rows = Grant.objects.filter(state=Grant.State.ACTIVE).order_by()
    return dict(rows.values_list("service__code").annotate(Count("pk")))


def owners() -> Owners:
    """Return whose each app and each service is, for the evidence ledger. Two queries."""
    return Owners(
        of_app=dict(ConsumerApp.objects.values_list("code", "organisation")),
        of_service=dict(Service.objects.values_list("code", "provider")),
    )


@read_once
def declared_services() -> tuple[sharing.Service, ...]:
    """Return every service as declared. One query."""
    return tuple(row.as_spec() for row in Service.objects.order_by("pk"))


def declared_apps() -> tuple[sharing.ConsumerApp, ...]:
    """Return every consumer app as declared, without secrets. One query."""
    return tuple(row.as_spec() for row in ConsumerApp.objects.order_by("pk"))


def grants_by_code(codes: Collection[str]) -> dict[str, sharing.Grant]:
    """Return grants as declared, by code. One query."""
    return {row.code: row.as_spec() for row in Grant.objects.filter(code__in=codes)}


def declared_grants() -> tuple[sharing.Grant, ...]:
    """Return every grant as declared, but for revoked ones. One query."""
    return tuple(row.as_spec() for row in Grant.objects.exclude(state=Grant.State.REVOKED).order_by("pk"))
