"""Writes of accounts: declared organisations, systems and users; personas."""

from __future__ import annotations

import hashlib
import hmac

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login as django_login
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from huitong.apps.accounts.calendar_days import confirm_calendar_year, enter_calendar_notice, set_calendar_day
from huitong.apps.accounts.models import Membership, Organisation, System, User
from huitong.apps.accounts.process_token import announce_process, is_process_token, process_token, withdraw_process
from huitong.apps.accounts.selectors import (
    SYSTEM_LOGIN,
    organisation_by_code,
    system_by_code,
    user_by_login,
)
from huitong.apps.accounts.sessions import METHOD, end_sessions
from huitong.apps.accounts.specs import SignInSpec
from huitong.apps.accounts.tree_watch import tree_changed
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import people
from huitong.foundation.errors import Terminal

__all__ = [
    "announce_process",
    "confirm_calendar_year",
    "enter_calendar_notice",
    "is_process_token",
    "process_token",
    "set_calendar_day",
    "withdraw_process",
]


def system_user() -> User:
    """Return the account that commands and schedules act as; nobody can sign in to it."""
    spec = people.User(login=SYSTEM_LOGIN, name="系统", name_en="System", role="bureau")
    found = User.objects.filter(login=SYSTEM_LOGIN).first()
    if found is not None:
        return found
    with transaction.atomic():
        user, created = User.objects.get_or_create(
            login=SYSTEM_LOGIN, defaults={"name": spec.name, "name_en": spec.name_en, "spec": {}, "digest": ""}
        )
        if created:
            user.set_spec(spec)
            user.set_unusable_password()
            user.save()
            Membership.objects.create(user=user, role="bureau")
    return user


@transaction.atomic
def put_organisation(acting_user: User, *, spec: people.Organisation) -> Organisation:
    """Create or change an organisation, and move what is below it when its superior changes.

    Raises:
        Terminal: ``people.not_found`` when the superior is unknown, ``accounts.organisation_cycle`` when the superior
            is below the organisation itself.
    """
    row = Organisation.objects.filter(code=spec.code).first() or Organisation(code=spec.code)
    before, old_path = (row.as_spec(), row.path) if row.pk else (None, "")
    row.superior = organisation_by_code(spec.superior) if spec.superior else None
    row.path = f"{row.superior.path if row.superior else '/'}{spec.code}/"
    if old_path and row.superior and row.superior.path.startswith(old_path):
        raise Terminal("accounts.organisation_cycle", code=spec.code, superior=spec.superior)
    row.title, row.title_en = spec.title, spec.title_en
    row.short, row.short_en = spec.short, spec.short_en
    row.kind, row.division, row.uscc = spec.kind, spec.division, spec.uscc
    row.set_spec(spec)
    row.save()
    if old_path and old_path != row.path:
        _move_below(old_path, row.path)
        tree_changed(row)
    record_audit(
        acting_user,
        action="accounts.put_organisation",
        kind="organisation",
        target=spec.code,
        before=before,
        after=spec,
    )
    return row


def _move_below(old: str, new: str) -> None:
    below = list(Organisation.objects.within(old).exclude(path=new))
    for row in below:
        row.path = new + row.path.removeprefix(old)
    Organisation.objects.bulk_update(below, ["path"], batch_size=500)


@transaction.atomic
def remove_organisation(acting_user: User, *, code: str) -> None:
    """Remove an organisation that nothing belongs to any more.

    Raises:
        Terminal: ``accounts.organisation_in_use`` names what still belongs to it.
    """
    row = organisation_by_code(code)
    _delete_unused(row, code)
    record_audit(
        acting_user, action="accounts.remove_organisation", kind="organisation", target=code, before=row.as_spec()
    )


@transaction.atomic
def put_system(acting_user: User, *, spec: people.System) -> System:
    """Create or change an information system.

    Raises:
        Terminal: ``people.not_found`` when the organisation or the successor is unknown.
    """
    row = System.objects.filter(code=spec.code).first() or System(code=spec.code)
    before = row.as_spec() if row.pk else None
    row.organisation = organisation_by_code(spec.organisation)
    row.title, row.title_en, row.level, row.state = spec.title, spec.title_en, spec.level, spec.state
    row.abstract, row.host = spec.abstract, spec.host
    row.successor = system_by_code(spec.successor) if spec.successor else None
    row.set_spec(spec)
    row.save()
    record_audit(acting_user, action="accounts.put_system", kind="system", target=spec.code, before=before, after=spec)
    return row


