"""The map of islands as a picture: where each shape lies. Pure geometry; the template draws it.

Systems whose data is used stand on the left, those who use it on the right, joined by curves; of a large city the
departments stand there in place of their systems and apps. Islands are listed beside it, department by department.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from huitong.apps.registry.specs import Exchange, IslandMap, SystemRow

WIDTH = 960
ROW, BOX = 30, 22
LEFT_BOX, RIGHT_BOX = 330, 270
TOP = 34
MOST_BOXES = 40
"""Boxes a side that can still be told apart; beyond it departments are drawn."""
LONGEST = 20
"""Characters that fit a box of the left."""


@dataclass(frozen=True)
class Node:
    """A box with its words: ``code`` of a system, or "" for a consumer."""

    x: int
    y: int
    width: int
    code: str
    title: str
    short: str
    note: str
    figure: int

    @property
    def middle(self) -> int:
        """Height of its middle."""
        return self.y + BOX // 2

    @property
    def text_y(self) -> int:
        """Base line of its words."""
        return self.y + BOX - 6

    @property
    def end(self) -> int:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True)
class Curve:
    """One exchange: from whom to whom, how it runs, how thick."""

    path: str
    title: str
    width: float


@dataclass(frozen=True)
class Picture:
    """Everything drawn, in a box of ``width`` × ``height`` units."""

    width: int
    height: int
    systems: Sequence[Node]
    consumers: Sequence[Node]
    curves: Sequence[Curve]
    clustered: bool
    """Whether boxes are departments rather than systems and apps."""


@dataclass(frozen=True)
class Shore:
    """The systems of one department that stand alike, for a list."""

    organisation: str
    title: str
    systems: Sequence[SystemRow]


def picture_of(found: IslandMap) -> Picture:
    """Lay out the map. Grows with systems, consumers and exchanges."""
    apps = {one.app for one in found.exchanges}
    clustered = max(len(found.with_connection("shared")), len(apps)) > MOST_BOXES
    drawn = _by_department(found) if clustered else found
    rows = sorted(drawn.with_connection("shared"), key=lambda row: (row.organisation, -row.users))
    systems = [_node(0, TOP + place * ROW, LEFT_BOX, row) for place, row in enumerate(rows)]
    consumers = _consumers(drawn, len(systems))
    height = TOP + ROW * max(len(systems), len(consumers), 1) + 8
    return Picture(WIDTH, height, systems, consumers, _curves(drawn, systems, consumers), clustered)


def shores(rows: Sequence[SystemRow]) -> list[Shore]:
    """Group systems by department, those with most of them first."""
    grouped: dict[str, list[SystemRow]] = {}
    for row in rows:
        grouped.setdefault(row.organisation, []).append(row)
    found = [Shore(code, several[0].organisation_title, several) for code, several in grouped.items()]
    return sorted(found, key=lambda one: (-len(one.systems), one.organisation))


def _by_department(found: IslandMap) -> IslandMap:
    """Put each department in the place of its systems that are used, and of its apps."""
    owners = {row.code: row for row in found.systems}
    shared = found.with_connection("shared")
    sizes = Counter(row.organisation for row in shared)
    firsts = {row.organisation: row for row in reversed(shared)}
    joined = Counter({(owners[one.system].organisation, one.consumer): 0 for one in found.exchanges})
    for one in found.exchanges:
        joined[owners[one.system].organisation, one.consumer] += one.grants
    titles = {one.consumer: one.consumer_title for one in found.exchanges}
    systems = tuple(
        dataclasses.replace(
            row,
            code=code,
            title=f"{row.organisation_title} · {sizes[code]}",
            users=sum(1 for giver, _ in joined if giver == code),
        )
        for code, row in firsts.items()
    )
    exchanges = tuple(
        Exchange(giver, taker, titles[taker], taker, titles[taker], grants) for (giver, taker), grants in joined.items()
    )
    return IslandMap(systems, exchanges)


def _node(x: int, y: int, width: int, row: SystemRow) -> Node:
    return Node(x, y, width, row.code, row.title, fitted(row.title), row.organisation_title, row.users)


def fitted(text: str) -> str:
    """Shorten words to what a box holds: Latin letters are half as wide."""
    room = LONGEST * 2
    for place, char in enumerate(text):
        room -= 1 if char.isascii() else 2
        if room < 0:
            return text[: place - 1] + "…"
    return text


def _consumers(found: IslandMap, systems: int) -> list[Node]:
    apps = {one.app: one for one in found.exchanges}
    grants = Counter(dict.fromkeys(apps, 0))
    for one in found.exchanges:
        grants[one.app] += 1
    ordered = sorted(apps.values(), key=lambda one: (one.consumer, one.app))
    step = max(ROW, ROW * systems // max(1, len(ordered)))
    return [
        Node(
            WIDTH - RIGHT_BOX,
            TOP + place * step,
            RIGHT_BOX,
            one.app,
            one.app_title,
            fitted(one.app_title),
            one.consumer_title,
            grants[one.app],
        )
        for place, one in enumerate(ordered)
    ]


def _curves(found: IslandMap, systems: Sequence[Node], consumers: Sequence[Node]) -> list[Curve]:
    left = {node.code: node for node in systems}
    right = {node.code: node for node in consumers}
    curves = []
    for one in found.exchanges:
        begin, end = left.get(one.system), right.get(one.app)
        if begin and end:
            half = (begin.end + end.x) // 2
            path = f"M{begin.end} {begin.middle}C{half} {begin.middle} {half} {end.middle} {end.x} {end.middle}"
            curves.append(Curve(path, f"{begin.title} → {end.title}", min(6.0, 1.0 + one.grants)))
    return curves
