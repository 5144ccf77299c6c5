"""From services, apps and grants to the one document that the gateway enforces."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping

import msgspec
from django.db import transaction

from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.selectors import declared_items, elements_by_name
from huitong.apps.collection.selectors import the_serving_store
from huitong.apps.libraries.selectors import declared_libraries
from huitong.apps.sharing.models import ConsumerApp, Grant, PolicyState, Service
from huitong.engine.declarations import sharing
from huitong.engine.serving.policy import Policy, ServedApp, ServedField, ServedService
from huitong.foundation.clock import now
from huitong.foundation.errors import HuitongError

log = logging.getLogger(__name__)

Columns = Mapping[str, Mapping[str, str]]
"""Lake table (``base.population``) → column → name of its data element."""


def compile_policy() -> Policy:
    """Return the policy as of now: every service, every app, and the grants active or expired. Six queries.

    ``version`` and ``issued_at`` are those of the last one written.
    """
    state = PolicyState.objects.first() or PolicyState()
    services = tuple(row.as_spec() for row in Service.objects.order_by("pk"))
    columns = served_columns()
    names = {name for spec in services for name in columns.get(spec.table, {}).values()}
    elements = elements_by_name(names)
    apps = ConsumerApp.objects.select_related("organisation").order_by("pk")
    # Expired ones stay: the gateway refuses them by their dates, and can say so.
    grants = Grant.objects.filter(state__in=(Grant.State.ACTIVE, Grant.State.EXPIRED)).order_by("pk")
    return Policy(
        version=state.version,
        issued_at=state.issued_at.isoformat(timespec="seconds") if state.issued_at else "",
        services=tuple(_served(spec, columns.get(spec.table, {}), elements) for spec in services),
        apps=tuple(
            ServedApp(
                code=app.code,
                title=app.title,
                organisation=app.organisation.code,
                secret_hash=app.secret_hash,
                active=app.active,
            )
            for app in apps
        ),
        grants=tuple(grant.as_spec() for grant in grants),
    )


def served_columns() -> Columns:
    """Return which data element each column of each lake table is bound to. Two queries."""
    columns: dict[str, dict[str, str]] = {}
    for item in declared_items():
        columns[f"std.{item.table}"] = {field.std_name: field.element for field in item.fields}
    for library in declared_libraries():
        attributes = {attribute.name: attribute.element for attribute in library.attributes}
        columns[f"base.{library.table}"] = {library.key: library.key_element, **attributes}
    return columns


def _served(spec: sharing.Service, columns: Mapping[str, str], elements: Mapping[str, DataElement]) -> ServedService:
    return ServedService(
        code=spec.code,
        title=spec.title,
        title_en=spec.title_en,
        table=spec.table,
        key=spec.key,
        subject=spec.subject,
        kinds=spec.kinds,
        fields=tuple(_field(name, elements.get(columns.get(name, ""))) for name in spec.fields),
    )


def _field(name: str, element: DataElement | None) -> ServedField:
    if element is None:  # without a standard nobody knows how sensitive it is
        return ServedField(name=name, level=4, mask="full")
    spec = element.as_spec()
    return ServedField(
        name=name,
        type=spec.type,
        title=spec.title,
        title_en=spec.title_en,
        element=spec.code,
        level=spec.level,
        mask=spec.mask,
    )


def policy_after_commit() -> None:
    """Write the policy once the running transaction is committed; the gateway goes by it within a second or two."""
    transaction.on_commit(_try_to_write, robust=True)


def _try_to_write() -> None:
    try:
        write_policy()
    except HuitongError as error:
        # The decision is made and stored; the worker writes the policy as soon as the store can be reached again.
        log.error("the policy could not be written yet: %s", error)


def write_policy() -> bool:
    """Write the policy to the serving store if it differs from the last one written; tell whether it did.

    Raises:
        HuitongError: ``serving.*`` when the store cannot be written.
    """
    with transaction.atomic():
        PolicyState.objects.get_or_create(pk=1)
        state = PolicyState.objects.select_for_update().get(pk=1)
        policy = compile_policy()
        digest = _digest((policy.services, policy.apps, policy.grants))
        if digest == state.digest and the_serving_store().policy_version() is not None:
            return False
        issued = now()
        state.version, state.digest, state.issued_at = state.version + 1, digest, issued
        state.save()
        issued_at = issued.isoformat(timespec="seconds").replace("+00:00", "Z")
        the_serving_store().write_policy(msgspec.structs.replace(policy, version=state.version, issued_at=issued_at))
    return True


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(list(parts))).hexdigest()
