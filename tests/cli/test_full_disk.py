"""A disk that is full while commands run: one error, nothing lost, and with room again everything goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.tiny import ROWS, Bad, write_pack, write_table

from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings

HUITONG = str(Path(sys.executable).with_name("huitong"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MB; needs the right to mount, which a container's root has."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    """Fill a file system to the last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


def _run(*words: str, home: Path, tiny: Path) -> tuple[int, str, str]:
    environment = {**os.environ, "HUITONG_HOME": str(home), "HUITONG_LANGUAGE": "en", "tiny": str(tiny)}
    done = subprocess.run([HUITONG, *words], capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


def _raw(home: Path) -> list[tuple[str, ...]]:
    with open_lake(load_settings(home=home, environment={})) as lake, lake.reader() as con:
        return con.execute("SELECT code, name FROM raw.tiny_bad ORDER BY ALL").fetchall()


def test_commands_on_a_full_disk_say_so_and_go_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    home, tiny = small_disk / "var", tmp_path / "tiny"
    tiny.mkdir()
    for name in ("good", "bad"):
        write_table(tiny / f"{name}.db", ROWS)  # type: ignore[arg-type]
    assert _run("run", "--pack", str(write_pack(tiny, Bad())), home=home, tiny=tiny)[0] == 0
    more = [*ROWS, *((str(number), "x" * 50) for number in range(10, 3000))]
    write_table(tiny / "bad.db", more)  # type: ignore[arg-type]
    with _full(small_disk):
        for words in (("collect",), ("run",), ("check",), ("publish", "--full"), ("status",), ("init",)):
            code, out, err = _run(*words, home=home, tiny=tiny)
            assert code == 1 or (code == 0 and words[0] in ("status", "check", "publish", "init")), (words, out, err)
            assert "Traceback" not in out + err, (words, err)
            if code == 1:
                assert "disk_full" in out + err and "→ Free some space" in out + err, (words, out, err)
        code, out, err = _run("collect", "--json", home=home, tiny=tiny)
        document = json.loads(out)
        assert code == 1 and "disk_full" in (document[-1] if isinstance(document, list) else document)["code"]
    assert _raw(home) == ROWS, "nothing is lost, nothing half written"
    assert _run("run", home=home, tiny=tiny)[0] == 0
    assert len(_raw(home)) == len(more)


def test_an_installation_cannot_begin_on_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    with _full(small_disk):
        code, out, err = _run("init", home=small_disk / "var", tiny=tmp_path)
        assert code == 1 and "disk_full" in err and "Traceback" not in out + err, err
    assert _run("init", home=small_disk / "var", tiny=tmp_path)[0] == 0
