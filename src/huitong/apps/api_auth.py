"""Who may call the API: a signed-in user of the site, or a command of this machine with the process's token."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import is_process_token, system_user
from huitong.foundation.errors import Terminal


class ProcessToken(HttpBearer):
    """The token in ``<home>/run/token``: acts as the system's own account."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """Return the system's account.

        Raises:
            Terminal: ``people.bad_token``.
        """
        if not is_process_token(token):
            raise Terminal("people.bad_token")
        request.user = system_user()
        return request.user


AUTH = (ProcessToken(), SessionAuth())
"""Tried in this order. A session also needs the CSRF token for anything but reading."""


def caller(request: HttpRequest) -> User:
    """Return who calls an endpoint that :data:`AUTH` guards.

    Raises:
        Terminal: ``people.sign_in_needed``.
    """
    if not isinstance(request.user, User):
        raise Terminal("people.sign_in_needed")
    return request.user
