"""Where things stand on the screen's drawings, in units of their view boxes."""

from __future__ import annotations

import math

LANES = 10
"""Departments that are drawn; the rest are counted. More would be too small to read across a room."""
CHART_WIDTH, CHART_HEIGHT = 300, 80


def lane_y(index: int, count: int) -> float:
    """Return the middle of the lane with this index, in percent from the top: its name stands beside it."""
    return round(100 / max(count, 1) * (index + 0.5), 2)


def lane_path(y: float) -> str:
    """Return the way of a department's rows from its name to the middle, in a box of 100 by 100."""
    return f"M0 {y}C55 {y} 45 50 100 50"


def lane_width(rows: int, most: int) -> float:
    """Return how thick a lane is in rem: the root of its share, so that small departments are seen."""
    return round(0.12 + 0.9 * math.sqrt(rows / most), 2) if rows and most else 0.06


def bar(index: int, count: int, calls: int, most: int) -> tuple[float, float]:
    """Return left edge and height of a minute's bar."""
    height = CHART_HEIGHT * calls / most if most else 0.0
    return round(CHART_WIDTH / count * index, 2), round(max(height, 2.0 if calls else 0.0), 2)


def step(value: int, most: int) -> int:
    """Return the shade of a county, 0 for nothing to 5 for the most."""
    return min(5, 1 + int(5 * math.sqrt(value / most) * 0.999)) if value and most else 0
