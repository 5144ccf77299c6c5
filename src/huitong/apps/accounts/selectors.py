"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from huitong.apps.accounts.models import CalendarDay, CalendarYear, Membership, Organisation, System, User
from huitong.apps.accounts.specs import OrganisationNode, Persona
from huitong.apps.accounts.visibility import OFFICIALS, Scope, Viewer, scope_of
from huitong.apps.declared import in_language
from huitong.apps.ledger.owners import Owners
from huitong.apps.reading import read_once
from huitong.engine.declarations import people
from huitong.foundation import calendar as foundation_calendar
from huitong.foundation.calendar import WorkingCalendar, seeded_calendar
from huitong.foundation.errors import Terminal

__all__ = [
    "Scope",
    "Viewer",
    "bureau_users",
    "escalation_target",
    "home_division",
    "officials_of",
    "organisation_by_code",
    "organisation_tree",
    "organisations_like",
    "personas",
    "require_bureau",
    "require_official",
    "require_signed_in",
    "require_user",
    "scope_of",
    "system_by_code",
    "the_bureau",
    "user_by_login",
    "users_for",
    "working_calendar",
]

SYSTEM_LOGIN = "system"
_OF_NODES = ("code", "title", "title_en", "short", "short_en", "kind", "division", "path")
_OF_ORGANISATIONS = tuple(f"user__organisation__{name}" for name in ("short", "title", "short_en", "title_en"))
_OF_PERSONAS = ("role", "user__login", "user__name", "user__name_en", *_OF_ORGANISATIONS)
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


def the_bureau() -> Organisation:
    """Return the bureau: the first organisation of that kind.

    Raises:
        Terminal: ``people.not_found`` where none is declared.
    """
    found = Organisation.objects.filter(kind="bureau").first()
    if found is None:
        raise Terminal("people.not_found", kind="organisation", code="bureau")
    return found


def escalation_target(organisation: int) -> Organisation | None:
    """Return the nearest superior in which somebody works; None where there is nobody above. Two queries."""
    path = Organisation.objects.values_list("path", flat=True).get(pk=organisation)
    codes = path.strip("/").split("/")[:-1]
    above = Organisation.objects.filter(code__in=codes, users__is_active=True).distinct()
    return max(above, key=lambda one: len(one.path), default=None)


def users_for(organisation: int, roles: Iterable[str]) -> list[User]:
    """Return the active users with one of ``roles`` in exactly this organisation. One query."""
    found = User.objects.filter(is_active=True, memberships__organisation=organisation, memberships__role__in=roles)
    return list(found.distinct())


def officials_of(organisation: int) -> list[User]:
    """Return the active officials of exactly this organisation. One query."""
    return users_for(organisation, OFFICIALS)


def bureau_users() -> list[User]:
    """Return everybody of the bureau who can be told something. One query."""
    people_there = User.objects.filter(is_active=True, memberships__role="bureau").exclude(login=SYSTEM_LOGIN)
    return list(people_there.distinct())


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
    rows = Organisation.objects.visible_to(viewer)
    return tuple(
        OrganisationNode(
            code=code,
            title=in_language(title, title_en),
            short=in_language(short or title, short_en or title_en),
            kind=kind,
            division=division,
            superior=path.split("/")[-3],
            depth=path.count("/") - 2,
            names=tuple(name for name in (title, short, title_en, short_en) if name),
        )
        for code, title, title_en, short, short_en, kind, division, path in rows.values_list(*_OF_NODES)
    )


def organisations_like(text: str, *, exactly: bool = False, limit: int = 12) -> tuple[Organisation, ...]:
    """Return organisations by name, short name or code, in order of the tree. One query.

    Args:
        text: what somebody typed.
        exactly: only those called just so; else those with ``text`` anywhere in it.
        limit: at most so many.
    """
    how = "iexact" if exactly else "icontains"
    wanted = Q()
    for name in ("title", "title_en", "short", "code"):
        wanted |= Q(**{f"{name}__{how}": text.strip()})
    return tuple(Organisation.objects.filter(wanted)[:limit])


def organisation_names() -> dict[str, tuple[str, str]]:
    """Return title and unified social credit code of every organisation, by code, in order of the tree. One query."""
    rows = Organisation.objects.values_list("code", "title", "uscc")
    return {code: (title, uscc) for code, title, uscc in rows}


