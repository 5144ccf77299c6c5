"""What every measurement shares: medians, peak memory in a process of its own, a table of results."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit


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


def peak_gigabytes(*, children: int = 0) -> float:
    """Return the most memory this process has held, in GB.

    Args:
        children: how many processes it had at work at once; each is taken for the largest of them.
    """
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if children else 0
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + children * largest) / 1e6


def p50_p95(milliseconds: list[float]) -> str:
    """Say the median and the 95th percentile of times after the first, and the first."""
    first, rest = milliseconds[0], milliseconds[1:]
    return f"{statistics.median(rest):.0f} / {statistics.quantiles(rest, n=20)[-1]:.0f} ms, first {first:.0f} ms"


def on_postgresql(module: str) -> None:
    """Run a measurement again in a process of its own, with a database of its own that is dropped afterwards.

    Nothing where HUITONG_TEST_POSTGRESQL names no server.
    """
    server = os.environ.get("HUITONG_TEST_POSTGRESQL", "")
    if not server:
        print("not measured on PostgreSQL: HUITONG_TEST_POSTGRESQL is not set")
        return
    import psycopg

    name = f"huitong_bench_{os.getpid()}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as con:
        con.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        try:
            environment = {**os.environ, "HUITONG_DATABASE_URL": url}
            subprocess.run([sys.executable, "-m", module, *sys.argv[1:]], env=environment, check=True)
        finally:
            con.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def times_wanted(default: int = 3) -> int:
    """Return how often to measure: ``--times N``."""
    return int(sys.argv[sys.argv.index("--times") + 1]) if "--times" in sys.argv else default


def numbers_wanted() -> list[int]:
    """Return the numbers among the words, e.g. of rows or people, without that of ``--times``."""
    words = zip(sys.argv, sys.argv[1:], strict=False)
    return [int(word) for before, word in words if word.isdecimal() and before != "--times"]


def number_wanted(default: int) -> int:
    """Return the first number among the words."""
    return (*numbers_wanted(), default)[0]


def show(figures: list[Figure]) -> None:
    """Print figures: a table for people, JSON with ``--json``."""
    if "--json" in sys.argv:
        print(json.dumps([asdict(one) for one in figures]))
        return
    print(f"| {'measured':58} | {'value':>22} | {'target':>18} | peer in the same run |")
    print("|---|---:|---:|---|")
    for one in figures:
        print(f"| {one.what:58} | {one.value:>22} | {one.target:>18} | {one.peer} |")
