"""One process for everything: the site, the gateway below ``/gateway``, and the background threads."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import TypeVar, cast

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huitong.config.settings")
_site = get_asgi_application()

# After Django is set up: these reach models.
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import reverse  # noqa: E402

from huitong.apps.accounts.services import announce_process, withdraw_process  # noqa: E402
from huitong.apps.collection.services import close_stores  # noqa: E402
from huitong.apps.ledger.services import close_desk  # noqa: E402
from huitong.apps.screen.views import end_streams  # noqa: E402
from huitong.apps.sharing.trying import forget_gateway, register_gateway  # noqa: E402
from huitong.config.files import PackedFiles  # noqa: E402
from huitong.config.security import guards  # noqa: E402
from huitong.config.worker import start_worker_thread  # noqa: E402
from huitong.gateway.app import PREFIX, create_gateway, spare_collector  # noqa: E402
from huitong.gateway.config import config_from  # noqa: E402
from huitong.gateway.guarding import Guarded  # noqa: E402

T = TypeVar("T")


async def _aside(function: Callable[[], T]) -> T:
    """Call what may wait in a thread, and leave no database connection behind in it."""

    def call() -> T:
        try:
            return function()
        finally:
            connections.close_all()

    return await sync_to_async(call)()


def _load_pages() -> None:
    """Import the views of every address, so that nobody's first page waits for them; then tune the collector."""
    reverse("overview:home")
    spare_collector()


@contextmanager
def _streams_that_end() -> Iterator[None]:
    """End the screen's streams when the process is told to stop.

    The server answers those who have asked before the lifespan ends; a wall would hold it up for minutes.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Callable[[int, FrameType | None], object]] = {}

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end_streams)
        before[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        if callable(handler) and threading.current_thread() is threading.main_thread():
            before[number] = handler
            signal.signal(number, told)
    try:
        yield
    finally:
        for known, former in before.items():
            signal.signal(known, former)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open what the process owns when it starts to serve, and close it in the opposite order when it stops."""
    gateway = create_gateway(config_from(settings.HUITONG))
    app.router.routes.insert(0, Mount(PREFIX, app=gateway))
    register_gateway(app, asyncio.get_running_loop())
    threads = await _aside(start_worker_thread)
    await _aside(_load_pages)
    await _aside(announce_process)
    try:
        with _streams_that_end():
            yield
    finally:
        forget_gateway()
        await _aside(withdraw_process)
        await _aside(threads.stop)
        gateway.state.gateway.close()
        await _aside(close_desk)
        await _aside(close_stores)


# Not through Django, whose responses for files are synchronous and cost a thread each under ASGI.
_files = PackedFiles(directory=settings.PACKAGE / "site" / "static")
_routes = [Mount("/static", app=_files), Mount("/", app=cast("ASGIApp", _site))]
application = Starlette(routes=_routes, lifespan=_lifespan)
# Outside of all: also files, the gateway, and answers of the router itself, which Django's middleware never sees.
application.middleware_stack = Guarded(application.build_middleware_stack(), guards())
