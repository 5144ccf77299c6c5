"""``POST /token``: client credentials (RFC 6749, section 4.4) for an access token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_plus

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.types import Receive, Scope, Send

from huitong.engine.evidence.record import Evidence, utc_text
from huitong.engine.serving.policy import ServedApp
from huitong.foundation.clock import now
from huitong.foundation.errors import HuitongError, Terminal, Transient
from huitong.foundation.hashing import hash_secret, verify_secret
from huitong.gateway.asking import ClientGone, header, read_body
from huitong.gateway.problems import JSON, Headers, outward, send_body, send_problem
from huitong.gateway.runtime import ANONYMOUS, Gateway, secret_stamp

_MAX_BODY = 8192
_FAILURES, _FAILURE_SECONDS = 10, 60.0
"""So many wrong secrets of one client from one address in so many seconds; then it has to wait."""

_OAUTH_ERRORS = {
    "gateway.client_invalid": "invalid_client",
    "gateway.too_many_attempts": "invalid_client",
    "gateway.grant_type_unsupported": "unsupported_grant_type",
    "gateway.token_request_invalid": "invalid_request",
    "gateway.body_too_large": "invalid_request",
}


@dataclass(frozen=True, slots=True)
class _Credentials:
    client: str
    secret: str


class TokenEndpoint:
    """Checks secrets off the event loop, two at a time: a check costs 50 ms on purpose."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._failures = FailureLimit()
        self._known: dict[str, bytes] = {}
        self._process_key = secrets.token_bytes(32)
        self._nobody = ""
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ServedApp | None = None
        error: HuitongError | None = None
        try:
            app = await self._authenticate(scope, receive)
        except HuitongError as raised:
            error = outward(raised)
        except ClientGone:
            return
        moment = now()
        evidence = Evidence(
            time=utc_text(moment),
            consumer=app.code if app else ANONYMOUS,
            kind="token",
            outcome=error.code if error else "ok",
        )
        try:
            await self._gateway.record(evidence)
        except Transient as failed:
            error = outward(failed)
        if error or app is None:
            await _refuse(scope, send, error or Terminal("gateway.client_invalid"))
            return
        token = self._gateway.tokens.issue(app.code, secret_stamp(app.secret_hash), moment.timestamp())
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self._gateway.tokens.seconds}
        await send_body(send, 200, msgspec.json.encode(answer), JSON, [(b"pragma", b"no-cache")])

    async def _authenticate(self, scope: Scope, receive: Receive) -> ServedApp:
        credentials = _credentials(scope, await read_body(scope, receive, _MAX_BODY))
        caller = f"{credentials.client}@{(scope.get('client') or ('?',))[0]}"
        self._failures.check(caller)
        index = await self._gateway.policy.current()
        app = index.apps.get(credentials.client)
        if not await self._matches(app, credentials.secret) or app is None or not app.active:
            self._failures.add(caller)
            raise Terminal("gateway.client_invalid")
        return app

    async def _matches(self, app: ServedApp | None, secret: str) -> bool:
        """Compare in the same time whether or not the client exists; a secret found right is quick the next time."""
        if not self._nobody:
            self._nobody = await to_thread.run_sync(hash_secret, secrets.token_hex(8))
        stored = app.secret_hash if app else self._nobody
        mark = hmac.digest(self._process_key, f"{stored}\x00{secret}".encode(), hashlib.sha256)
        if app and hmac.compare_digest(self._known.get(app.code, b""), mark):
            return True
        self._limiter = self._limiter or CapacityLimiter(2)
        matches = await to_thread.run_sync(verify_secret, secret, stored, limiter=self._limiter)
        if matches and app:
            self._known[app.code] = mark
        return matches and app is not None


class FailureLimit:
    """Counts wrong secrets per client and address, in bounded memory."""

    def __init__(self, entries: int = 10_000) -> None:
        self._entries = entries
        self._failed: dict[str, tuple[int, float]] = {}

    def check(self, caller: str) -> None:
        """Raises ``gateway.too_many_attempts`` while the caller has to wait."""
        failures, until = self._failed.get(caller, (0, 0.0))
        wait = until - time.monotonic()
        if failures >= _FAILURES and wait > 0:
            raise Terminal("gateway.too_many_attempts", seconds=int(wait) + 1)

    def add(self, caller: str) -> None:
        """Count a wrong secret."""
        moment = time.monotonic()
        failures, until = self._failed.get(caller, (0, 0.0))
        if moment >= until:
            failures, until = 0, moment + _FAILURE_SECONDS
        if len(self._failed) >= self._entries and caller not in self._failed:
            self._failed.pop(next(iter(self._failed)))
        self._failed[caller] = (failures + 1, until)


def _credentials(scope: Scope, body: bytes) -> _Credentials:
    """The client's code and secret, from HTTP Basic or from the form; one of them, not both."""
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except (UnicodeDecodeError, ValueError) as error:
        raise Terminal("gateway.token_request_invalid") from error
    if any(len(values) > 1 for values in form.values()):
        raise Terminal("gateway.token_request_invalid")
    grant_type = form.get("grant_type", [""])[0]
    if not grant_type:
        raise Terminal("gateway.token_request_invalid")
    if grant_type != "client_credentials":
        raise Terminal("gateway.grant_type_unsupported")
    basic = _basic(header(dict(scope["headers"]), b"authorization"))
    client, secret = form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    if basic:
        if secret or (client and client != basic.client):
            raise Terminal("gateway.token_request_invalid")
        return basic
    if not client or not secret:
        raise Terminal("gateway.client_invalid")
    return _Credentials(client, secret)


def _basic(authorization: str) -> _Credentials | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise Terminal("gateway.client_invalid") from error
    if not colon:
        raise Terminal("gateway.client_invalid")
    return _Credentials(unquote_plus(client), unquote_plus(secret))


async def _refuse(scope: Scope, send: Send, error: HuitongError) -> None:
    headers: Headers = []
    if error.code == "gateway.too_many_attempts":
        headers.append((b"retry-after", str(error.parameters["seconds"]).encode()))
    name = _OAUTH_ERRORS.get(error.code, "temporarily_unavailable")
    await send_problem(scope, send, error, headers=headers, error=name, error_description=error.detail("en"))
