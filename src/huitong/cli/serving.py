"""``huitong serve | gateway | worker``: the processes that stay."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from huitong.cli.report import err, say
from huitong.cli.running import announce_site
from huitong.cli.session import Home, bind_city, city_variables, open_session, settings_of
from huitong.foundation.errors import Terminal
from huitong.foundation.settings import Settings

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", help="Port to listen on.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(name="serve")(serve)
    app.command()(gateway)
    app.command()(worker)


def serve(home: Home = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the site, the gateway and the background work from one process."""
    serve_site(open_session(home), host=host, port=port)


def serve_site(settings: Settings, *, host: str, port: int) -> None:
    """Serve until interrupted. In embedded mode this process owns the lake.

    Raises:
        Terminal: ``serve.port_taken``.
    """
    from granian import Granian
    from granian.constants import Interfaces

    from huitong.apps.collection.stores import close_stores

    _check_port(host, port)
    file = announce_site(settings, site_url(host, port))
    err.print(
        say("汇通已启动：", "Huitong is up: ") + site_url(host, port) + say("  （Ctrl+C 停止）", "  (Ctrl+C stops it)")
    )
    server = Granian(
        "huitong.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
    )
    try:
        with city_variables(settings) as variables:
            bind_city(variables)
            close_stores()
            server.serve()
    finally:
        file.unlink(missing_ok=True)


def site_url(host: str, port: int) -> str:
    """Return the address that a browser on this machine uses."""
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Terminal("serve.port_taken", host=host, port=port) from error


def gateway(
    home: Home = None,
    host: Host = "127.0.0.1",
    port: Port = 8001,
    workers: Annotated[int, typer.Option(help="Processes, each with its own chain of evidence.")] = 1,
) -> None:
    """Serve the gateway alone, without Django: needs only the serving store and the evidence folder."""
    from huitong.gateway.app import serve as serve_gateway

    settings_of(home)
    _check_port(host, port)
    err.print(say("网关已启动：", "The gateway is up: ") + site_url(host, port) + "/gateway")
    serve_gateway(address=host, port=port, workers=workers)


def worker(home: Home = None) -> None:
    """Do queued work; needs a lake on PostgreSQL, for an embedded one belongs to the process that serves."""
    open_session(home)
    from django.core.management import call_command

    call_command("db_worker", "--interval", "1")
