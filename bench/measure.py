"""What every measurement shares: medians, peak memory in a process of its own, a table of results."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, the value with its unit, and what is aimed at or compared with."""

    what: str
    value: str
    target: str = ""
    peer: str = ""


def median_seconds(action: Callable[[], object], *, times: int = 3) -> float:
    """Return the median time of an action."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def peak_gigabytes() -> float:
    """Return the most memory this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def show(figures: list[Figure]) -> None:
    """Print figures: a table for people, JSON with ``--json``."""
    if "--json" in sys.argv:
        print(json.dumps([asdict(one) for one in figures]))
        return
    print(f"| {'measured':58} | {'value':>22} | {'target':>18} | peer in the same run |")
    print("|---|---:|---:|---|")
    for one in figures:
        print(f"| {one.what:58} | {one.value:>22} | {one.target:>18} | {one.peer} |")
