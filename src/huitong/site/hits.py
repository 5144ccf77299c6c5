"""What the palette and the page ``/find/`` list: links, and commands that a press carries out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huitong.apps.labels import Text

MOST = 6
"""Hits of one kind."""


@dataclass(frozen=True)
class Hit:
    """One thing found. Where ``name`` is given it is a command: ``href`` gets it posted with ``value``."""

    title: str
    href: str
    note: Text = ""
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Hits:
    """What was found of one kind; ``more`` is the address of all of them."""

    title: Text
    icon: str
    hits: Sequence[Hit]
    more: str = ""
