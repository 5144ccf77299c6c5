"""A disk that is really full: a small file system of its own, filled by the write itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.rows import replace_rows
from huitong.foundation.errors import Transient
from huitong.foundation.settings import load_settings

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB; needs the right to mount, which a container's root has."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _rows(lake: Lake) -> int:
    with lake.reader() as con:
        row = con.execute("SELECT count(*) FROM raw.t").fetchone()
        return int(row[0]) if row else 0


def _fill(lake: Lake, rows: int) -> None:
    wanted = f"SELECT CAST(i AS VARCHAR) AS _key, 1 AS _run, md5(CAST(i AS VARCHAR)) AS a FROM range({rows}) t(i)"
    with lake.transaction() as con:
        replace_rows(con, "raw", "t", new=wanted)


def test_a_full_disk_undoes_the_write_and_says_so(small_disk: Path) -> None:
    with open_lake(load_settings(home=small_disk / "var", environment={})) as lake:
        _fill(lake, 1000)
        with pytest.raises(Transient) as caught:
            _fill(lake, 3_000_000)
        assert caught.value.code == "lake.disk_full"
        assert _rows(lake) == 1000


def test_with_room_again_the_same_lake_goes_on(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with open_lake(load_settings(home=small_disk / "var", environment={})) as lake:
        _fill(lake, 1000)
        with ballast.open("wb") as file, pytest.raises(OSError):
            while True:
                file.write(b"\0" * 65_536)
        with pytest.raises(Transient):
            _fill(lake, 200_000)
        ballast.unlink()
        _fill(lake, 2000)
        assert _rows(lake) == 2000
