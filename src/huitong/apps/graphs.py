"""Graphs that run from left to right: what lies where. Pure geometry; ``{% graph %}`` draws it as SVG with links.

Nodes stand in columns, in each column in the order that crosses least with the column before. The same nodes are
listed column by column for narrow pages and for those who do not see the drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huitong.apps.labels import Text

WIDTH, HEIGHT = 176, 46
GAP_X, GAP_Y = 44, 14
HEAD = 30


@dataclass(frozen=True)
class Node:
    """A thing in the graph. ``kind`` chooses its colour, ``column`` its place; the page's own thing is ``here``."""

    id: str
    column: int
    kind: str
    title: str
    note: Text = ""
    href: str = ""
    here: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes in columns, and what leads from which to which."""

    columns: Sequence[Text]
    nodes: Sequence[Node]
    edges: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Box:
    """A node where it is drawn."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """A graph in a box of ``width`` × ``height`` units."""

    width: int
    height: int
    heads: Sequence[tuple[int, Text]]
    boxes: Sequence[Box]
    paths: Sequence[str]
    columns: Sequence[tuple[Text, Sequence[Node]]]
    """The nodes as a list, column by column; columns without nodes are left out."""


def drawing_of(graph: Graph) -> Drawing:
    """Lay out ``graph``. Grows with nodes and edges; columns without nodes take no room."""
    kept = sorted({node.column for node in graph.nodes})
    columns = _ordered(graph, kept)
    tallest = max((len(nodes) for nodes in columns), default=0)
    height = HEAD + tallest * (HEIGHT + GAP_Y)
    boxes: dict[str, Box] = {}
    for place, nodes in enumerate(columns):
        top = HEAD + (height - HEAD - len(nodes) * (HEIGHT + GAP_Y)) // 2
        for row, node in enumerate(nodes):
            boxes[node.id] = Box(node, place * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y))
    return Drawing(
        width=len(kept) * (WIDTH + GAP_X) - GAP_X,
        height=height,
        heads=[(place * (WIDTH + GAP_X), graph.columns[column]) for place, column in enumerate(kept)],
        boxes=list(boxes.values()),
        paths=[_path(boxes[start], boxes[end]) for start, end in graph.edges],
        columns=[(graph.columns[column], nodes) for column, nodes in zip(kept, columns, strict=True)],
    )


def _ordered(graph: Graph, kept: Sequence[int]) -> list[list[Node]]:
    """The nodes of each column, each near the middle of those that lead to it."""
    before: Mapping[str, list[str]] = defaultdict(list)
    for start, end in graph.edges:
        before[end].append(start)
    rank: dict[str, float] = {}
    columns = []
    for column in kept:
        nodes = [node for node in graph.nodes if node.column == column]
        middle = {
            node.id: sum(rank.get(one, 0) for one in before[node.id]) / len(before[node.id])
            if before[node.id]
            else float(place)
            for place, node in enumerate(nodes)
        }
        nodes.sort(key=lambda node: middle[node.id])
        rank |= {node.id: float(place) for place, node in enumerate(nodes)}
        columns.append(nodes)
    return columns


def _path(start: Box, end: Box) -> str:
    """A curve that leaves and arrives level."""
    x0, y0, x1, y1 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    bend = (x0 + x1) // 2
    return f"M{x0} {y0}C{bend} {y0} {bend} {y1} {x1} {y1}"
