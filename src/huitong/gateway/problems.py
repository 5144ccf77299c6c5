"""Errors as callers get them: RFC 9457 problem documents in the language they read."""

from __future__ import annotations

import logging
import time

import msgspec
from starlette.types import Scope, Send

from huitong.foundation.clock import beijing_day_bounds, beijing_today, now
from huitong.foundation.errors import LANGUAGES, HuitongError, Terminal, Transient
from huitong.gateway.asking import header
from huitong.gateway.guarding import NO_PAGE

Headers = list[tuple[bytes, bytes]]
JSON = b"application/json"
PROBLEM = b"application/problem+json"

_log = logging.getLogger(__name__)
_CHALLENGES = {
    "gateway.token_missing": b'Bearer realm="huitong"',
    "gateway.token_invalid": b'Bearer realm="huitong", error="invalid_token"',
    "gateway.token_expired": b'Bearer realm="huitong", error="invalid_token"',
    "gateway.client_invalid": b'Basic realm="huitong"',
}
_INNER = {
    "serving.not_published": "gateway.not_published",
    "evidence.unwritable": "gateway.evidence_unavailable",
}


def outward(error: HuitongError) -> HuitongError:
    """The error as callers may see it: what fails inside is logged, and its particulars stay inside."""
    if error.code.startswith("gateway."):
        return error
    _tell(error)
    code = _INNER.get(error.code, "gateway.store_unavailable")
    return Terminal(code) if isinstance(error, Terminal) else Transient(code)


_told: dict[str, float] = {}


def _tell(error: HuitongError) -> None:
    """Log an error of the inside, at most once in ten seconds each: a store that is down fails every call."""
    moment = time.monotonic()
    if moment >= _told.get(error.code, 0.0):
        _told[error.code] = moment + 10.0
        _log.error("%s", error)


def language_of(scope: Scope) -> str:
    """The best of our languages by ``Accept-Language``; Chinese when none is named."""
    best, best_weight = LANGUAGES[0], 0.0
    for part in header(dict(scope["headers"]), b"accept-language")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.strip().lower().split("-")[0]
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


async def send_problem(
    scope: Scope, send: Send, error: HuitongError, /, *, headers: Headers | None = None, **members: object
) -> None:
    """Answer with an error; ``members`` are added to the problem document."""
    language = language_of(scope)
    body = msgspec.json.encode({**error.as_problem(language), **members})
    extra: Headers = [(b"content-language", language.encode()), *(headers or ())]
    if error.code in _CHALLENGES:
        extra.append((b"www-authenticate", _CHALLENGES[error.code]))
    if error.code == "gateway.quota_exceeded":
        extra.append((b"retry-after", str(_seconds_to_midnight()).encode()))
    elif error.status == 503:
        extra.append((b"retry-after", b"5"))
    elif error.status == 413 and scope.get("http_version", "1.1") in ("1.0", "1.1"):
        extra.append((b"connection", b"close"))  # the rest of the body is not read: the next request takes another way
    await send_body(send, error.status, body, PROBLEM, extra)


async def send_body(send: Send, status: int, body: bytes, content_type: bytes, headers: Headers) -> None:
    """Answer with a whole body that no cache may keep."""
    fixed: Headers = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *NO_PAGE,
    ]
    await send({"type": "http.response.start", "status": status, "headers": fixed + headers})
    await send({"type": "http.response.body", "body": body})


def _seconds_to_midnight() -> int:
    _, midnight = beijing_day_bounds(beijing_today())
    return int((midnight - now()).total_seconds()) + 1
