"""Open the serving store that a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from huitong.engine.serving.postgresql import PostgresqlServing
from huitong.engine.serving.sqlite import SqliteServing
from huitong.engine.serving.store import ServingStore
from huitong.foundation.errors import Terminal


def open_serving(url: str) -> ServingStore:
    """Open ``sqlite:///<folder>`` (absolute with four slashes) or ``postgres://…``.

    Raises:
        Terminal: ``serving.url_invalid``.
    """
    if url.startswith("sqlite:///"):
        return SqliteServing(Path(unquote(url.removeprefix("sqlite:///"))).absolute())
    if url.startswith(("postgres://", "postgresql://")):
        return PostgresqlServing(url)
    raise Terminal("serving.url_invalid", url=url.split("@")[-1])
