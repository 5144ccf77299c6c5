"""From a bare clone to a city that answers: ``python -m bench.bare [people]``, by default 50,000.

Clones this repository into a temporary folder and runs there what README says, ``make demo``. Packages come from where
pip takes them on this machine, its cache included: the figure says what a machine with a warm cache needs.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.measure import Figure, number_wanted, show

ROOT = Path(__file__).parents[1]


def measure(folder: Path, people: int) -> tuple[float, float]:
    """Clone, install, build and serve; return the seconds of installing, and of all until the site answers.

    Raises:
        CalledProcessError: ``make install`` failed.
        RuntimeError: ``make demo`` ended before it answered.
    """
    clone = folder / "huitong"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUITONG_", "PYTHONPATH"))}
    start = time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    port = _free_port()
    make = ["make", "--no-print-directory", f"PYTHON={sys.executable}", f"PEOPLE={people}", f"PORT={port}"]
    subprocess.run([*make, "install"], cwd=clone, env=environment, check=True, stdout=sys.stderr)
    installed = time.perf_counter() - start
    demo = subprocess.Popen([*make, "demo"], cwd=clone, env=environment, stdout=sys.stderr, start_new_session=True)
    try:
        _wait_until_it_answers(demo, port)
        return installed, time.perf_counter() - start
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(timeout=60)


def _wait_until_it_answers(demo: subprocess.Popen[bytes], port: int) -> None:
    while demo.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/gateway/health", timeout=2, trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:  # not there yet, or not ready
            time.sleep(0.2)
    raise RuntimeError(f"make demo ended with {demo.returncode}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Measure once: it takes minutes."""
    people = number_wanted(50_000)
    with tempfile.TemporaryDirectory(prefix="huitong-bare-") as folder:
        installed, whole = measure(Path(folder), people)
    show(
        [
            Figure(f"bare clone: make demo of {people:,} people answers", f"{whole:.0f} s", "< 300 s"),
            Figure("… of which cloning and installing", f"{installed:.0f} s"),
        ]
    )


if __name__ == "__main__":
    main()
