"""Errors become pages that say what failed and what to do next; nobody signed in is sent to sign in.

Text with a NUL in it, which PostgreSQL does not take, is refused before any view sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from huitong.apps.labels import language
from huitong.apps.posted import page_above
from huitong.foundation.errors import HuitongError, Terminal
from huitong.site.views import problem_page

SIGN_IN_NEEDED = "people.sign_in_needed"
NUL = "\x00"
API = "/api/"
MULTIPART = "multipart/form-data"
_FORMS = (MULTIPART, "application/x-www-form-urlencoded")
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""In JSON; after an odd number of backslashes, for ``\\\\u0000`` is a backslash and five letters."""


class NoNul:
    """Refuses a NUL in an address, a form or an API's JSON; a file may hold any, and a cookie with one is no cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on without cookies that are none of ours."""
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Answer a request that has a NUL in it; None leaves it to its view."""
        field = _nul_in(request)
        if field is None:
            return None
        error = Terminal("people.invalid_input", field=field, reason=gettext("含有空字符（NUL）。"))
        if not request.path.startswith(API):
            return problem_page(request, error)
        body = json.dumps(error.as_problem(language()), ensure_ascii=False)
        return HttpResponse(body, status=error.status, content_type="application/problem+json")


def _nul_in(request: HttpRequest) -> str | None:
    """The name of the first field with a NUL, or where else it is; None without one."""
    query = request.META.get("QUERY_STRING", "")
    if NUL in request.path or NUL in query or "%00" in query:
        return gettext("网址")
    try:
        if request.path.startswith(API) and request.content_type != MULTIPART and _nul_in_json(request.body):
            return "body"  # read as JSON there, whatever it is said to be
        fields = request.POST.lists() if request.content_type in _FORMS else ()
    except UnreadablePostError:
        return None  # whoever asked has hung up
    return next((name.replace(NUL, "") for name, values in fields if NUL in name + "".join(map(str, values))), None)


def _nul_in_json(body: bytes) -> bool:
    return _ESCAPED_NUL.search(body.decode(json.detect_encoding(body), "replace")) is not None


class ProblemPages:
    """Answers a :class:`HuitongError` that a view did not handle with its page, and what is asked the wrong way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, unless a page of somebody signed in asks for more of itself after the session ended."""
        if request.headers.get("X-Signed-In") and not request.user.is_authenticated:
            return _sign_in(request)
        answer = self.get_response(request)
        wrong_way = answer.status_code == 405 and not request.path.startswith(API)
        return _way_on(request, answer) if wrong_way else answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of ``exception``; None leaves it to the next."""
        if not isinstance(exception, HuitongError):
            return None
        if exception.code == SIGN_IN_NEEDED:
            return _sign_in(request)
        return problem_page(request, exception)


def _way_on(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """Lead who reads an address that only takes forms to the page it belongs to, else say so on a page."""
    above = page_above(request.path) if request.method in ("GET", "HEAD") else ""
    if above:
        return redirect(above)
    page = problem_page(request, Terminal("site.wrong_method", path=request.path))
    page.headers["Allow"] = refusal.headers["Allow"]
    return page


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page, and from there back; a script that fetches a part of a page is told to lead there."""
    if not getattr(request, "htmx", None):
        return redirect_to_login(request.get_full_path())
    answer = HttpResponse(status=401)
    answer.headers["HX-Redirect"] = redirect_to_login(_page_of(request)).headers["Location"]
    return answer


def _page_of(request: HttpRequest) -> str:
    """Where the reader is who needs a part of a page: our own page, or the first one."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    ours = (page.scheme, page.netloc) == (request.scheme, request.get_host())
    address = urlunsplit(("", "", page.path, page.query, ""))
    return address if ours and url_has_allowed_host_and_scheme(address, None) else "/"
