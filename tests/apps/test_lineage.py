"""Lineage: the same chain from either end, and only what the viewer may open."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.apps.accounts.models import User
from huitong.apps.collection.services import run_chain
from huitong.apps.graphs import GAP_Y, HEIGHT, Drawing, Graph, Node, drawing_of
from huitong.apps.overview.lineage import lineage_of_item, lineage_of_service

Login = Callable[[str], User]


def ids(drawing: Drawing) -> set[str]:
    """Names of the nodes."""
    return {box.node.id for box in drawing.boxes}


@pytest.mark.django_db
def test_both_ways(user: Login, system: User) -> None:
    run_chain(system)
    onwards = lineage_of_item(user("bureau"), "POLICE-01")
    back = lineage_of_service(user("bureau"), "resident")
    chain = {"department:police", "item:POLICE-01", "std:police_person", "library:population", "service:resident"}
    assert chain | {"grant:hr-resident"} <= ids(onwards) & ids(back)
    assert "item:CENTRE-01" in ids(back) and "item:CENTRE-01" not in ids(onwards)
    assert [box.node.id for box in onwards.boxes if box.node.here] == ["item:POLICE-01"]
    assert [box.node.id for box in back.boxes if box.node.here] == ["service:resident"]


@pytest.mark.django_db
def test_a_foreign_department_gets_no_way_to_the_rows(user: Login, system: User) -> None:
    run_chain(system)
    nodes = {box.node.id: box.node for box in lineage_of_item(user("hr"), "POLICE-01").boxes}
    assert nodes["std:police_person"].href == "" and nodes["library:population"].href
    inside = {box.node.id: box.node for box in lineage_of_item(user("police"), "POLICE-01").boxes}
    assert inside["std:police_person"].href


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=30).flatmap(
        lambda columns: st.tuples(
            st.just(columns),
            st.lists(st.tuples(st.integers(0, len(columns) - 1), st.integers(0, len(columns) - 1)), max_size=40),
        )
    )
)
def test_nothing_covers_anything(given_: tuple[list[int], list[tuple[int, int]]]) -> None:
    columns, pairs = given_
    nodes = [Node(str(number), column, "raw", "x") for number, column in enumerate(columns)]
    edges = [(str(a), str(b)) for a, b in pairs if columns[a] < columns[b]]
    drawing = drawing_of(Graph(tuple("abcde"), nodes, edges))
    assert len(drawing.boxes) == len(nodes) and len(drawing.paths) == len(edges)
    places = sorted((box.x, box.y) for box in drawing.boxes)
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        assert x0 != x1 or y1 - y0 >= HEIGHT + GAP_Y
    assert all(0 <= box.x < drawing.width and 0 <= box.y <= drawing.height - HEIGHT for box in drawing.boxes)
