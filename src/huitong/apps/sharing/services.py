"""Writes of sharing. Each one that changes what the gateway may do, rewrites the policy after its commit."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from typing import TypeVar, cast

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.module_loading import import_string

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code, system_by_code
from huitong.apps.catalog.selectors import items_by_code
from huitong.apps.ledger.services import record_audit
from huitong.apps.sharing.consumers import link_app, register_app, require_app_keeper, resume_app, suspend_app
from huitong.apps.sharing.grant_life import (
    advance_grants,
    change_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
    withdraw_grant,
)
from huitong.apps.sharing.models import ConsumerApp, Grant, Service
from huitong.apps.sharing.policy import policy_after_commit, write_policy
from huitong.apps.sharing.selectors import access_app, access_grant
from huitong.apps.sharing.specs import GrantState, IssuedSecret, SecretIssued, TrialToken
from huitong.apps.sharing.telling import tell_of_grant
from huitong.engine.declarations import sharing
from huitong.foundation.errors import Terminal
from huitong.foundation.hashing import hash_secret, new_secret

__all__ = [
    "advance_grants",
    "change_grant",
    "link_app",
    "register_app",
    "resume_app",
    "resume_grant",
    "revoke_grant",
    "suspend_app",
    "suspend_grant",
    "withdraw_grant",
    "write_policy",
]

R = TypeVar("R", Service, ConsumerApp)


@transaction.atomic
def put_service(acting_user: User, *, spec: sharing.Service) -> Service:
    """Create or change a service.

    Raises:
        Terminal: ``people.not_found`` when the provider is unknown.
    """
    row = Service.objects.filter(code=spec.code).first() or Service(code=spec.code)
    before = row.as_spec() if row.pk else None
    row.provider = organisation_by_code(spec.provider)
    row.title, row.title_en, row.table, row.key = spec.title, spec.title_en, spec.table, spec.key
    row.kinds = list(spec.kinds)
    row.set_spec(spec)
    row.save()
    row.items.set(items_by_code(spec.items).values())
    record_audit(acting_user, action="sharing.put_service", kind="service", target=spec.code, before=before, after=spec)
    policy_after_commit()
    return row


@transaction.atomic
def remove_service(acting_user: User, *, code: str) -> None:
    """Remove a service that has no grants.

    Raises:
        Terminal: ``people.not_found``, ``sharing.still_granted``.
    """
    row = _found(Service.objects.filter(code=code).first(), code)
    _delete_ungranted(row, code)
    record_audit(acting_user, action="sharing.remove_service", kind="service", target=code, before=row.as_spec())
    policy_after_commit()


@transaction.atomic
def put_app(acting_user: User, *, spec: sharing.ConsumerApp) -> ConsumerApp:
    """Create or change a consumer app; sets its secret only where the spec has one that is not set yet.

    Raises:
        Terminal: ``people.not_found`` when the organisation is unknown.
    """
    row = ConsumerApp.objects.filter(code=spec.code).first() or ConsumerApp(code=spec.code)
    before = row.as_spec() if row.pk else None
    kept = without_secret(spec)
    row.organisation = organisation_by_code(spec.organisation)
    row.system = system_by_code(spec.system) if spec.system else None
    row.title, row.title_en = spec.title, spec.title_en  # what was suspended stays so
    digest = secret_digest(spec)
    if digest and digest != row.declared_secret:
        row.secret_hash, row.declared_secret = hash_secret(spec.secret), digest
    row.set_spec(kept)
    row.save()
    record_audit(acting_user, action="sharing.put_app", kind="app", target=spec.code, before=before, after=kept)
    policy_after_commit()
    return row


def without_secret(spec: sharing.ConsumerApp) -> sharing.ConsumerApp:
    """Return what may be kept and shown of a declared app."""
    return msgspec.structs.replace(spec, secret="")


def secret_digest(spec: sharing.ConsumerApp) -> str:
    """Return the keyed digest that tells whether a declared secret has been set already; "" without one."""
    if not spec.secret:
        return ""
    text = f"declared secret\x1f{spec.code}\x1f{spec.secret}"
    return hmac.new(settings.HUITONG.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def remove_app(acting_user: User, *, code: str) -> None:
    """Remove a consumer app that has no grants.

    Raises:
        Terminal: ``people.not_found``, ``sharing.still_granted``.
    """
    row = _found(ConsumerApp.objects.filter(code=code).first(), code)
    _delete_ungranted(row, code)
    record_audit(acting_user, action="sharing.remove_app", kind="app", target=code, before=row.as_spec())
    policy_after_commit()


def _delete_ungranted(row: Service | ConsumerApp, code: str) -> None:
    row.grants.filter(state=Grant.State.REVOKED).delete()
    try:
        row.delete()
    except ProtectedError as error:
        grants = "、".join(sorted(str(grant) for grant in error.protected_objects)[:5])
        raise Terminal("sharing.still_granted", code=code, grants=grants) from error


@transaction.atomic
def issue_secret(acting_user: User, *, app: str) -> IssuedSecret:
    """Give an app a new secret and end the old one and its tokens. It is returned once and kept by nobody.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the bureau or the app's own developer or data
            officer asks.
    """
    row = access_app(acting_user, app)
    require_app_keeper(acting_user, row)
    secret = new_secret()
    row.secret_hash, row.declared_secret = hash_secret(secret), ""
    row.save()
    record_audit(acting_user, action="sharing.issue_secret", kind="app", target=app, after=SecretIssued(app=app))
    policy_after_commit()
    return IssuedSecret(client_id=app, client_secret=secret)


@transaction.atomic
def put_grant(acting_user: User, *, spec: sharing.Grant) -> Grant:
    """Create or change a grant; a revoked or expired one becomes active again.

    Raises:
        Terminal: ``people.not_found`` when app or service is unknown, ``sharing.field_not_offered``,
            ``people.invalid_input`` for a bad date.
    """
    row = Grant.objects.filter(code=spec.code).first() or Grant(code=spec.code)
    before = row.as_spec() if row.pk else None
    row.app = _found(ConsumerApp.objects.filter(code=spec.app).first(), spec.app)
    row.service = _found(Service.objects.filter(code=spec.service).first(), spec.service)
    offered = row.service.as_spec()
    missing = [name for name in (*spec.fields, *spec.clear) if name not in offered.fields]
    if missing:
        raise Terminal("sharing.field_not_offered", grant=spec.code, service=spec.service, field=missing[0])
    row.purpose, row.purpose_en, row.legal_basis = spec.purpose, spec.purpose_en, spec.legal_basis
    row.valid_from, row.valid_to = _date(spec.valid_from, "valid_from"), _date(spec.valid_to, "valid_to")
    if row.state in (Grant.State.REVOKED, Grant.State.EXPIRED):
        row.state, row.reason = Grant.State.ACTIVE, ""
    row.warned_on = None
    row.set_spec(spec)
    row.save()
    record_audit(acting_user, action="sharing.put_grant", kind="grant", target=spec.code, before=before, after=spec)
    if before is not None and before != spec:
        tell_of_grant(row, "changed", acting_user=acting_user)
    policy_after_commit()
    return row


def issue_trial_token(acting_user: User, *, grant: str) -> TrialToken:
    """Return a short-lived token with which the service page calls the gateway; every such call leaves its evidence.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the viewer works for the organisation that holds
            the grant (in the demo the bureau may too).
    """
    row = access_grant(acting_user, grant)
    holds = row.app.organisation_id in acting_user.scope.organisations
    if not (holds or (settings.HUITONG.demo and acting_user.has_role("bureau"))):
        raise Terminal("people.not_allowed", login=acting_user.login)
    issue = cast("Callable[[str, str], tuple[str, int]]", import_string(settings.GATEWAY_TOKEN_ISSUER))
    token, seconds = issue(row.app.code, row.app.secret_hash)
    with transaction.atomic():
        state = GrantState(code=grant, state=row.state)
        record_audit(acting_user, action="sharing.issue_trial_token", kind="grant", target=grant, after=state)
    return TrialToken(access_token=token, expires_in=seconds, grant=grant)


def _found(row: R | None, code: str) -> R:
    if row is None:
        raise Terminal("people.not_found", kind="service or app", code=code)
    return row


def _date(text: str, field: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Terminal("people.invalid_input", field=field, reason=text) from error
