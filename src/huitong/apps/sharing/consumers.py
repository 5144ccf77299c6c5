"""Consumer apps: registered by the department whose program calls, suspended when something is wrong with one."""

from __future__ import annotations

import re

import msgspec
from django.db import transaction

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.accounts.selectors import organisation_by_code
from huitong.apps.ledger.services import record_audit
from huitong.apps.sharing.models import ConsumerApp
from huitong.apps.sharing.policy import policy_after_commit
from huitong.apps.sharing.selectors import access_app, may_keep_app
from huitong.apps.sharing.specs import AppState
from huitong.engine.declarations import sharing
from huitong.foundation.errors import Terminal

CODE = re.compile(r"[a-z][a-z0-9-]{2,39}")


def require_app_keeper(user: User, app: ConsumerApp) -> None:
    """Let pass the bureau, and the developers and data officers of the app's organisation.

    Raises:
        Terminal: ``people.not_allowed``.
    """
    if not may_keep_app(user, app):
        raise Terminal("people.not_allowed", login=user.login)


@transaction.atomic
def register_app(
    acting_user: User, *, code: str, title: str, title_en: str = "", organisation: str = "", system: str = ""
) -> ConsumerApp:
    """Register a program that will call services. It can do nothing before it has a secret and a grant.

    Args:
        code: its name at the gateway (``client_id``): small letters, digits and hyphens.
        organisation: code; the user's own where it is left out. Only the bureau registers for others.
        system: code of the information system that will call, where it is registered.

    Raises:
        Terminal: ``people.not_allowed``, ``people.not_found``, ``sharing.bad_app_code``, ``sharing.app_exists``,
            ``sharing.app_untitled``.
    """
    owner = organisation_by_code(organisation) if organisation else acting_user.organisation
    allowed = owner is not None and acting_user.acts_for(owner.pk, ("developer", "data_officer"))
    if owner is None or not (allowed or acting_user.has_role("bureau")):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if not CODE.fullmatch(code):
        raise Terminal("sharing.bad_app_code", code=code)
    if not title.strip():
        raise Terminal("sharing.app_untitled", code=code)
    if ConsumerApp.objects.filter(code=code).exists():
        raise Terminal("sharing.app_exists", code=code)
    spec = sharing.ConsumerApp(
        code=code, title=title.strip()[:200], title_en=title_en.strip()[:300], organisation=owner.code, system=system
    )
    row = ConsumerApp(code=code, title=spec.title, title_en=spec.title_en, organisation=owner)
    row.system = _system(owner, system)
    row.set_spec(spec)
    row.save()
    record_audit(acting_user, action="sharing.register_app", kind="app", target=code, after=spec)
    policy_after_commit()
    return row


def _system(owner: Organisation, code: str) -> System | None:
    """Return the owner's system, None for none: nobody calls in the name of another department's.

    Raises:
        Terminal: ``people.not_found``.
    """
    if not code:
        return None
    found = System.objects.filter(code=code, organisation=owner).first()
    if found is None:
        raise Terminal("people.not_found", kind="system", code=code)
    return found


@transaction.atomic
def link_app(acting_user: User, *, app: str, system: str) -> ConsumerApp:
    """Say which information system of its department calls by an app; "" for none.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` as :func:`suspend_app`.
    """
    row = ConsumerApp.objects.select_for_update(of=("self",)).get(pk=access_app(acting_user, app).pk)
    require_app_keeper(acting_user, row)
    before = row.as_spec()
    row.system = _system(row.organisation, system)
    row.set_spec(msgspec.structs.replace(before, system=system))
    row.save()
    record_audit(acting_user, action="sharing.link_app", kind="app", target=app, before=before, after=row.as_spec())
    return row


def suspend_app(acting_user: User, *, app: str, reason: str) -> ConsumerApp:
    """Let an app call nothing for the time being: its tokens are refused from the next policy on.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the bureau or the app's own developer or data
            officer asks, ``sharing.app_reason_missing``, ``sharing.app_wrong_state``.
    """
    return _set_active(acting_user, "sharing.suspend_app", app, reason, active=False)


def resume_app(acting_user: User, *, app: str, reason: str) -> ConsumerApp:
    """Let a suspended app call again. For the bureau only. Raises as :func:`suspend_app`."""
    if not acting_user.has_role("bureau"):
        access_app(acting_user, app)
        raise Terminal("people.not_allowed", login=acting_user.login)
    return _set_active(acting_user, "sharing.resume_app", app, reason, active=True)


@transaction.atomic
def _set_active(acting_user: User, action: str, code: str, reason: str, *, active: bool) -> ConsumerApp:
    row = ConsumerApp.objects.select_for_update(of=("self",)).get(pk=access_app(acting_user, code).pk)
    require_app_keeper(acting_user, row)
    if not reason.strip():
        raise Terminal("sharing.app_reason_missing", code=code)
    if row.active == active:
        raise Terminal("sharing.app_wrong_state", code=code)
    before = AppState(code=code, active=row.active, reason=row.reason)
    row.active, row.reason = active, "" if active else reason.strip()[:300]
    row.save()
    after = AppState(code=code, active=active, reason=reason.strip()[:300])
    record_audit(acting_user, action=action, kind="app", target=code, before=before, after=after)
    policy_after_commit()
    return row
