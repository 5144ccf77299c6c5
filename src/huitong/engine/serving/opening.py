"""Open the serving store that a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from huitong.engine.serving.store import ServingStore
from huitong.foundation.errors import Terminal


def open_serving(url: str) -> ServingStore:
    """Open ``sqlite:///<folder>`` (absolute with four slashes) or ``postgres://…``.

    Raises:
        Terminal: ``serving.url_invalid``.
    """
    # Each driver is loaded where it is used: a gateway should start in a blink.
    if url.startswith("sqlite:///"):
        from huitong.engine.serving.sqlite import SqliteServing

        return SqliteServing(Path(unquote(url.removeprefix("sqlite:///"))).absolute())
    if url.startswith(("postgres://", "postgresql://")):
        from huitong.engine.serving.postgresql import PostgresqlServing

        return PostgresqlServing(url)
    raise Terminal("serving.url_invalid", url=url.split("@")[-1])
