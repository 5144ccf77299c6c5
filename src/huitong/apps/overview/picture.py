"""The city's data flow as a picture: where each shape lies. Pure geometry and words; the template draws it.

Departments are lanes from left to right: what was gathered, what passed the checks and what was held back. From there
streams run into the base libraries and on to the services. A stream's width grows with the square root of its
number, so that a small department stays visible beside a large one; the numbers themselves are written out.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.urls import reverse
from django.utils.http import urlencode

from huitong.apps.overview.specs import CityFlow, DepartmentFlow, LibraryFlow, ServiceFlow

T = TypeVar("T")

WIDTH = 1180
TOP = 58
LANE = 46
NODE = 7
X_RAW, X_CHECKED, X_LIBRARY, X_SERVICE = 236, 452, 700, 958
THICKEST, THINNEST = 22.0, 1.5
LABEL_WIDTH = 200.0


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


@dataclass(frozen=True)
class Picture:
    """Everything drawn, in a box of ``width`` × ``height`` units."""

    width: int
    height: int
    departments: Sequence[Shape]
    raw: Sequence[Shape]
    checked: Sequence[Shape]
    quarantine: Sequence[Shape]
    libraries: Sequence[Shape]
    services: Sequence[Shape]
    ribbons: Sequence[Ribbon]


def picture_of(flow: CityFlow) -> Picture:
    """Lay out ``flow``. Grows with departments, libraries, services and edges, not with rows."""
    flow = replace(flow, departments=tuple(sorted(flow.departments, key=lambda each: -each.raw_rows)))
    height = TOP + LANE * max(len(flow.departments), len(flow.services), 3) + 12
    rows = _scale([d.raw_rows for d in flow.departments])
    lanes = {
        d.code: TOP + (height - TOP - 12) * (index + 0.5) / len(flow.departments)
        for index, d in enumerate(flow.departments)
    }
    raw = [_bar("raw", X_RAW, lanes[d.code], rows(d.raw_rows), d, items_url(d), d.raw_rows) for d in flow.departments]
    checked, quarantine = _checked(flow.departments, lanes, rows)
    libraries = _column(flow.libraries, X_LIBRARY, height, 30, _library)
    services = _column(flow.services, X_SERVICE, height, 22, _service)
    ribbons = [
        *_lane_ribbons(flow.departments, lanes, rows),
        *_edges(flow, lanes, {s.href: s for s in (*libraries, *services)}),
    ]
    departments = [_bar("source", 0, lanes[d.code], 30, d, items_url(d), d.items, d.failing) for d in flow.departments]
    return Picture(WIDTH, height, departments, raw, checked, quarantine, libraries, services, ribbons)


def items_url(department: DepartmentFlow) -> str:
    """Return the address of a department's catalog items."""
    return f"{reverse('catalog:items')}?{urlencode({'provider': department.code})}"


def issues_url(department: DepartmentFlow) -> str:
    """Return the address of a department's quality issues."""
    return f"{reverse('collection:issues')}?{urlencode({'organisation': department.code})}"


def fitted(text: str, width: float, size: float = 13.0) -> str:
    """Return ``text`` cut to ``width`` units at ``size``: a Chinese character is a square, a Latin one about half."""
    used = 0.0
    for index, character in enumerate(text):
        used += size * (1.0 if unicodedata.east_asian_width(character) in "WF" else 0.54)
        if used > width:
            return text[: max(1, index - 1)].rstrip() + "…"
    return text


def _scale(values: Sequence[int]) -> Callable[[int], float]:
    most = max(values, default=0)

    def thickness(value: int) -> float:
        if value <= 0 or not most:
            return 0.0
        return max(THINNEST, THICKEST * math.sqrt(min(value, most) / most))

    return thickness


def _bar(
    kind: str, x: float, middle: float, height: float, row: DepartmentFlow, href: str, figure: int, second: int = 0
) -> Shape:
    short = fitted(row.title, X_RAW - 66)
    return Shape(kind, x, round(middle - height / 2, 1), round(height, 1), href, row.title, short, figure, second)


