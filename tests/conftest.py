"""Fixtures that every test may use. A test that needs a service is skipped where it is not configured."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from tests.servers import listening

from huitong.foundation.settings import Settings, load_settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that declare the longest time begin first: the last worker to end is then not far behind the others."""
    limits: dict[Path, float] = {}
    for item in items:
        mark = item.get_closest_marker("timeout")
        limit = float(mark.args[0]) if mark and mark.args else 0.0
        limits[item.path] = max(limit, limits.get(item.path, 0.0))
    items.sort(key=lambda item: -limits[item.path])


def _from_environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        pytest.skip(f"{name} is not set")
    return value


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """A PostgreSQL database in which a test may create schemas and databases of its own."""
    return _from_environment("HUITONG_TEST_POSTGRESQL")


@pytest.fixture(scope="session")
def mariadb_url() -> str:
    """A MariaDB server on which a test may create databases of its own."""
    return _from_environment("HUITONG_TEST_MARIADB")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data (see CONTRIBUTING.md)."""
    return Path(_from_environment("HUITONG_TEST_DATA"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium binary."""
    return _from_environment("HUITONG_TEST_CHROMIUM")


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Make the tables from the models at once; ``test_models.py`` sees to it that the migrations give the same."""
    return False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite's test database in a file, as an installation does: in memory, threads do not wait for each other.

    On PostgreSQL each worker has a database of its own.
    """
    database = django_settings.DATABASES["default"]
    test = database.setdefault("TEST", {})
    if database["ENGINE"].endswith("sqlite3"):
        test["NAME"] = str(tmp_path_factory.mktemp("database") / "people.sqlite3")
    else:
        test["NAME"] = f"test_{database['NAME']}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""

    def say_nothing(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    with listening(say_nothing) as port:
        yield port


@pytest.fixture
def settings_here(tmp_path: Path) -> Settings:
    """Settings of an empty installation, embedded everything, under ``tmp_path``."""
    return load_settings(home=tmp_path / "var", environment={})
