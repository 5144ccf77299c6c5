"""Fixtures that every test may use. A test that needs a service is skipped where it is not configured."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from huitong.foundation.settings import Settings, load_settings


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


@pytest.fixture
def settings_here(tmp_path: Path) -> Settings:
    """Settings of an empty installation, embedded everything, under ``tmp_path``."""
    return load_settings(home=tmp_path / "var", environment={})
