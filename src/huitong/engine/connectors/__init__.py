"""Connectors: one file a kind of source, each reading it as Arrow batches. ``CONNECTORS`` names them by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huitong.engine.connectors.registry import CONNECTORS

__all__ = ["CONNECTORS"]


def __getattr__(name: str) -> object:
    """Load the connectors on first use: a reading process needs one driver, and starts faster without the others."""
    if name != "CONNECTORS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from huitong.engine.connectors.registry import CONNECTORS

    return CONNECTORS
