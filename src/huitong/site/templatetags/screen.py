"""What only the screen draws: ``{% load screen %}``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huitong.apps.labels import language
from huitong.apps.screen.specs import Named
from huitong.site import figures
from huitong.site.boundaries import boundaries_below

register = template.Library()
MAP_WIDTH, MAP_HEIGHT = 400.0, 340.0


@dataclass(frozen=True)
class Shape:
    """One county, projected to the map's view box: its outline, and where its name stands."""

    code: str
    name: str
    path: str
    x: float
    y: float


@register.filter
def said(named: Named) -> str:
    """A title of the picture in the reader's language."""
    return named.en if language() == "en" else named.zh


@register.simple_tag
def figure(value: float | None) -> SafeString:
    """A large number, its unit smaller beside it."""
    number, unit = figures.short(value)
    return format_html("{}<small>{}</small>", number, unit) if unit else format_html("{}", number)


@register.simple_tag
def share(part: float, whole: float) -> SafeString:
    """A large percentage, its sign smaller beside it."""
    text = figures.percent(part, whole)
    number = text.removesuffix("%")
    return format_html("{}<small>%</small>", number) if number != text else format_html("{}", text)


@register.simple_tag
def county_shapes(division: str) -> tuple[Shape, ...]:
    """Return the counties of a city, none where their boundaries are not known."""
    return _shapes(division[:6])


@lru_cache(maxsize=8)
def _shapes(code: str) -> tuple[Shape, ...]:
    found = boundaries_below(code)
    if found is None:
        return ()
    counties = [(feature["properties"], _rings(feature["geometry"])) for feature in json.loads(found)["features"]]
    points = [point for _about, rings in counties for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = min(MAP_WIDTH / ((east - west) * narrow), MAP_HEIGHT / (north - south))
    left = (MAP_WIDTH - (east - west) * narrow * scale) / 2
    top = (MAP_HEIGHT - (north - south) * scale) / 2

    def place(point: Sequence[float]) -> tuple[float, float]:
        return (
            round(left + (point[0] - west) * narrow * scale, 1),
            round(top + (north - point[1]) * scale, 1),
        )

    return tuple(_shape(about, [[place(point) for point in ring] for ring in rings]) for about, rings in counties)


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """Outer rings only: no county of ours has a hole that a wall would show."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [part[0] for part in parts]


def _shape(about: dict[str, str], rings: list[list[tuple[float, float]]]) -> Shape:
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
    x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
    return Shape(str(about["code"]), str(about["name"]), path, round(x, 1), round(y, 1))


def _area(ring: list[tuple[float, float]]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


def _middle(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """The centre of gravity of a ring."""
    size = 6 * _area(ring) or 1.0
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / size, y / size
