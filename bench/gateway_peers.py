"""What the gateway is measured against: itself without evidence, and a Starlette application that does nothing."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from huitong.engine.evidence.record import Evidence, Receipt
from huitong.gateway.app import create_gateway, spare_collector
from huitong.gateway.config import GatewayConfig

_NONE = Receipt("none", 0, "0" * 64)


def create(mode: str, config: GatewayConfig) -> ASGIApp:
    """Return the application of a mode of ``bench.gateway``."""
    if mode == "bare":
        return Starlette(routes=[Route("/v1/{service}/records", _Nothing())])
    app = create_gateway(config)
    spare_collector()
    if mode == "no_evidence":
        app.state.gateway.record = _keep_nothing
    return app


async def _keep_nothing(evidence: Evidence) -> Receipt:  # noqa: ARG001 - stands in for Gateway.record
    return _NONE


class _Nothing:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        body = b'{"service":"population","as_of":1,"records":[]}' + b" " * 200
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
