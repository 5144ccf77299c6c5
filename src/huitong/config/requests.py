"""Each request gets an id, which its audit rows, its log lines and its answer carry; those that read remember."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import nullcontext

import structlog
from django.http import HttpRequest, HttpResponse

from huitong.apps.ledger.services import request_scope
from huitong.apps.reading import reading


class RequestIdMiddleware:
    """Names the request for the audit ledger and the log, and answers with ``X-Request-Id``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within the scope of a fresh request id."""
        name = secrets.token_hex(8)
        with request_scope(name), structlog.contextvars.bound_contextvars(request=name):
            response = self.get_response(request)
        response.headers["X-Request-Id"] = name
        return response


class ReadOnceMiddleware:
    """Lets requests that change nothing read the calendar, the case types and their like once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember meanwhile what was read."""
        with reading() if request.method in ("GET", "HEAD") else nullcontext():
            return self.get_response(request)
