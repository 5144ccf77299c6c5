"""Static files and pages go out packed, and browsers may keep files until they change."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client
from starlette.applications import Starlette
from starlette.routing import Mount

from huitong.config.files import HOUR, YEAR, PackedFiles

SHEET = settings.PACKAGE / "site" / "static" / "site" / "css" / "base.css"


Get = Callable[..., httpx.Response]


@pytest.fixture
def get() -> Get:
    """Asks for a file as the process serves it."""
    app = Starlette(routes=[Mount("/static", app=PackedFiles(directory=settings.PACKAGE / "site" / "static"))])

    async def ask(path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path, headers=headers)

    return lambda path, **headers: asyncio.run(ask(path, {k.replace("_", "-"): v for k, v in headers.items()}))


def test_a_file_goes_out_packed(get: Get) -> None:
    address = static("site/css/base.css")
    assert "?v=" in address
    answer = get(address)
    assert answer.headers["content-encoding"] == "gzip" and answer.headers["cache-control"] == YEAR
    assert answer.content == SHEET.read_bytes() and int(answer.headers["content-length"]) < SHEET.stat().st_size / 2
    again = get(address, if_none_match=answer.headers["etag"])
    assert again.status_code == 304
    plain = get("/static/site/css/base.css", accept_encoding="identity")
    assert "content-encoding" not in plain.headers and plain.headers["cache-control"] == HOUR
    assert plain.content == SHEET.read_bytes() and plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/%2e%2e/config/settings.py", "/static/no.css"]
)
def test_nothing_else_is_served(get: Get, path: str) -> None:
    assert get(path).status_code == 404


def test_an_address_changes_with_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huitong.config import files as module

    page = tmp_path / "a.css"
    monkeypatch.setattr(module.finders, "find", lambda _name: str(page))
    versions = set()
    for content in ("a", "b"):
        page.write_text(content)
        module._version.cache_clear()
        versions.add(static("a.css"))
    module._version.cache_clear()
    assert len(versions) == 2


@pytest.mark.django_db
def test_pages_go_out_packed() -> None:
    answer = Client(headers={"host": "localhost", "accept-encoding": "gzip"}).get("/design/")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).startswith(b"<!doctype html>")