@transaction.atomic
def remove_system(acting_user: User, *, code: str) -> None:
    """Remove an information system that nothing is linked to.

    Raises:
        Terminal: ``accounts.organisation_in_use`` names what still belongs to it.
    """
    row = System.objects.get(code=code)
    _delete_unused(row, code)
    record_audit(acting_user, action="accounts.remove_system", kind="system", target=code, before=row.as_spec())


def _delete_unused(row: Organisation | System, code: str) -> None:
    try:
        row.delete()
    except ProtectedError as error:
        users = sorted({str(thing) for thing in error.protected_objects})
        raise Terminal("accounts.organisation_in_use", code=code, users="、".join(users[:5])) from error


@transaction.atomic
def put_user(acting_user: User, *, spec: people.User) -> User:
    """Create or change a user and the posts; sets the password only where the spec has one that is not set yet.

    Raises:
        Terminal: ``people.not_found`` when the organisation is unknown, ``accounts.reserved_login``.
    """
    if spec.login == SYSTEM_LOGIN:
        raise Terminal("accounts.reserved_login", login=spec.login)
    row = User.objects.filter(login=spec.login).first() or User(login=spec.login)
    before = row.as_spec() if row.pk else None
    kept = without_password(spec)
    row.name, row.name_en, row.person, row.is_active = spec.name, spec.name_en, spec.person, True
    row.email = spec.email or row.email  # one's own is kept where none is declared
    row.organisation = organisation_by_code(spec.organisation) if spec.organisation else None
    _set_declared_password(row, spec)
    row.set_spec(kept)
    row.save()
    _set_posts(row, spec)
    record_audit(acting_user, action="accounts.put_user", kind="user", target=spec.login, before=before, after=kept)
    return row


def _set_posts(row: User, spec: people.User) -> None:
    """The main post first: pages name it where they name one."""
    row.memberships.all().delete()
    posts = {(spec.role, spec.organisation): row.organisation}
    posts |= {(post.role, post.organisation): organisation_by_code(post.organisation) for post in spec.posts}
    for (role, _code), organisation in posts.items():
        Membership.objects.create(user=row, role=role, organisation=organisation)


def without_password(spec: people.User) -> people.User:
    """Return what may be kept and shown of a declared user."""
    return people.User(
        login=spec.login,
        name=spec.name,
        name_en=spec.name_en,
        organisation=spec.organisation,
        role=spec.role,
        person=spec.person,
        email=spec.email,
        posts=spec.posts,
    )


def password_digest(spec: people.User) -> str:
    """Return the keyed digest that tells whether a declared password has been set already; "" without one."""
    if not spec.password:
        return ""
    text = f"declared password\x1f{spec.login}\x1f{spec.password}"
    return hmac.new(settings.HUITONG.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _set_declared_password(row: User, spec: people.User) -> None:
    digest = password_digest(spec)
    if digest and digest != row.declared_password:
        row.set_password(spec.password)
        row.declared_password = digest
    elif not row.password:
        row.set_unusable_password()


@transaction.atomic
def deactivate_user(acting_user: User, *, login: str) -> None:
    """End an account. The row stays, because the ledgers name it.

    Raises:
        Terminal: ``people.not_found``.
    """
    row = user_by_login(login)
    row.is_active = False
    row.organisation = None
    row.declared_password = ""
    row.set_unusable_password()
    row.save()
    row.memberships.all().delete()
    record_audit(acting_user, action="accounts.deactivate_user", kind="user", target=login, before=row.as_spec())


def switch_persona(request: HttpRequest, *, login: str) -> User:
    """Step into an account of the demo without a password, as if it had signed in.

    Raises:
        Terminal: ``accounts.personas_off`` outside the demo, or for an account that no demo pack declared.
    """
    user = User.objects.filter(login=login, is_active=True).exclude(declared_password="").first()
    if not settings.HUITONG.demo or user is None:
        raise Terminal("accounts.personas_off", login=login)
    with transaction.atomic():
        request.session[METHOD] = "persona"
        django_login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        record_authentication(request, user, method="persona", reauthenticated=True)
        record_audit(user, action="accounts.switch_persona", kind="user", target=login, after=SignInSpec(login=login))
    return user


@transaction.atomic
def note_password_change(acting_user: User, *, but: str) -> None:
    """Audit that somebody changed their own password, and end their sessions but for the one with the key ``but``."""
    end_sessions(acting_user, user=acting_user, but=but)
    record_audit(
        acting_user,
        action="accounts.set_password",
        kind="user",
        target=acting_user.login,
        after=SignInSpec(login=acting_user.login),
    )
