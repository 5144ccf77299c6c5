"""The city's data flow as a picture: where each shape lies. Pure geometry and words; the template draws it.

Departments are lanes from left to right: what was gathered, what passed the checks and what was held back. From there
streams run into the base libraries and on to the services. A stream's width grows with the square root of its
number, so that a small department stays visible beside a large one; the numbers themselves are written out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.http import urlencode

from huitong.apps.overview.shapes import (
    BOTTOM,
    DEPARTMENT_WIDTH,
    LANE,
    NODE,
    THICKEST,
    THINNEST,
    TOP,
    WIDTH,
    X_CHECKED,
    X_RAW,
    Ribbon,
    Shape,
    Thickness,
    curve,
    fitted,
)
from huitong.apps.overview.specs import CityFlow, DepartmentFlow
from huitong.apps.overview.streams import weave


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
    unlinked: int = 0
    """Services that are not drawn, for no line leads to them."""


def picture_of(flow: CityFlow) -> Picture:
    """Lay out ``flow``. Grows with departments, libraries, services and edges, not with rows."""
    departments, declared = largest_first(flow), len(flow.services)
    flow = linked(flow)
    height = TOP + LANE * max(len(departments), len(flow.services), 3) + BOTTOM
    rows = _scale([each.raw_rows for each in departments])
    step = (height - TOP - BOTTOM) / len(departments)
    lanes = {each.code: TOP + step * (index + 0.5) for index, each in enumerate(departments)}
    checked, quarantine = _checked(departments, lanes, rows)
    libraries, services, streams = weave(flow, lanes, rows, bottom=height - BOTTOM)
    return Picture(
        width=WIDTH,
        height=height,
        departments=[_bar("source", 0, lanes[d.code], 30, d, items_url(d), d.items, d.failing) for d in departments],
        raw=[_bar("raw", X_RAW, lanes[d.code], rows(d.raw_rows), d, items_url(d), d.raw_rows) for d in departments],
        checked=checked,
        quarantine=quarantine,
        libraries=libraries,
        services=services,
        ribbons=[*_lane_ribbons(departments, lanes, rows), *streams],
        unlinked=declared - len(flow.services),
    )


def linked(flow: CityFlow) -> CityFlow:
    """Return the flow without libraries that no department of it feeds, and services that nothing drawn leads to."""
    shown = {row.code for row in flow.departments}
    fed = {edge.end for edge in flow.edges if edge.kind == "department-library" and edge.start in shown}
    starts = {"department-service": shown, "library-service": fed}
    served = {edge.end for edge in flow.edges if edge.start in starts.get(edge.kind, ())}
    return replace(
        flow,
        libraries=tuple(row for row in flow.libraries if row.code in fed),
        services=tuple(row for row in flow.services if row.code in served),
    )


def largest_first(flow: CityFlow) -> list[DepartmentFlow]:
    """Return the departments in the order of the picture's lanes."""
    return sorted(flow.departments, key=lambda each: -each.raw_rows)


def items_url(department: DepartmentFlow) -> str:
    """Return the address of a department's catalog items."""
    return f"{reverse('catalog:items')}?{urlencode({'provider': department.code})}"


def issues_url(department: DepartmentFlow) -> str:
    """Return the address of a department's quality issues."""
    return f"{reverse('collection:issues')}?{urlencode({'organisation': department.code})}"


def _scale(values: Sequence[int]) -> Thickness:
    most = max(values, default=0)

    def thickness(value: int) -> float:
        if value <= 0 or not most:
            return 0.0
        return max(THINNEST, THICKEST * math.sqrt(min(value, most) / most))

    return thickness


def _bar(
    kind: str, x: float, middle: float, height: float, row: DepartmentFlow, href: str, figure: int, second: int = 0
) -> Shape:
    short = fitted(row.title, DEPARTMENT_WIDTH)
    return Shape(kind, x, round(middle - height / 2, 1), round(height, 1), href, row.title, short, figure, second)


def _checked(
    departments: Sequence[DepartmentFlow], lanes: dict[str, float], rows: Thickness
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


def _held_middle(row: DepartmentFlow, middle: float, rows: Thickness) -> float:
    return middle + rows(row.std_rows) / 2 + 4 + rows(row.quarantine_rows) / 2


def _lane_ribbons(departments: Sequence[DepartmentFlow], lanes: dict[str, float], rows: Thickness) -> list[Ribbon]:
    ribbons = []
    for row in departments:
        middle, href = lanes[row.code], items_url(row)
        gathered = curve(X_RAW - 44, middle, X_RAW, middle)
        ribbons.append(Ribbon("raw", gathered, rows(row.raw_rows), href, row.title, "raw", row.raw_rows))
        passed = curve(X_RAW + NODE, middle, X_CHECKED, middle)
        ribbons.append(Ribbon("checked", passed, rows(row.std_rows), href, row.title, "checked", row.std_rows))
        if row.quarantine_rows:
            width = rows(row.quarantine_rows)
            lower_edge = middle + (rows(row.raw_rows) - width) / 2
            held = curve(X_RAW + NODE, lower_edge, X_CHECKED, _held_middle(row, middle, rows))
            ribbons.append(
                Ribbon("quarantine", held, width, issues_url(row), row.title, "quarantine", row.quarantine_rows)
            )
    return [ribbon for ribbon in ribbons if ribbon.figure]
