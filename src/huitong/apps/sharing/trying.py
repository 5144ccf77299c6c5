"""Trying a service from its page: a real call of the gateway in this process, with its grant, its masks, its evidence.

Whoever composes site and gateway registers the gateway's ASGI application and the loop it runs in
(:func:`register_gateway`); pages run in threads of their own and hand their call over to that loop.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from huitong.foundation.errors import Transient

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
TIMEOUT = 10.0
"""Seconds until a trial is given up."""


@dataclass(frozen=True)
class TrialCall:
    """What is asked of the gateway."""

    path: str
    token: str
    grant: str
    case: str
    operator: str
    body: object


@dataclass(frozen=True)
class TrialReply:
    """What the gateway answered. ``text`` is the body, indented when it is JSON."""

    status: int
    text: str
    receipt: str
    as_of: str
    milliseconds: float

    @property
    def answered(self) -> bool:
        """Whether it was an answer, not a refusal."""
        return self.status < 400


@dataclass(frozen=True)
class _Registered:
    application: Application
    loop: asyncio.AbstractEventLoop


_registered: list[_Registered] = []


def register_gateway(application: Application, loop: asyncio.AbstractEventLoop) -> None:
    """Make ``application``, started in ``loop``, the gateway that trials call."""
    _registered[:] = [_Registered(application, loop)]


def forget_gateway() -> None:
    """Undo :func:`register_gateway`, when the gateway stops."""
    _registered.clear()


def try_call(call: TrialCall) -> TrialReply:
    """Call the gateway and wait for its answer. Not for the loop's own thread.

    Raises:
        Transient: ``site.gateway_away`` when no gateway runs in this process, or it does not answer in time.
    """
    if not _registered or _registered[0].loop.is_closed():
        raise Transient("site.gateway_away")
    started = time.perf_counter()
    future = asyncio.run_coroutine_threadsafe(_exchange(_registered[0].application, call), _registered[0].loop)
    try:
        status, headers, body = future.result(TIMEOUT)
    except TooSlow as error:
        future.cancel()
        raise Transient("site.gateway_away") from error
    return TrialReply(
        status=status,
        text=_indented(body),
        receipt=headers.get("receipt", ""),
        as_of=headers.get("as-of", ""),
        milliseconds=1000 * (time.perf_counter() - started),
    )


async def _exchange(application: Application, call: TrialCall) -> tuple[int, dict[str, str], bytes]:
    sent: list[Message] = []
    requests = iter([{"type": "http.request", "body": json.dumps(call.body).encode(), "more_body": False}])

    async def receive() -> Message:
        message = next(requests, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Message) -> None:
        sent.append(message)

    await application(_scope(call), receive, send)
    head = next(message for message in sent if message["type"] == "http.response.start")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head["headers"]}
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return head["status"], headers, body


def _scope(call: TrialCall) -> Message:
    headers = {
        "host": "localhost",
        "content-type": "application/json",
        "authorization": f"Bearer {call.token}",
        "purpose": quote(call.grant),
        "case": quote(call.case),
        "operator": quote(call.operator),
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items() if value],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
        "state": {},
    }


def _indented(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
