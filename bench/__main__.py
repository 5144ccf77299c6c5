"""Everything in one table: ``python -m bench``; what needs MariaDB is left out, by name, where there is none."""

from __future__ import annotations

import os

from bench.measure import Figure, in_own_process, show

PARTS = ("bench.collect", "bench.check", "bench.fuse", "bench.gateway", "bench.generate", "bench.chain")


def main() -> None:
    """Run each measurement in a process of its own."""
    figures: list[Figure] = []
    for part in PARTS:
        if part == "bench.collect" and not os.environ.get("HUITONG_TEST_MARIADB"):
            figures.append(Figure("bench.collect", "not measured", "", "HUITONG_TEST_MARIADB is not set"))
            continue
        figures += in_own_process(part)
    show(figures)


if __name__ == "__main__":
    main()
