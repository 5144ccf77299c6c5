"""Served towns and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.journeys.processes import Served, free_port

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def site_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served town keeps its state."""
    return tmp_path_factory.mktemp("town") / "var"


@pytest.fixture(scope="session")
def site(chromium: str, site_home: Path) -> Iterator[str]:
    """Address of the served town."""
    with served(site_home) as address:
        yield address


@pytest.fixture(scope="session")
def furnished_site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a town of its own in which people have been at work, always the same."""
    with served(tmp_path_factory.mktemp("furnished") / "var", "furnished") as address:
        yield address


@contextmanager
def served(state: Path, *how: str) -> Iterator[str]:
    """Serve a town with its state in a folder until the end of the block."""
    town = Served.start("tests.journeys.serving", state, free_port(), *how)
    try:
        town.wait()
        yield town.address
    finally:
        town.stop()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for a file of journeys. Its event loop goes with it: other tests have loops of their own."""
    # Playwright leaves an event loop in this thread; tests that use Django's database here afterwards are none of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()
