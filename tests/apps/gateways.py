"""A gateway that runs in this process, as it does beside the site."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from starlette.applications import Starlette
from starlette.routing import Mount

from huitong.apps.sharing.trying import forget_gateway, register_gateway
from huitong.gateway.app import PREFIX, create_gateway
from huitong.gateway.config import config_from


@contextmanager
def running_gateway() -> Iterator[None]:
    """Start the installation's gateway in a loop and thread of its own, and register it for trials."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway")
    thread.start()
    gateway = asyncio.run_coroutine_threadsafe(_create(), loop).result(10)
    register_gateway(Starlette(routes=[Mount(PREFIX, app=gateway)]), loop)
    try:
        yield
    finally:
        forget_gateway()
        loop.call_soon_threadsafe(gateway.state.gateway.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _create() -> Starlette:
    return create_gateway(config_from(settings.HUITONG))
