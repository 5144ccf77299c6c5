"""The right half of the picture: libraries and services, and the streams that run into them.

Nodes lie near the middle of what feeds them, and streams are stacked at their ends in the order of their other ends,
so that as few as possible cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from huitong.apps.overview.shapes import (
    LABEL_WIDTH,
    NODE,
    THICKEST,
    THINNEST,
    TOP,
    X_CHECKED,
    X_LIBRARY,
    X_SERVICE,
    Ribbon,
    Shape,
    Thickness,
    curve,
    fitted,
)
from huitong.apps.overview.specs import CityFlow, FlowEdge, LibraryFlow, ServiceFlow

LIBRARY_GAP, SERVICE_GAP = 84.0, 44.0
"""Least distance of the middles of two nodes: libraries have words above and below."""
LEAST_BAR = 22.0


@dataclass(frozen=True)
class _Stream:
    edge: FlowEdge
    width: float
    begin: float
    """Height at which it leaves its start."""


def weave(
    flow: CityFlow, lanes: dict[str, float], rows: Thickness, *, bottom: float
) -> tuple[list[Shape], list[Shape], list[Ribbon]]:
    """Place libraries, services and the streams into both.

    Args:
        lanes: height of each department's lane, by code.
        rows: width of a stream by its rows; streams of calls have a scale of their own.
        bottom: lower edge of the picture.
    """
    into_libraries = [
        _Stream(edge, max(THINNEST, rows(edge.rows)), lanes[edge.start])
        for edge in flow.edges
        if edge.kind == "department-library" and edge.start in lanes
    ]
    libraries = _column([_library(row) for row in flow.libraries], into_libraries, LIBRARY_GAP, bottom)
    most = max((edge.rows for edge in flow.edges if edge.kind == "library-service"), default=0)
    into_services = [
        _Stream(edge, max(THINNEST, rows(edge.rows)), lanes[edge.start])
        for edge in flow.edges
        if edge.kind == "department-service" and edge.start in lanes
    ]
    into_services += [
        _Stream(edge, max(THINNEST, THICKEST * math.sqrt(edge.rows / most)) if most else THINNEST, start.middle)
        for edge in flow.edges
        if edge.kind == "library-service" and (start := libraries.get(edge.start))
    ]
    services = _column([_service(row) for row in flow.services], into_services, SERVICE_GAP, bottom)
    titles = {row.code: row.title for row in flow.departments}
    ribbons = [
        *_ribbons(into_libraries, libraries, titles, {}),
        *_ribbons(into_services, services, titles, libraries),
    ]
    return list(libraries.values()), list(services.values()), ribbons


def _library(row: LibraryFlow) -> tuple[str, Shape]:
    href = reverse("libraries:library", args=[row.code])
    words = fitted(row.title, LABEL_WIDTH)
    return row.code, Shape("library", X_LIBRARY, 0, 0, href, row.title, words, row.rows, row.conflicts)


def _service(row: ServiceFlow) -> tuple[str, Shape]:
    href = reverse("sharing:service", args=[row.code])
    words = fitted(row.title, LABEL_WIDTH)
    return row.code, Shape("service", X_SERVICE, 0, 0, href, row.title, words, row.calls_30_days, row.grants)


def _column(
    nodes: Sequence[tuple[str, Shape]], streams: Sequence[_Stream], gap: float, bottom: float
) -> dict[str, Shape]:
    """Place nodes by code near the middle of what feeds them, at least ``gap`` apart."""
    fed = {code: [stream for stream in streams if stream.edge.end == code] for code, _shape in nodes}
    middle = (TOP + bottom) / 2
    wished = {
        code: sum(s.begin * s.width for s in fed[code]) / sum(s.width for s in fed[code]) if fed[code] else middle
        for code, _shape in nodes
    }
    ordered = sorted(nodes, key=lambda node: wished[node[0]])
    heights = _apart([wished[code] for code, _shape in ordered], gap, TOP + gap / 2, bottom - gap / 2)
    placed = {}
    for (code, shape), y in zip(ordered, heights, strict=True):
        bar = max(LEAST_BAR, sum(stream.width for stream in fed[code]))
        placed[code] = replace(shape, y=round(y - bar / 2, 1), height=round(bar, 1))
    return placed


def _apart(wished: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Return heights in the same order, as near as may be to those wished for, ``gap`` apart while there is room."""
    gap = min(gap, (bottom - top) / max(1, len(wished) - 1))
    heights: list[float] = []
    for y in wished:
        heights.append(max(y, heights[-1] + gap if heights else top))
    limit = bottom
    for index in reversed(range(len(heights))):
        heights[index] = min(heights[index], limit)
        limit = heights[index] - gap
    return heights


def _ribbons(
    streams: Sequence[_Stream], ends: dict[str, Shape], titles: dict[str, str], starts: dict[str, Shape]
) -> list[Ribbon]:
    """Draw streams, stacked where they arrive, and where they leave a library."""
    into = {code: [i for i, s in enumerate(streams) if s.edge.end == code] for code in ends}
    out = {code: [i for i, s in enumerate(streams) if s.edge.start == code and s.edge.end in ends] for code in starts}
    for indices in into.values():
        indices.sort(key=lambda index: streams[index].begin)
    for indices in out.values():
        indices.sort(key=lambda index: ends[streams[index].edge.end].middle)
    arrive, leave = _stacked(streams, into, ends), _stacked(streams, out, starts)
    kinds = {"department-library": "library", "department-service": "direct", "library-service": "service"}
    ribbons = []
    for index, stream in enumerate(streams):
        edge, end = stream.edge, ends.get(stream.edge.end)
        if end is None:
            continue
        from_library = edge.kind == "library-service" and edge.start in starts
        begins = (X_LIBRARY + NODE, leave[index]) if from_library else (X_CHECKED + NODE, stream.begin)
        path = curve(*begins, end.x, arrive[index])
        title = starts[edge.start].title if from_library else titles.get(edge.start, "")
        ribbons.append(Ribbon(kinds[edge.kind], path, stream.width, end.href, title, end.title, edge.rows))
    return ribbons


def _stacked(streams: Sequence[_Stream], touching: dict[str, list[int]], nodes: dict[str, Shape]) -> dict[int, float]:
    """Return by index the height of each stream where it touches its node, side by side around the node's middle."""
    heights: dict[int, float] = {}
    for code, indices in touching.items():
        at = nodes[code].middle - sum(streams[index].width for index in indices) / 2
        for index in indices:
            heights[index] = at + streams[index].width / 2
            at += streams[index].width
    return heights
