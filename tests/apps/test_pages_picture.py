"""The picture of the data flow: everything is in it, nothing sticks out, streams meet their nodes."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from huitong.apps.overview.picture import picture_of
from huitong.apps.overview.shapes import fitted
from huitong.apps.overview.specs import CityFlow, CityTotals, DepartmentFlow, FlowEdge, LibraryFlow, ServiceFlow
from huitong.apps.overview.views import flow_drawing


def city(departments: int, libraries: int, services: int, rows: list[int]) -> CityFlow:
    """A city of the given size, with streams everywhere."""

    def amount(place: int) -> int:
        return rows[place % len(rows)]

    def department(place: int) -> DepartmentFlow:
        raw = amount(place)
        return DepartmentFlow(f"d{place}", f"部门{place}", 3, 2, 0, raw, raw - raw // 9, raw // 9, 0, None)

    return CityFlow(
        departments=tuple(department(place) for place in range(departments)),
        libraries=tuple(LibraryFlow(f"l{place}", f"库{place}", f"l{place}", 5, 1) for place in range(libraries)),
        services=tuple(
            ServiceFlow(f"s{place}", f"服务{place}", "base.l0", 1, 0, amount(place)) for place in range(services)
        ),
        edges=(
            *(
                FlowEdge("department-library", f"d{d}", f"l{n}", amount(d))
                for d in range(departments)
                for n in range(libraries)
            ),
            *(
                FlowEdge("library-service", f"l{n}", f"s{s}", amount(s))
                for n in range(libraries)
                for s in range(services)
            ),
            *(
                FlowEdge("department-service", f"d{d}", f"s{d % services}", amount(d))
                for d in range(departments)
                if services
            ),
            FlowEdge("department-library", "gone", "l0", 3),
            FlowEdge("library-service", "l0", "gone", 3),
        ),
        totals=CityTotals(departments, 1, 1, 1, 1, 1, 1, libraries, services, 1, 1, 1, 1),
        as_of=timezone.now(),
    )


NUMBERS = re.compile(r"-?[0-9]+(?:[.][0-9]+)?")


@settings(deadline=None, max_examples=40)
@given(
    departments=st.integers(1, 30),
    libraries=st.integers(0, 6),
    services=st.integers(0, 30),
    rows=st.lists(st.integers(0, 10**10), min_size=1, max_size=8),
)
def test_everything_lies_inside(departments: int, libraries: int, services: int, rows: list[int]) -> None:
    flow = city(departments, libraries, services, rows)
    picture = picture_of(flow)
    joined = services if libraries else min(departments, services)
    assert [len(picture.departments), len(picture.libraries), len(picture.services)] == [departments, libraries, joined]
    assert picture.unlinked == services - joined
    for ribbon in picture.ribbons:
        heights = [float(number) for number in NUMBERS.findall(ribbon.path)][1::2]
        assert ribbon.width > 0 and ribbon.href.startswith("/")
        assert all(-200 <= height <= picture.height + 200 for height in heights)
    for column in (picture.libraries, picture.services):
        middles = [shape.middle for shape in column]
        assert middles == sorted(middles), "in the order in which they are drawn"
        assert all(0 <= middle <= picture.height for middle in middles)
    assert {shape.figure for shape in picture.raw} == {one.raw_rows for one in flow.departments}


def test_what_no_line_leads_to_is_not_drawn() -> None:
    flow = city(2, 2, 3, [100])
    one_department = replace(
        flow,
        departments=flow.departments[:1],
        edges=(
            FlowEdge("department-library", "d0", "l0", 3),
            FlowEdge("department-library", "d1", "l1", 3),
            FlowEdge("library-service", "l0", "s0", 3),
            FlowEdge("library-service", "l1", "s1", 3),
            FlowEdge("department-service", "d1", "s2", 3),
        ),
    )
    picture = picture_of(one_department)
    assert [[shape.title for shape in column] for column in (picture.libraries, picture.services)] == [
        ["库0"],
        ["服务0"],
    ]
    assert picture.unlinked == 2 and all(ribbon.start != "库1" for ribbon in picture.ribbons)
    drawn = str(flow_drawing(one_department)).partition("</svg>")
    assert "服务1" not in drawn[0] and "另有 2 项服务不用这些数据" in drawn[2]
    assert "没有画出" not in str(flow_drawing(flow))


def test_streams_are_stacked_where_they_arrive() -> None:
    picture = picture_of(city(4, 1, 0, [100]))
    (library,) = picture.libraries
    arriving = [ribbon for ribbon in picture.ribbons if ribbon.kind == "library"]
    ends = sorted(float(NUMBERS.findall(ribbon.path)[-1]) for ribbon in arriving)
    gaps = [round(after - before, 1) for before, after in pairwise(ends)]
    assert gaps == [22.0, 22.0, 22.0], "side by side, as wide as they are"
    assert library.y <= ends[0] - 11 and ends[-1] + 11 <= library.end + 0.1


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("公安局", 100, "公安局"),
        ("人力资源和社会保障局", 70, "人力资源…"),
        ("Police", 200, "Police"),
        ("Police Bureau", 50, "Police…"),
    ],
)
def test_words_are_cut_to_fit(text: str, width: float, expected: str) -> None:
    assert fitted(text, width) == expected
