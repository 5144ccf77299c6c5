"""Make the demo city and let a day pass: ``python -m bench.generate [people …] [--times 3]``."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Figure, numbers_wanted, peak_gigabytes, show, times_wanted
from huitong.packs.demo import generate_city, tick_city
from huitong.packs.demo.generator.crew import WORKERS

SIZES = [50_000, 5_000_000]
ALONE = "--alone"


def measure(people: int, times: int) -> list[Figure]:
    """Make a city ``times`` times, each in a temporary folder, which is removed, and let a day pass in it; medians."""
    made, ticked = [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
            report = generate_city(Path(folder), people=people)
            made.append(report.seconds)
            started = time.perf_counter()
            day = tick_city(Path(folder))
            ticked.append(time.perf_counter() - started)
            disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e9
    crew = WORKERS * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    rows = sum(holding.rows for holding in report.holdings)
    changed = sum(one.inserted + one.updated + one.deleted for one in day.tables)
    size = f"{people:,} people"
    return [
        Figure(
            f"demo city of {size}, {rows:,} rows, {disk:.1f} GB, median of {times}",
            f"{statistics.median(made):.1f} s",
            "< 180 s" if people >= 5_000_000 else "",
        ),
        Figure(f"a day in a city of {size}, {changed:,} rows", f"{statistics.median(ticked):.1f} s"),
        Figure(f"demo city of {size}: peak memory", f"{max(peak_gigabytes(), crew):.2f} GB", "< 4 GB"),
    ]


def measure_alone(people: int) -> list[Figure]:
    """Measure in a process of its own, so that peak memory is its own."""
    words = [ALONE, str(people), "--json", "--times", str(times_wanted())]
    command = [sys.executable, "-m", "bench.generate", *words]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [Figure(**one) for one in json.loads(answer.stdout)]


def main() -> None:
    """Measure each size."""
    sizes = numbers_wanted() or SIZES
    if ALONE in sys.argv:
        show(measure(sizes[0], times_wanted()))
        return
    show([figure for people in sizes for figure in measure_alone(people)])


if __name__ == "__main__":
    main()
