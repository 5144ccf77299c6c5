"""Errors become pages that say what failed and what to do next; nobody signed in is sent to sign in."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from huitong.foundation.errors import HuitongError
from huitong.site.views import problem_page

SIGN_IN_NEEDED = "people.sign_in_needed"


class ProblemPages:
    """Answers a :class:`HuitongError` that a view did not handle with its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of ``exception``; None leaves it to the next."""
        if not isinstance(exception, HuitongError):
            return None
        if exception.code == SIGN_IN_NEEDED:
            return redirect_to_login(request.get_full_path())
        return problem_page(request, exception)
