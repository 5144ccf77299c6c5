"""The gateway as an ASGI application, and as a server of its own."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from huitong.foundation.errors import HuitongError, Terminal, error_texts
from huitong.foundation.settings import load_settings
from huitong.gateway.allowing import Allowing
from huitong.gateway.config import GatewayConfig, config_from
from huitong.gateway.descriptions import DescriptionEndpoint, HealthEndpoint
from huitong.gateway.exchange import ServiceEndpoint
from huitong.gateway.front import Front
from huitong.gateway.guarding import NO_PAGE, Guarded
from huitong.gateway.kinds import KINDS
from huitong.gateway.problems import PROBLEM, language_of
from huitong.gateway.runtime import Gateway
from huitong.gateway.token_endpoint import TokenEndpoint

PREFIX = "/gateway"


def create_gateway(config: GatewayConfig, prefix: str = "") -> Starlette:
    """Return the gateway, whose paths (``/token``, ``/v1/…``) begin with ``prefix`` or are mounted under one.

    It opens store and ledger at once, so call it in the process that serves. ``app.state.gateway.close()`` ends it; as
    the outermost application it does so itself when the server stops.

    Raises:
        Terminal: ``serving.url_invalid``, ``evidence.key_invalid``, ``evidence.key_changed``.
    """
    gateway = Gateway(config)
    error_texts()  # read now, or the first refusal would hold up every other call
    description = Allowing(DescriptionEndpoint(gateway, prefix), "GET")
    app = Starlette(
        routes=[
            Route(f"{prefix}/token", Allowing(TokenEndpoint(gateway), "POST")),
            Route(f"{prefix}/v1/{{service}}/openapi.json", description),
            Route(f"{prefix}/openapi.json", description),
            Route(f"{prefix}/health", Allowing(HealthEndpoint(gateway), "GET")),
        ],
        exception_handlers={404: _not_found, 500: _failed},
        lifespan=_closing(gateway),
    )
    app.router.redirect_slashes = False
    app.state.gateway = gateway
    endpoints: dict[str, ASGIApp] = {
        kind.name: Allowing(ServiceEndpoint(gateway, kind), *kind.methods) for kind in KINDS
    }
    app.middleware_stack = Front(prefix, endpoints, Guarded(app.build_middleware_stack(), NO_PAGE))
    return app


def create_gateway_from_environment() -> Starlette:
    """Return a gateway of its own at ``/gateway``, set up from the environment. For granian, as a factory."""
    app = create_gateway(config_from(load_settings()), PREFIX)
    spare_collector()
    return app


def spare_collector() -> None:
    """Spare the collector of cycles what is loaded and stays, and let it run rarely: calls leave hardly any cycles."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def serve(*, address: str = "127.0.0.1", port: int = 8001, workers: int = 1) -> None:
    """Serve the gateway alone until the process is told to stop; settings come from the environment.

    Each worker is a process with a chain of its own in the ledger; quotas hold over all of them.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "huitong.gateway.app:create_gateway_from_environment",
        factory=True,
        address=address,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.warning,
        backlog=2048,
    ).serve()


def _closing(gateway: Gateway) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        gateway.close()

    return lifespan


async def _not_found(request: Request, _: Exception) -> Response:
    return _problem(request, Terminal("gateway.not_found", path=request.url.path[:200]))


async def _failed(request: Request, _: Exception) -> Response:
    return _problem(request, Terminal("gateway.internal_error"))


def _problem(request: Request, error: HuitongError) -> Response:
    body = msgspec.json.encode(error.as_problem(language_of(request.scope)))
    return Response(body, error.status, media_type=PROBLEM.decode())
