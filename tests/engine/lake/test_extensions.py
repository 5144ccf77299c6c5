"""DuckDB's extensions come from installed packages: no network, and nothing cached in the user's folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_LOAD = """
import duckdb
from huitong.engine.lake.extensions import connect
names = ("ducklake", "sqlite", "mysql", "postgres")
con = connect(extensions=names)
loaded = con.execute("SELECT extension_name FROM duckdb_extensions() WHERE loaded").fetchall()
assert {"ducklake", "sqlite_scanner", "mysql_scanner", "postgres_scanner"} <= {name for (name,) in loaded}, loaded
con.execute("ATTACH 'ducklake:catalog.duckdb' AS lake (DATA_PATH 'files')")
con.execute("CREATE TABLE lake.t AS SELECT 1 AS a")
print("loaded")
"""


def _without_network() -> list[str]:
    """Words before a command that leave it no network, where that is allowed."""
    words = ["unshare", "--net"]
    allowed = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True, check=False)
    return words if allowed and allowed.returncode == 0 else []


def test_extensions_load_without_a_network(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "HOME": str(tmp_path / "home"),
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere),
    }
    (tmp_path / "home").mkdir()
    answer = subprocess.run(
        [*_without_network(), sys.executable, "-c", _LOAD],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = answer.stdout.splitlines()[-1:]  # a slow machine draws a bar of its progress first
    assert answer.returncode == 0 and said == ["loaded"], answer.stderr
