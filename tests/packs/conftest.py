"""A small demo city, made once; tests that change one take a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.pack import Pack
from huitong.packs.demo import generate_city, truth_path

PEOPLE = 1_000


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a city of a thousand people on its first day. Leave it as it is."""
    folder = tmp_path_factory.mktemp("demo")
    generate_city(folder, people=PEOPLE)
    return folder


@pytest.fixture
def copied_home(home: Path, tmp_path: Path) -> Path:
    """A copy of ``home`` to do with as a test likes."""
    return Path(shutil.copytree(home, tmp_path / "home"))


@pytest.fixture
def truth(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The truth database, read-only."""
    con = duckdb.connect(str(truth_path(home)), read_only=True)
    yield con
    con.close()


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The demo pack with the standards it requires."""
    return load_pack("demo")
