"""Every measurement, one after the other, each in a process of its own: ``python -m bench [part …]``.

What needs MariaDB (HUITONG_TEST_MARIADB) or a browser (HUITONG_TEST_CHROMIUM) is left out, by name, where there is
none.
"""

from __future__ import annotations

import os
import subprocess
import sys

PARTS = (
    "bare", "collect", "read", "check", "fuse", "gateway", "generate", "chain",
    "catalog", "cases", "desk", "people", "assessment", "pages", "rows",
)  # fmt: skip
NEEDS = {"collect": "HUITONG_TEST_MARIADB", "pages": "HUITONG_TEST_CHROMIUM", "rows": "HUITONG_TEST_CHROMIUM"}


def main() -> None:
    """Run the named parts, or all."""
    for part in sys.argv[1:] or PARTS:
        print(f"\n## {part}\n", flush=True)
        if part in NEEDS and not os.environ.get(NEEDS[part]):
            print(f"not measured: {NEEDS[part]} is not set")
            continue
        subprocess.run([sys.executable, "-m", f"bench.{part}"], check=True)


if __name__ == "__main__":
    main()