def _checked(
    departments: Sequence[DepartmentFlow], lanes: dict[str, float], rows: Callable[[int], float]
) -> tuple[list[Shape], list[Shape]]:
    """Place what passed on the lane's middle and what was held back just below it."""
    passed, held = [], []
    for row in departments:
        middle = lanes[row.code]
        figures = row.std_rows, row.quarantine_rows
        passed.append(_bar("checked", X_CHECKED, middle, rows(row.std_rows), row, items_url(row), *figures))
        if row.quarantine_rows:
            below = _held_middle(row, middle, rows)
            bar = _bar("quarantine", X_CHECKED, below, rows(row.quarantine_rows), row, issues_url(row), 0)
            held.append(replace(bar, short="", figure=row.quarantine_rows, lane=middle))
    return passed, held


def _held_middle(row: DepartmentFlow, middle: float, rows: Callable[[int], float]) -> float:
    return middle + rows(row.std_rows) / 2 + 4 + rows(row.quarantine_rows) / 2


def _column(rows: Sequence[T], x: float, height: int, bar: float, shape: Callable[[T], Shape]) -> list[Shape]:
    """Spread nodes evenly over the height, ``bar`` units high each."""
    step = (height - TOP - 12) / max(1, len(rows))
    placed = []
    for index, row in enumerate(rows):
        made = shape(row)
        y = round(TOP + step * (index + 0.5) - bar / 2, 1)
        placed.append(Shape(made.kind, x, y, bar, made.href, made.title, made.short, made.figure, made.second))
    return placed


def _library(row: LibraryFlow) -> Shape:
    href = reverse("libraries:library", args=[row.code])
    return Shape("library", 0, 0, 0, href, row.title, fitted(row.title, LABEL_WIDTH), row.rows, row.conflicts)


def _service(row: ServiceFlow) -> Shape:
    href = reverse("sharing:service", args=[row.code])
    return Shape("service", 0, 0, 0, href, row.title, fitted(row.title, LABEL_WIDTH), row.calls_30_days, row.grants)


def _lane_ribbons(
    departments: Sequence[DepartmentFlow], lanes: dict[str, float], rows: Callable[[int], float]
) -> list[Ribbon]:
    ribbons = []
    for row in departments:
        middle, href = lanes[row.code], items_url(row)
        gathered = _curve(X_RAW - 44, middle, X_RAW, middle)
        ribbons.append(Ribbon("raw", gathered, rows(row.raw_rows), href, row.title, "raw", row.raw_rows))
        passed = _curve(X_RAW + NODE, middle, X_CHECKED, middle)
        ribbons.append(Ribbon("checked", passed, rows(row.std_rows), href, row.title, "checked", row.std_rows))
        if row.quarantine_rows:
            width = rows(row.quarantine_rows)
            lower_edge = middle + (rows(row.raw_rows) - width) / 2
            held = _curve(X_RAW + NODE, lower_edge, X_CHECKED, _held_middle(row, middle, rows))
            ribbons.append(
                Ribbon("quarantine", held, width, issues_url(row), row.title, "quarantine", row.quarantine_rows)
            )
    return [ribbon for ribbon in ribbons if ribbon.figure]


def _edges(flow: CityFlow, lanes: dict[str, float], placed: dict[str, Shape]) -> list[Ribbon]:
    """Draw what runs into libraries (by rows) and into services (by calls)."""
    rows = _scale([edge.rows for edge in flow.edges if edge.kind != "library-service"])
    calls = _scale([edge.rows for edge in flow.edges if edge.kind == "library-service"])
    titles = {d.code: d.title for d in flow.departments} | {row.code: row.title for row in flow.libraries}
    ribbons = []
    for edge in flow.edges:
        into_library = edge.kind == "department-library"
        end = placed.get(reverse("libraries:library" if into_library else "sharing:service", args=[edge.end]))
        if end is None:
            continue
        if edge.kind == "library-service":
            start = placed.get(reverse("libraries:library", args=[edge.start]))
            begins = (X_LIBRARY + NODE, start.middle) if start else None
        else:
            begins = (X_CHECKED + NODE, lanes[edge.start]) if edge.start in lanes else None
        if begins is None:
            continue
        width = max(THINNEST, (calls if edge.kind == "library-service" else rows)(edge.rows))
        path = _curve(*begins, end.x, end.middle)
        kind = {"department-library": "library", "department-service": "direct"}.get(edge.kind, "service")
        ribbons.append(Ribbon(kind, path, width, end.href, titles.get(edge.start, ""), end.title, edge.rows))
    return ribbons


def _curve(x0: float, y0: float, x1: float, y1: float) -> str:
    bend = (x0 + x1) / 2
    return f"M{x0:.1f} {y0:.1f}C{bend:.1f} {y0:.1f} {bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
