"""Addresses that only take what a form sends: whoever comes to one by itself is led to the page of the form.

Most need nothing for it: their page lies above them (``/cases/…/comment/`` below ``/cases/…/``), and
:func:`page_above` finds it. The others name their page: ``@posted_from(lambda number: reverse("cases:case", …))``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST


def posted_from(page: Callable[..., str]) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view take POST only, and lead those who read its address to ``page``.

    Args:
        page: gives the page's address from the values in the view's own; "" where there is none.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        only_post = require_POST(view)

        @wraps(view)
        def led(request: HttpRequest, **values: object) -> HttpResponse:
            address = page(**values) if request.method in ("GET", "HEAD") else ""
            return redirect(address) if address else only_post(request, **values)

        return led

    return decorator


def page_above(path: str) -> str:
    """Return the nearest address above ``path`` that the site has, "" where only the home page is left."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return ""
