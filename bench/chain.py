"""The demo city of 50,000 people from nothing to an answer: ``python -m bench.chain [people] [--times 3]``."""

from __future__ import annotations

import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import httpx

from bench.measure import Figure, number_wanted, show, times_wanted

HUITONG = str(Path(sys.executable).with_name("huitong"))
PORT = 8931


def build(home: Path, people: int) -> tuple[float, float]:
    """Build the city without serving it; return seconds of the whole command and of the chain in it."""
    start = time.perf_counter()
    command = [HUITONG, "demo", "--people", str(people), "--no-serve", "--home", str(home)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole = time.perf_counter() - start
    with sqlite3.connect(home / "people.sqlite3") as con:
        first, last = con.execute("SELECT min(started_at), max(finished_at) FROM collection_run").fetchone()
    con.close()
    return whole, (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def seconds_to_serve(home: Path) -> float:
    """Start the built city again; return the seconds until it answers."""
    start = time.perf_counter()
    command = [HUITONG, "demo", "--home", str(home), "--port", str(PORT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/gateway/health", timeout=2, trust_env=False).raise_for_status()
                return time.perf_counter() - start
            except httpx.TransportError:
                time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def main() -> None:
    """Measure builds, each from nothing, and a later start of each; print the medians."""
    people, times = number_wanted(50_000), times_wanted()
    taken = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "var"
            taken.append((*build(home, people), seconds_to_serve(home)))
    whole, chain, again = (statistics.median(column) for column in zip(*taken, strict=True))
    show(
        [
            Figure(f"demo: the chain for {people:,} people, median of {times}", f"{chain:.0f} s", "< 60 s"),
            Figure("demo: generate, apply, chain", f"{whole:.0f} s", "< 300 s"),
            Figure("demo: a later start until it answers", f"{again:.1f} s", "< 10 s"),
        ]
    )


if __name__ == "__main__":
    main()
