"""Tabs: one page of several addresses on the same thing."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.apps.labels import Text


@dataclass(frozen=True)
class Tab:
    """One tab; ``count`` is how many things are behind it, None to show no number."""

    title: Text
    href: str
    current: bool = False
    count: int | None = None
