"""Pages of the help: the guide by role, the glossary, the tour of the demo."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huitong.apps.accounts.services import switch_persona
from huitong.apps.help.selectors import address_of, guide, guides, guides_of_tour, number_of, terms
from huitong.apps.help.tour import COOKIE as TOUR_COOKIE
from huitong.apps.help.tour import DONE
from huitong.apps.labels import language
from huitong.foundation.errors import Terminal

YEAR = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    """Offer the guides, the glossary and, in the demo, the tour."""
    return render(request, "help/home.html", {"guides": guides(language())})


def one_guide(request: HttpRequest, name: str) -> HttpResponse:
    """Show one guide."""
    found = guide(name, language())
    if found is None:
        raise Terminal("site.not_found", path=request.path)
    return render(request, "help/guide.html", {"guide": found, "guides": guides(language())})


def glossary(request: HttpRequest) -> HttpResponse:
    """Explain the terms."""
    return render(request, "help/glossary.html", {"terms": terms(language())})


def tour(request: HttpRequest) -> HttpResponse:
    """Say what the tour of the demo shows; each step can be begun from here."""
    over = request.COOKIES.get(TOUR_COOKIE, "") == DONE
    return render(request, "help/tour.html", {"steps": guides_of_tour(), "over": over})


@require_POST
def go_on_tour(request: HttpRequest) -> HttpResponse:
    """Take a step of the tour: become who takes it, and open its page; past the last one the tour is over.

    Raises:
        Terminal: ``accounts.personas_off`` outside the demo.
    """
    number = number_of(request.POST.get("step", ""))
    if not number:
        return _remember(request, redirect("help:tour"), DONE)
    persona = guides_of_tour()[number - 1][1]
    user = switch_persona(request, login=persona.login if persona else "")
    return _remember(request, redirect(address_of(number, user)), str(number))


@require_POST
def dismiss_tour(request: HttpRequest) -> HttpResponse:
    """End the tour, and offer it no more in this browser."""
    target = request.POST.get("next", "/")
    return _remember(request, redirect(target if url_has_allowed_host_and_scheme(target, None) else "/"), DONE)


def _remember(request: HttpRequest, response: HttpResponse, where: str) -> HttpResponse:
    response.set_cookie(TOUR_COOKIE, where, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
