"""Endpoints that show no data: what is served, and whether it is."""

from __future__ import annotations

import msgspec
from starlette.types import Receive, Scope, Send

from huitong.foundation.errors import HuitongError, Terminal
from huitong.gateway import openapi
from huitong.gateway.problems import JSON, outward, send_body, send_problem
from huitong.gateway.runtime import Gateway


class DescriptionEndpoint:
    """``/v1/{service}/openapi.json`` of one service, ``/openapi.json`` of all. Public: they hold no data."""

    def __init__(self, gateway: Gateway, prefix: str) -> None:
        self._gateway = gateway
        self._prefix = prefix
        self._made: tuple[object, dict[tuple[str, str], bytes]] = (None, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        try:
            body = await self._document(
                scope["path_params"].get("service", ""), scope.get("root_path", "") + self._prefix
            )
        except HuitongError as error:
            await send_problem(scope, send, outward(error))
            return
        await send_body(send, 200, body, JSON, [])

    async def _document(self, service: str, server: str) -> bytes:
        index = await self._gateway.policy.current()
        if self._made[0] is not index:
            self._made = (index, {})
        if service and service not in index.services:
            raise Terminal("gateway.service_unknown", service=service[:64])
        made = self._made[1]
        if (service, server) not in made:
            chosen = [index.services[service]] if service else list(index.services.values())
            made[service, server] = openapi.document(chosen, server or "/")
        return made[service, server]


class HealthEndpoint:
    """``/health``: 200 when calls can be answered, 503 with the reason when not."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        try:
            index = await self._gateway.policy.current()
            if not self._gateway.writer.healthy:
                raise Terminal("gateway.evidence_unavailable")
        except HuitongError as error:
            await send_problem(scope, send, outward(error))
            return
        state = {
            "status": "ok",
            "policy": index.policy.version,
            "services": len(index.services),
            "chain": self._gateway.writer.chain,
        }
        await send_body(send, 200, msgspec.json.encode(state), JSON, [])
