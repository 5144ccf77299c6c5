"""Serve the city's public web pages, so that there is a page to collect from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from huitong.foundation.errors import Terminal
from huitong.packs.demo.generator.city import city_folder


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: whoever collects keeps the record."""


@contextmanager
def serve_city_pages(home: Path) -> Iterator[str]:
    """Serve ``home/city/web`` on a free port of the loopback interface while the context lasts.

    Yields:
        The address without a trailing slash, e.g. ``http://127.0.0.1:49152``.

    Raises:
        Terminal: ``demo.no_city``.
    """
    folder = city_folder(home) / "web"
    if not folder.is_dir():
        raise Terminal("demo.no_city", folder=city_folder(home))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder))) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, name="city-pages", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
