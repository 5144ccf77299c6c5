"""Every measurement, one after the other, each in a process of its own: ``python -m bench [part …]``.

What needs MariaDB (HUITONG_TEST_MARIADB) is left out, by name, where there is none.
"""

from __future__ import annotations

import os
import subprocess
import sys

PARTS = ("collect", "read", "check", "fuse", "gateway", "generate", "chain")


def main() -> None:
    """Run the named parts, or all."""
    for part in sys.argv[1:] or PARTS:
        print(f"\n## {part}\n", flush=True)
        if part == "collect" and not os.environ.get("HUITONG_TEST_MARIADB"):
            print("not measured: HUITONG_TEST_MARIADB is not set")
            continue
        subprocess.run([sys.executable, "-m", f"bench.{part}"], check=True)


if __name__ == "__main__":
    main()