def root_titles() -> tuple[str, str]:
    """Return the city government's name in Chinese and English, "" where there is none. One query."""
    found = Organisation.objects.filter(superior=None).values_list("title", "title_en").first()
    return found or ("", "")


def system_names() -> dict[str, str]:
    """Return the Chinese title of every information system, by code. One query."""
    return dict(System.objects.values_list("code", "title"))


def may_write_for(viewer: Viewer) -> tuple[Organisation, ...]:
    """Return the organisations whose catalog somebody writes: the bureau all, a data officer the own. One query."""
    if viewer.is_anonymous or not viewer.has_role("bureau", "data_officer"):
        return ()
    rows = Organisation.objects.all()
    return tuple(rows if viewer.has_role("bureau") else rows.filter(pk__in=viewer.answers_in("data_officer")))


def systems_of(viewer: Viewer, organisation: str) -> tuple[tuple[str, str], ...]:
    """Return code and title of an organisation's systems that ``viewer`` may see. One query."""
    rows = System.objects.visible_to(viewer).filter(organisation__code=organisation)
    return tuple((row.code, row.shown_title) for row in rows)


def system_titles() -> tuple[str, ...]:
    """Return the Chinese titles of all information systems. One query."""
    return tuple(System.objects.values_list("title", flat=True))


def home_division() -> str:
    """Return the division of the organisation at the root, whose city this is; "" when there is not one. One query."""
    codes = Organisation.objects.filter(superior=None).exclude(division="").values_list("division", flat=True)[:2]
    return codes[0] if len(codes) == 1 else ""


def personas() -> tuple[Persona, ...]:
    """Return the accounts one may step into with a click: in the demo those of the pack, elsewhere none."""
    if not settings.HUITONG.demo:
        return ()
    posts = (
        Membership.objects.filter(user__is_active=True).exclude(user__declared_password="").order_by("user_id", "pk")
    )
    found: dict[str, Persona] = {}
    for role, login, name, name_en, short, title, short_en, title_en in posts.values_list(*_OF_PERSONAS):
        organisation = in_language(short or title or "", short_en or title_en or "")
        found.setdefault(
            login, Persona(login, in_language(name, name_en), role, organisation)
        )  # the main post is first
    return tuple(found.values())


def main_role(user: User) -> str:
    """Return the role of the main post, of a user read with memberships; "" without any."""
    first = min(user.memberships.all(), key=lambda one: one.pk, default=None)
    return first.role if first else ""


def require_signed_in(viewer: Viewer) -> User:
    """Return the viewer as a user, official or citizen.

    Raises:
        Terminal: ``people.sign_in_needed`` for nobody.
    """
    _require_user(viewer)
    if isinstance(viewer, AnonymousUser):
        raise Terminal("people.sign_in_needed")
    return viewer


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


def require_user(viewer: Viewer) -> User:
    """Return the viewer as a user.

    Raises:
        Terminal: ``people.sign_in_needed`` for nobody.
    """
    _require_user(viewer)
    if isinstance(viewer, AnonymousUser):
        raise Terminal("people.sign_in_needed")
    return viewer


def _require_user(viewer: Viewer) -> Scope:
    scope = scope_of(viewer)
    if scope.user is None:
        raise Terminal("people.sign_in_needed")
    return scope


def organisations_by_id(ids: Iterable[int]) -> tuple[Organisation, ...]:
    """Return organisations in order of the tree. One query."""
    return tuple(Organisation.objects.filter(pk__in=tuple(ids)))


def all_organisations() -> tuple[Organisation, ...]:
    """Return every organisation, each after its superior. One query."""
    return tuple(Organisation.objects.order_by("path"))


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


@read_once
def working_calendar() -> WorkingCalendar:
    """Return the city's working days: the official calendar with what has been edited. Two queries."""
    days = (foundation_calendar.CalendarDay(row.day, row.working, row.note) for row in CalendarDay.objects.all())
    years = CalendarYear.objects.values_list("year", flat=True)
    return seeded_calendar().with_changes(days, years)


def desk_owners() -> Owners:
    """Return whose desk ``desk:<organisation>`` in the evidence ledger is. One query."""
    return Owners(of_app={f"desk:{code}": pk for code, pk in Organisation.objects.values_list("code", "pk")})
