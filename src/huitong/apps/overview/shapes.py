"""What the picture of the data flow is made of: places, bars with their words, streams."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

WIDTH = 1180
TOP = 58
BOTTOM = 12
LANE = 46
NODE = 7
X_RAW, X_CHECKED, X_LIBRARY, X_SERVICE = 236, 452, 700, 958
THICKEST, THINNEST = 22.0, 1.5
LABEL_WIDTH = 200.0
DEPARTMENT_WIDTH = X_RAW - 66.0
Thickness = Callable[[int], float]
"""From a number of rows to the width of its stream."""


@dataclass(frozen=True)
class Shape:
    """A node: a bar with a heading and quieter lines beside it. ``figure`` is a number for the template to write."""

    kind: str
    x: float
    y: float
    height: float
    href: str
    title: str
    short: str
    figure: int
    second: int = 0
    lane: float = 0.0
    """Height of the middle of its department's lane, where that is not its own."""

    @property
    def end(self) -> float:
        """Its lower end."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height at which its text stands."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Ribbon:
    """A stream: a stroked curve."""

    kind: str
    path: str
    width: float
    href: str
    start: str
    end: str
    figure: int


def fitted(text: str, width: float, size: float = 13.0) -> str:
    """Return ``text`` cut to ``width`` units at ``size``."""
    used = 0.0
    for index, character in enumerate(text):
        used += size * _width(character)
        if used > width:
            return text[: max(1, index - 1)].rstrip() + "…"
    return text


def _width(character: str) -> float:
    """Of a character, in its size: a Chinese one is a square, Latin ones are as wide as sans-serif letters are."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.3
    return 0.72 if character.isupper() or character in _BROAD else 0.55


_NARROW = frozenset(" !'(),-./:;I[]fijlrt|’")
_BROAD = frozenset("%&@mw—…")


def curve(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return an SVG path that leaves and arrives level."""
    bend = (x0 + x1) / 2
    return f"M{x0:.1f} {y0:.1f}C{bend:.1f} {y0:.1f} {bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
