"""Pages of no app: errors, the choice of colours, and the gallery of components."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import condition, require_POST

from huitong.apps.accounts.models import User
from huitong.apps.labels import language
from huitong.foundation.errors import HuitongError, Terminal
from huitong.site.appearance import CHOICES
from huitong.site.boundaries import ARCHIVE, boundaries_below
from huitong.site.finding import find
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
        "back": _came_from(request),
    }
    return render(request, "site/problem.html", context, status=error.status)


def _came_from(request: HttpRequest) -> str:
    """The page of this site whose form was refused; "" for a page that was only to be read."""
    if request.method != "POST":
        return ""
    try:
        came, host = urlsplit(request.headers.get("referer", "")), request.get_host()
    except (ValueError, DisallowedHost):  # what robots send
        return ""
    if came.netloc != host or came.path == request.path:
        return ""
    return urlunsplit(("", "", came.path, came.query, ""))


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
def choose_appearance(request: HttpRequest) -> HttpResponse:
    """Keep how the reader wants pages to look in cookies, and return to the page."""
    target = request.POST.get("next", "/")
    response = redirect(target if url_has_allowed_host_and_scheme(target, None) else "/")
    chosen = [(choice, request.POST[choice.name]) for choice in CHOICES if choice.name in request.POST]
    if not chosen or any(value not in {way.value for way in choice.ways} for choice, value in chosen):
        raise Terminal("site.bad_request")
    for choice, value in chosen:
        response.set_cookie(choice.cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@condition(etag_func=lambda _request, code: f'"{code}-{ARCHIVE.stat().st_mtime_ns}"')
def division_boundaries(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer with the boundaries of what lies below a division, for maps. They are public and seldom change."""
    found = boundaries_below(code)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="application/geo+json", headers={"Cache-Control": "max-age=86400"})


def find_anything(request: HttpRequest) -> HttpResponse:
    """List what the reader may open and ``?q=`` fits; ``?part=1`` asks for the palette's list alone."""
    text = request.GET.get("q", "")[:100]
    if not isinstance(request.user, User):
        if "part" in request.GET:
            raise Terminal("people.sign_in_needed")
        return redirect(f"{reverse('public:search')}?{urlencode({'q': text})}")
    template = "site/components/found.html" if "part" in request.GET else "site/find.html"
    return render(request, template, {"q": text.strip(), "groups": find(request.user, text)})


def design(request: HttpRequest) -> HttpResponse:
    """Show every component in its states."""
    return render(request, "site/design.html", gallery(request))
