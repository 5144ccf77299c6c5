"""Pages of no app: errors, the choice of colours, and the gallery of components."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huitong.apps.labels import language
from huitong.foundation.errors import HuitongError, Terminal
from huitong.site.context import THEME_COOKIE, THEMES
from huitong.site.gallery import gallery

YEAR = 365 * 24 * 3600


def problem_page(request: HttpRequest, error: HuitongError) -> HttpResponse:
    """Answer with what failed, on what, and what to do next."""
    context = {
        "code": error.code,
        "status": error.status,
        "title": error.title(language()),
        "detail": error.detail(language()),
        "hint": error.hint(language()),
    }
    return render(request, "site/problem.html", context, status=error.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a request that cannot be understood."""
    return problem_page(request, Terminal("site.bad_request"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a request for what the reader may not see or do."""
    return problem_page(request, Terminal("site.forbidden"))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form without a valid CSRF token: most often a page left open over night."""
    return problem_page(request, Terminal("site.form_expired"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer an address that leads nowhere."""
    return problem_page(request, Terminal("site.not_found", path=request.path))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a failure of ours. Uses nothing that may have failed: no database, no session."""
    error = Terminal("site.server_error")
    context = {"title": error.title(language()), "detail": error.detail(language()), "hint": error.hint(language())}
    return render(request, "site/failure.html", context, status=500)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of colours in a cookie and return to the page."""
    chosen = request.POST.get("theme", "")
    if chosen not in {name for name, _title, _icon in THEMES}:
        raise Terminal("site.bad_request")
    target = request.POST.get("next", "/")
    response = redirect(target if url_has_allowed_host_and_scheme(target, None) else "/")
    response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def design(request: HttpRequest) -> HttpResponse:
    """Show every component in its states."""
    return render(request, "site/design.html", gallery(request))
