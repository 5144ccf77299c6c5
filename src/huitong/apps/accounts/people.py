"""Reads of users with what keeps their accounts safe."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, OuterRef, Q

from huitong.apps.accounts.devices import device_words, method_words
from huitong.apps.accounts.factors import FACTORS
from huitong.apps.accounts.models import SignInAttempt, User
from huitong.apps.accounts.selectors import main_role
from huitong.apps.accounts.sessions import open_sessions
from huitong.apps.accounts.specs import AttemptRow, SessionRow, UserRow
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.paging import PAGE_SIZE, Page, ordered, page_of

SHOWN = 20
"""Attempts shown of an account."""


def session_rows(user: User, *, current: str) -> tuple[SessionRow, ...]:
    """Return where ``user`` is signed in; ``current`` is the key of the reader's own session. Two queries."""
    return tuple(
        SessionRow(
            id=row.pk,
            address=row.address,
            agent=device_words(row.agent),
            method=method_words(row.method),
            started_at=row.started_at,
            seen_at=row.seen_at,
            current=row.session_key == current,
        )
        for row in open_sessions(user)
    )


def attempts_of(user: User) -> tuple[AttemptRow, ...]:
    """Return the last attempts to sign in as ``user``. One query."""
    rows = SignInAttempt.objects.filter(login=user.login)[:SHOWN]
    return tuple(AttemptRow(row.at, row.address, row.agent, row.method, row.outcome) for row in rows)


def user_list(
    viewer: Viewer, *, text: str, role: str, order: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page[UserRow]:
    """Return one page of the accounts that ``viewer`` may see, by login, or by ``sessions`` or ``last_login``.

    Three queries, and those of the viewer's scope.
    """
    factor = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
    rows = User.objects.visible_to(viewer).select_related("organisation").prefetch_related("memberships")
    rows = rows.annotate(with_factor=Exists(factor), open_sessions=Count("sessions", distinct=True))
    if text:
        rows = rows.filter(Q(login__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text))
    if role:
        rows = rows.filter(memberships__role=role)
    rows = ordered(rows, order, {"sessions": "open_sessions", "last_login": F("last_login")})
    return page_of(rows, _user_row, number=number, size=size)


def _user_row(user: User) -> UserRow:
    return UserRow(
        login=user.login,
        name=user.shown_name,
        role=main_role(user),
        organisation=user.organisation.shown_short if user.organisation else "",
        active=user.is_active,
        last_login=user.last_login,
        factor=bool(getattr(user, "with_factor", False)),
        sessions=int(getattr(user, "open_sessions", 0)),
    )
