"""Each request gets an id, which its audit rows, its log lines and its answer carry."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from huitong.apps.ledger.services import request_scope


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
