"""Every request of somebody signed in: the session is seen, the desk taken, a missing second factor asked for."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from huitong.apps.accounts.desks import take_desk
from huitong.apps.accounts.models import User
from huitong.apps.accounts.receivers import ENROL
from huitong.apps.accounts.sessions import see_session
from huitong.apps.labels import language
from huitong.foundation.errors import Terminal

STILL_OPEN = ("/account/", "/login/", "/logout/", "/persona/", "/i18n/", "/appearance/", "/theme/", "/help/")
"""What somebody who has yet to set up a second factor may open."""


class Entrance:
    """Looks at sessions; costs nobody a query who has no session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or lead to where a second factor is set up."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            see_session(request)
            if isinstance(request.user, User):
                take_desk(request, request.user)
            if request.session.get(ENROL) and not request.path.startswith(STILL_OPEN):
                return _ask_for_factor(request)
        return self.get_response(request)


def _ask_for_factor(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        error = Terminal("accounts.second_factor_needed", login=str(request.user))
        body = json.dumps(error.as_problem(language()), ensure_ascii=False)
        return HttpResponse(body, status=error.status, content_type="application/problem+json")
    messages.warning(request, gettext("您的角色必须启用第二道验证。启用后就可以继续。"))
    return redirect("accounts:security")
