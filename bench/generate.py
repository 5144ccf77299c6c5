"""Make the demo city and let a day pass: ``python -m bench.generate [people …]``, by default 50 k and 5 M."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Figure, peak_gigabytes, show
from huitong.packs.demo import generate_city, tick_city
from huitong.packs.demo.generator.crew import WORKERS

SIZES = ("50000", "5000000")
ALONE = "--alone"


def measure(people: int) -> list[Figure]:
    """Make one city in a temporary folder, which is removed, and let one day pass in it."""
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        report = generate_city(Path(folder), people=people)
        started = time.perf_counter()
        day = tick_city(Path(folder))
        ticked = time.perf_counter() - started
        disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e9
    crew = WORKERS * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    rows = sum(holding.rows for holding in report.holdings)
    changed = sum(one.inserted + one.updated + one.deleted for one in day.tables)
    size = f"{people:,} people"
    return [
        Figure(
            f"demo city of {size}, {rows:,} rows, {disk:.1f} GB",
            f"{report.seconds:.1f} s",
            "< 180 s" if people >= 5_000_000 else "",
        ),
        Figure(f"a day in a city of {size}, {changed:,} rows", f"{ticked:.1f} s"),
        Figure(f"demo city of {size}: peak memory", f"{max(peak_gigabytes(), crew):.2f} GB", "< 4 GB"),
    ]


def measure_alone(people: str) -> list[Figure]:
    """Measure in a process of its own, so that peak memory is its own."""
    command = [sys.executable, "-m", "bench.generate", ALONE, people, "--json"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [Figure(**one) for one in json.loads(answer.stdout)]


def main() -> None:
    """Measure each size."""
    sizes = [word for word in sys.argv[1:] if word.isdecimal()] or SIZES
    if ALONE in sys.argv:
        show(measure(int(sizes[0])))
        return
    show([figure for people in sizes for figure in measure_alone(people)])


if __name__ == "__main__":
    main()
