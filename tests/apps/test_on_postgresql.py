"""The same suite with the people plane on PostgreSQL: what the services promise does not depend on the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.postgresql, pytest.mark.slow, pytest.mark.timeout(1500)]


def test_the_suite_passes_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    url = urlsplit(postgresql_url)._replace(path=f"/huitong_apps_{os.getpid()}")
    environment = {**os.environ, "HUITONG_DATABASE_URL": url.geturl(), "HUITONG_HOME": str(tmp_path / "var")}
    here = Path(__file__)
    chosen = ["-m", "not slow", f"--ignore={here}", "--maxfail=20", "--create-db"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(here.parent), *chosen],
        cwd=here.parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
