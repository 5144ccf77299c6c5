"""Reads of accounts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.accounts.specs import OrganisationNode, Persona
from huitong.apps.accounts.visibility import Scope, Viewer, scope_of
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
]


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
    """Return the accounts one may step into with a click: those of the pack, in the demo; none elsewhere. Two queries."""
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
