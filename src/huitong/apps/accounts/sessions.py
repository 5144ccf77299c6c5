"""Sessions: where somebody is signed in, kept since sign-in, seen at most every few minutes, ended by a click."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from huitong.apps.accounts.attempts import origin_of
from huitong.apps.accounts.models import SignedIn, User
from huitong.apps.accounts.specs import SessionSpec
from huitong.apps.ledger.services import record_audit
from huitong.foundation.errors import Terminal

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

SEEN = "huitong_seen"
METHOD = "huitong_method"
"""In the session: how its owner signed in."""
EVERY = dt.timedelta(minutes=5)


def begin_session(request: HttpRequest, user: User) -> None:
    """Write down that somebody has signed in here."""
    origin = origin_of(request)
    request.session[SEEN] = timezone.now().timestamp()
    if not request.session.session_key:
        request.session.create()
    SignedIn.objects.update_or_create(
        session_key=str(request.session.session_key),
        defaults={
            "user": user,
            "address": origin.address,
            "agent": origin.agent,
            "method": str(request.session.get(METHOD, ""))[:32],
        },
    )


def see_session(request: HttpRequest) -> None:
    """Note that a session is in use; writes once in :data:`EVERY`."""
    now = timezone.now()
    if now.timestamp() - float(request.session.get(SEEN, 0)) < EVERY.total_seconds():
        return
    request.session[SEEN] = now.timestamp()
    SignedIn.objects.filter(session_key=request.session.session_key).update(seen_at=now)


def open_sessions(user: User) -> tuple[SignedIn, ...]:
    """Return where ``user`` is signed in, last seen first; rows whose session is over are removed. Two queries."""
    rows = list(SignedIn.objects.filter(user=user))
    keys = [row.session_key for row in rows]
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = set(live.values_list("session_key", flat=True))
    gone = [row.pk for row in rows if row.session_key not in alive]
    if gone:
        SignedIn.objects.filter(pk__in=gone).delete()
    return tuple(row for row in rows if row.session_key in alive)


@transaction.atomic
def end_session(acting_user: User, *, session_id: int) -> None:
    """End a session of one's own, or, for the bureau, of anybody: its next request is nobody's.

    Raises:
        Terminal: ``people.not_found``, also for what the acting user may not see.
    """
    row = SignedIn.objects.visible_to(acting_user).select_related("user").filter(pk=session_id).first()
    if row is None:
        raise Terminal("people.not_found", kind="session", code=session_id)
    _end(acting_user, row)


@transaction.atomic
def end_sessions(acting_user: User, *, user: User, but: str = "") -> int:
    """End all sessions of ``user``, but for the one with the key ``but``. Returns how many.

    Raises:
        Terminal: ``people.not_allowed`` for sessions of somebody else, unless the bureau does it.
    """
    if user.pk != acting_user.pk and not acting_user.has_role("bureau"):
        raise Terminal("people.not_allowed", login=str(acting_user))
    rows = SignedIn.objects.filter(user=user).select_related("user").exclude(session_key=but)
    for row in rows:
        _end(acting_user, row)
    return len(rows)


def _end(acting_user: User, row: SignedIn) -> None:
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    store(row.session_key).delete()
    ended = SessionSpec(login=row.user.login, address=row.address, since=row.started_at.isoformat())
    record_audit(acting_user, action="accounts.end_session", kind="session", target=row.user.login, before=ended)
    row.delete()
