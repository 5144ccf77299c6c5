"""Who is called in a comment: by name, by login, or ticked in the list of the case's people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from huitong.apps.accounts.models import Membership, User
from huitong.apps.accounts.selectors import SYSTEM_LOGIN
from huitong.apps.accounts.visibility import OFFICIALS, Viewer, scope_of
from huitong.apps.cases.models import Case, Participation
from huitong.foundation.errors import Terminal

LOGIN = re.compile(r"@([A-Za-z0-9_.\-]{1,150})")
NAME = re.compile(r"@([\u3400-\u9fff][\u3400-\u9fff·]{0,9})")
MOST_OFFERED = 40
"""Longer lists are no list to pick from: there a name is typed."""


def may_call(viewer: Viewer) -> bool:
    """Tell whether ``viewer`` may call people of a case, and see who they are: officials, not the citizen it is for."""
    return scope_of(viewer).official


def calls_somebody(text: str, ticked: Iterable[str]) -> bool:
    """Tell whether a comment calls anybody, known or not."""
    return bool(any(ticked) or LOGIN.search(text) or NAME.search(text))


def people_of(case: Case) -> list[tuple[User, str]]:
    """Return whom a comment on a case may call, each with their office: the officials of its parties. One query."""
    organisations = Participation.objects.filter(case=case, organisation__isnull=False).values("organisation")
    posts = Membership.objects.filter(organisation__in=organisations, role__in=OFFICIALS, user__is_active=True)
    posts = posts.exclude(user__login=SYSTEM_LOGIN).select_related("user", "organisation")
    found = {post.user.pk: (post.user, post.organisation.shown_short) for post in posts if post.organisation}
    return sorted(found.values(), key=lambda one: (one[1], one[0].login))


def mentioned_in(text: str, case: Case, ticked: Iterable[str] = ()) -> list[User]:
    """Return the users that a comment calls, each once.

    Args:
        text: with ``@name`` or ``@login`` in it.
        ticked: logins chosen in the list of the case's people.

    Raises:
        Terminal: ``cases.cannot_mention`` for what nobody in the case is called, ``cases.mention_ambiguous`` for a name
            that several of them have.
    """
    named, rest = _named(text, [one for one, _ in people_of(case)])
    logins = list(dict.fromkeys([*ticked, *LOGIN.findall(rest)]))
    known = {user.login: user for user in User.objects.filter(login__in=logins, is_active=True)}
    for login in logins:
        if login not in known or not Case.objects.visible_to(known[login]).filter(pk=case.pk).exists():
            raise Terminal("cases.cannot_mention", login=login)
    unknown = NAME.search(rest)
    if unknown:
        raise Terminal("cases.cannot_mention", login=unknown.group(1))
    return list({user.pk: user for user in (*named, *(known[login] for login in logins))}.values())


def _named(text: str, people: Iterable[User]) -> tuple[list[User], str]:
    """The people whose names follow an ``@``, longest names first, and the text without those calls."""
    by_name: dict[str, list[User]] = {}
    for user in people:
        for name in {user.name, user.name_en} - {""}:
            by_name.setdefault(name, []).append(user)
    found, rest = [], text
    for name in sorted(by_name, key=len, reverse=True):
        if f"@{name}" not in rest:
            continue
        if len(by_name[name]) > 1:
            logins = "、".join(f"@{one.login}" for one in by_name[name])
            raise Terminal("cases.mention_ambiguous", name=name, logins=logins)
        found += by_name[name]
        rest = rest.replace(f"@{name}", " ")
    return found, rest
