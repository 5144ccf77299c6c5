"""Methods that an address accepts; others get a problem that names them."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from huitong.foundation.errors import Terminal
from huitong.gateway.problems import send_problem


class Allowing:
    """Lets an endpoint have only the requests of some methods."""

    def __init__(self, endpoint: ASGIApp, *methods: str) -> None:
        self._endpoint = endpoint
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in self._methods:
            await self._endpoint(scope, receive, send)
            return
        allowed = ", ".join(self._methods)
        error = Terminal("gateway.method_not_allowed", method=scope["method"], allowed=allowed)
        await send_problem(scope, send, error, headers=[(b"allow", allowed.encode())])
