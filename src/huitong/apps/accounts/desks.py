"""Which desk somebody sits at: one of several posts, or the whole city seen through one department.

The choice is kept in the session and applied to the user of each request. It narrows what lists show and never widens
it: a post must be one of the user's own, and only who sees everything may look at a department alone. Both are looked
up again at each request, so that a post that was taken away is left at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from huitong.apps.accounts.models import Membership, Organisation, User
from huitong.apps.accounts.visibility import OFFICIALS, SEE_EVERYTHING
from huitong.foundation.errors import Terminal

DESK = "huitong_desk"
"""In the session: ``post:<role>:<organisation>``, ``only:<organisation>``; absent for everything."""
_WORKED_OUT = ("roles", "posts", "scope", "_reach")


@dataclass(frozen=True)
class Post:
    """A post to choose."""

    value: str
    role: str
    organisation: str
    current: bool


def posts_of(user: User) -> tuple[Post, ...]:
    """Return the posts that ``user`` may choose from; none for who has but one. No query of its own."""
    rows = [row for row in user.all_memberships if row.organisation is not None and row.role in OFFICIALS]
    if len(rows) < 2:
        return ()
    return tuple(
        Post(_value(row), row.role, row.organisation.shown_short if row.organisation else "", row == user.post)
        for row in rows
    )


def looks_at_departments(user: User) -> bool:
    """Tell whether ``user``, at the desk they sit at, may look at one department alone."""
    return user.is_active and user.has_role(*SEE_EVERYTHING)


def choose_desk(request: HttpRequest, user: User, value: str) -> None:
    """Keep a choice in the session; "" chooses everything again.

    Raises:
        Terminal: ``accounts.no_such_desk`` for a post that is not the user's, or a department that they may not choose.
    """
    if not value:
        request.session.pop(DESK, None)
    elif sit_at(user, value):
        request.session[DESK] = value
    else:
        raise Terminal("accounts.no_such_desk", login=user.login)


def take_desk(request: HttpRequest, user: User) -> None:
    """Apply what the session holds to the user of this request; what no longer holds is forgotten."""
    value = request.session.get(DESK, "")
    if value and not sit_at(user, str(value)):
        request.session.pop(DESK, None)


def sit_at(user: User, value: str) -> bool:
    """Let ``user`` act in a post or look at a department, until the end of the request; False when they may not."""
    kind, _, rest = value.partition(":")
    user.post = user.department = None
    if kind == "post":
        user.post = next((row for row in user.all_memberships if _value(row) == value and row.organisation), None)
        if user.post is not None:
            user.organisation = user.post.organisation
    for name in _WORKED_OUT:
        user.__dict__.pop(name, None)
    if kind == "only" and looks_at_departments(user):
        user.department = Organisation.objects.filter(code=rest).first()
    return user.post is not None or user.department is not None


def _value(row: Membership) -> str:
    return f"post:{row.role}:{row.organisation.code if row.organisation else ''}"
