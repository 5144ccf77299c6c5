"""What happens around a sign-in: the session is written down, factors are audited, those who need one are told."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from huitong.apps.accounts.attempts import origin_of
from huitong.apps.accounts.factors import FACTORS, has_factor, must_have_factor, note_factor
from huitong.apps.accounts.models import SignedIn, SignInAttempt, User
from huitong.apps.accounts.sessions import METHOD, begin_session

ENROL = "huitong_enrol"
"""In the session: nothing but the account's security is open until a second factor is set up."""
PERSONA = "persona"
UNJUDGED = (PERSONA, "passkey")
"""Ways to sign in that nobody can guess: written down once they have succeeded."""


def connect() -> None:
    """Listen. For the app's ``ready()``."""
    user_logged_in.connect(_signed_in, dispatch_uid="huitong.accounts")
    user_logged_out.connect(_signed_out, dispatch_uid="huitong.accounts")
    # Of the rows, not allauth's own, which come after the commit: the audit row is kept or lost with the factor.
    post_save.connect(_factor_added, sender=Authenticator, dispatch_uid="huitong.accounts")
    post_delete.connect(_factor_removed, sender=Authenticator, dispatch_uid="huitong.accounts")
    signals.authenticator_used.connect(_factor_used, dispatch_uid="huitong.accounts")


def _signed_in(sender: object, request: HttpRequest, user: User, **_more: Any) -> None:  # noqa: ARG001
    begin_session(request, user)
    method = request.session.get(METHOD, "")
    if method in UNJUDGED:
        origin = origin_of(request)
        SignInAttempt.objects.create(
            login=user.login,
            address=origin.address,
            agent=origin.agent,
            method=method,
            outcome=SignInAttempt.Outcome.OK,
        )
    if request.session.get(METHOD) != PERSONA and must_have_factor(user) and not has_factor(user):
        request.session[ENROL] = True
    else:
        request.session.pop(ENROL, None)


def _signed_out(sender: object, request: HttpRequest, user: User | None, **_more: Any) -> None:  # noqa: ARG001
    if user is not None:
        SignedIn.objects.filter(session_key=request.session.session_key).delete()


def _factor_added(sender: object, instance: Authenticator, created: bool, **_more: Any) -> None:  # noqa: ARG001
    if not created:
        return
    note_factor(_acting(instance), user=instance.user, kind=instance.type, action="set")
    if instance.type in FACTORS and context.request is not None:
        context.request.session.pop(ENROL, None)


def _factor_removed(sender: object, instance: Authenticator, **_more: Any) -> None:  # noqa: ARG001
    note_factor(_acting(instance), user=instance.user, kind=instance.type, action="remove")


def _acting(factor: Authenticator) -> User:
    reader = getattr(context.request, "user", None)
    return reader if isinstance(reader, User) else factor.user


def _factor_used(
    sender: object,  # noqa: ARG001
    request: HttpRequest,
    authenticator: Any,
    reauthenticated: bool,
    passwordless: bool,
    **_more: Any,
) -> None:
    if reauthenticated:
        return
    kind = "passkey" if authenticator.type == "webauthn" else "code"
    first = request.session.get(METHOD, "")
    request.session[METHOD] = kind if passwordless or not first else f"{first}+{kind}"
