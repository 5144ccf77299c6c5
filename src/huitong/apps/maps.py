"""Maps as the pages show them: a table of areas with their numbers, and what a script draws from it.

A view builds an :class:`AreaMap`; ``{% map areas %}`` draws it on a page that has ``{% map_styles %}`` in its
``styles`` block and ``{% map_files %}`` in its ``scripts`` block. Without JavaScript the table is what one sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huitong.apps.labels import Text


@dataclass(frozen=True)
class Area:
    """A division with its number; None where none is known."""

    code: str
    title: str
    value: float | None
    href: str = ""
    note: Text = ""


@dataclass(frozen=True)
class Point:
    """A place, in degrees, WGS 84."""

    title: str
    longitude: float
    latitude: float
    href: str = ""
    note: Text = ""


@dataclass(frozen=True)
class AreaMap:
    """Divisions coloured by their numbers, and places.

    ``name`` is unique on the page; ``above`` is the code of the division whose parts are drawn.
    """

    name: str
    title: Text
    above: str
    areas: Sequence[Area] = ()
    points: Sequence[Point] = ()
    unit: Text = ""
    note: Text = ""

    @property
    def most(self) -> float:
        """The greatest number, at least 0."""
        return max((area.value for area in self.areas if area.value is not None), default=0)
