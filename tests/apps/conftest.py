"""Fixtures: an installation of its own for each test, with a town in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings
from tests.apps.town import PACK, PASSWORD, build_town

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.collection.services import allow_chains, bind_variables, close_stores, run_chain
from huitong.apps.ledger.services import close_desk
from huitong.apps.packs.services import apply_pack
from huitong.foundation.settings import Settings as Installation
from huitong.foundation.settings import load_settings

FAST_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def installation(home: Path) -> Installation:
    """Settings of an embedded installation; every test has the same secret."""
    return load_settings(home=home, environment={"HUITONG_SECRET": "test-secret", "HUITONG_THREADS": "1"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a file whose tests would wait for each other for ever.

    The town of a module lies in an open transaction; a test with transactions of its own would wait for its lock.
    """
    holding = {item.path for item in items if "_town_in_database" in getattr(item, "fixturenames", ())}
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction") and item.path in holding:
            raise pytest.UsageError(f"{item.nodeid} needs a file without tests that use the town.")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Folder of the installation's state; lake, serving store and evidence are closed after the test."""
    folder = tmp_path / "var"
    settings.HUITONG = installation(folder)
    settings.PASSWORD_HASHERS = FAST_HASHERS
    translation.deactivate()  # a page that an earlier test opened in English leaves its language behind
    allow_chains()
    yield folder
    close_desk()
    if "run_town" not in request.fixturenames:
        close_stores()


@pytest.fixture
def system(db: None) -> User:
    """The account that commands act as."""
    return system_user()


@pytest.fixture
def town_folder(tmp_path: Path) -> Path:
    """The town's departments with their systems."""
    folder = tmp_path / "town"
    build_town(folder)
    return folder


@pytest.fixture(scope="module")
def _town_in_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The town's pack applied once a module, in a transaction around all of its tests."""
    here = override_settings(HUITONG=installation(tmp_path_factory.mktemp("module")), PASSWORD_HASHERS=FAST_HASHERS)
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        with here:
            apply_pack(system_user(), PACK)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def town(_town_in_database: None, db: None, town_folder: Path) -> Path:
    """The town's pack, applied. Returns the folder of its departments' systems."""
    bind_variables(codes=[source.code for source in PACK.sources], variables={"town": str(town_folder)})
    return town_folder


@pytest.fixture(scope="module")
def _run_town(
    _town_in_database: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The chain run once a module: its lake and serving store are for reading, its runs stay for all of the module."""
    folder = tmp_path_factory.mktemp("run_town")
    build_town(folder)
    here = installation(folder / "var")
    with django_db_blocker.unblock(), override_settings(HUITONG=here):
        bind_variables(codes=[source.code for source in PACK.sources], variables={"town": str(folder)})
        run_chain(system_user())
    yield here
    close_stores()


@pytest.fixture
def run_town(_run_town: Installation, db: None, settings: Settings) -> None:
    """The town after one run of the chain. Do not mix with tests that count runs."""
    settings.HUITONG = dataclasses.replace(
        settings.HUITONG,
        lake_catalog=_run_town.lake_catalog,
        lake_data=_run_town.lake_data,
        serving_url=_run_town.serving_url,
    )


@pytest.fixture
def user(town: Path) -> Callable[[str], User]:
    """Gives a user of the town by login, freshly read."""
    return lambda login: User.objects.get(login=login)


@pytest.fixture
def as_user(town: Path) -> Callable[[str], Client]:
    """Gives a client signed in as a user of the town."""

    def signed_in(login: str) -> Client:
        client = Client()
        assert client.login(login=login, password=PASSWORD)
        return client

    return signed_in
