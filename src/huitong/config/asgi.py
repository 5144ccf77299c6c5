"""One process for everything: the site, the gateway below ``/gateway``, and the background threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huitong.config.settings")
_site = get_asgi_application()

# After Django is set up: these reach models.
from django.conf import settings  # noqa: E402

from huitong.apps.accounts.services import announce_process, withdraw_process  # noqa: E402
from huitong.apps.collection.services import close_stores  # noqa: E402
from huitong.apps.ledger.services import close_desk  # noqa: E402
from huitong.apps.sharing.trying import forget_gateway, register_gateway  # noqa: E402
from huitong.config.worker import start_worker_thread  # noqa: E402
from huitong.gateway.app import PREFIX, create_gateway  # noqa: E402
from huitong.gateway.config import config_from  # noqa: E402


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open what the process owns when it starts to serve, and close it in the opposite order when it stops."""
    gateway = create_gateway(config_from(settings.HUITONG))
    app.router.routes.insert(0, Mount(PREFIX, app=gateway))
    register_gateway(app, asyncio.get_running_loop())
    threads = await sync_to_async(start_worker_thread)()
    await sync_to_async(announce_process)()
    try:
        yield
    finally:
        forget_gateway()
        await sync_to_async(withdraw_process)()
        await sync_to_async(threads.stop)()
        gateway.state.gateway.close()
        await sync_to_async(close_desk)()
        await sync_to_async(close_stores)()


application = Starlette(routes=[Mount("/", app=_site)], lifespan=_lifespan)
