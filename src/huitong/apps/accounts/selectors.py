"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from huitong.apps.accounts.models import CalendarDay, CalendarYear, Organisation, System, User
from huitong.apps.accounts.specs import OrganisationNode, Persona
from huitong.apps.accounts.visibility import Scope, Viewer, scope_of
from huitong.apps.ledger.owners import Owners
from huitong.engine.declarations import people
from huitong.foundation import calendar as foundation_calendar
from huitong.foundation.calendar import WorkingCalendar, seeded_calendar
from huitong.foundation.errors import Terminal

__all__ = [
    "Scope",
    "Viewer",
    "organisation_by_code",
    "organisation_tree",
    "personas",
    "require_bureau",
    "require_official",
    "scope_of",
    "system_by_code",
    "user_by_login",
    "working_calendar",
]

SYSTEM_LOGIN = "system"
"""The account that commands and schedules act as."""


def organisation_by_code(code: str) -> Organisation:
    """Return an organisation.

    Raises:
        Terminal: ``people.not_found``.
    """
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="organisation", code=code)
    return found


def system_by_code(code: str) -> System:
    """Return an information system.

    Raises:
        Terminal: ``people.not_found``.
    """
    found = System.objects.filter(code=code).first()
    if found is None:
        raise Terminal("people.not_found", kind="system", code=code)
    return found


def user_by_login(login: str) -> User:
    """Return an active user.

    Raises:
        Terminal: ``people.not_found``.
    """
    found = User.objects.filter(login=login, is_active=True).first()
    if found is None:
        raise Terminal("people.not_found", kind="user", code=login)
    return found


def organisation_tree(viewer: Viewer) -> tuple[OrganisationNode, ...]:
    """Return all organisations, each after its superior. One query."""
    return tuple(
        OrganisationNode(
            code=row.code,
            title=row.shown_title,
            short=row.shown_short,
            kind=row.kind,
            division=row.division,
            depth=row.path.count("/") - 2,
        )
        for row in Organisation.objects.visible_to(viewer)
    )


def personas() -> tuple[Persona, ...]:
    """Return the accounts one may step into with a click: in the demo those of the pack, elsewhere none."""
    if not settings.HUITONG.demo:
        return ()
    users = User.objects.filter(is_active=True).exclude(declared_password="").select_related("organisation")
    return tuple(
        Persona(
            login=user.login,
            name=user.shown_name,
            role=role,
            organisation=user.organisation.shown_short if user.organisation else "",
        )
        for user in users.order_by("pk").prefetch_related("memberships")
        for role in sorted(membership.role for membership in user.memberships.all())[:1]
    )


def require_official(viewer: Viewer) -> Scope:
    """Return the scope of somebody who works for an organisation.

    Raises:
        Terminal: ``people.sign_in_needed`` for nobody, ``people.not_allowed`` for a citizen.
    """
    scope = _require_user(viewer)
    if not scope.official:
        raise Terminal("people.not_allowed", login=str(viewer))
    return scope


def require_bureau(viewer: Viewer) -> User:
    """Return the viewer as a user of the bureau.

    Raises:
        Terminal: ``people.sign_in_needed`` for nobody, ``people.not_allowed`` for anybody else.
    """
    _require_user(viewer)
    if isinstance(viewer, AnonymousUser) or not viewer.has_role("bureau"):
        raise Terminal("people.not_allowed", login=str(viewer))
    return viewer


def _require_user(viewer: Viewer) -> Scope:
    scope = scope_of(viewer)
    if scope.user is None:
        raise Terminal("people.sign_in_needed")
    return scope


def organisations_by_id(ids: Iterable[int]) -> tuple[Organisation, ...]:
    """Return organisations in order of the tree. One query."""
    return tuple(Organisation.objects.filter(pk__in=tuple(ids)))


def declared_organisations() -> tuple[people.Organisation, ...]:
    """Return every organisation as declared. One query."""
    return tuple(row.as_spec() for row in Organisation.objects.order_by("pk"))


def declared_systems() -> tuple[people.System, ...]:
    """Return every information system as declared. One query."""
    return tuple(row.as_spec() for row in System.objects.order_by("pk"))


def declared_users() -> tuple[people.User, ...]:
    """Return every active user but the system's own as declared, without passwords. One query."""
    rows = User.objects.filter(is_active=True).exclude(login=SYSTEM_LOGIN).order_by("pk")
    return tuple(row.as_spec() for row in rows)


def working_calendar() -> WorkingCalendar:
    """Return the city's working days: the official calendar with what has been edited. Two queries."""
    days = (foundation_calendar.CalendarDay(row.day, row.working, row.note) for row in CalendarDay.objects.all())
    years = CalendarYear.objects.values_list("year", flat=True)
    return seeded_calendar().with_changes(days, years)


def desk_owners() -> Owners:
    """Return whose desk ``desk:<organisation>`` in the evidence ledger is. One query."""
    return Owners(of_app={f"desk:{code}": pk for code, pk in Organisation.objects.values_list("code", "pk")})
