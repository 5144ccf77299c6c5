"""What every answer says to the browser about safety: pages, files, the gateway, exports; in the open, and by HTTPS."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from starlette.types import ASGIApp

from huitong.apps.accounts.models import User
from huitong.gateway.app import create_gateway
from huitong.gateway.config import config_from

Login = Callable[[str], User]
GATEWAY = ("/health", "/openapi.json", "/nowhere", "/v1/resident/records", "/v1/nothing/verify", "/token")

PROGRAM = """
import json, django
django.setup()
from django.test import Client
from django.core.management import call_command
call_command("migrate", verbosity=0)
plain = Client(headers={"host": "data.example.cn"}).get("/login/")
site = Client(headers={"host": "data.example.cn", "x-forwarded-proto": "https"})
answer = site.get("/login/")
cookies = {name: (bool(one["secure"]), one["samesite"]) for name, one in answer.cookies.items()}
from huitong.config.security import guards
files = {name.decode(): value.decode() for name, value in guards()}
print(json.dumps([plain.status_code, plain.headers.get("Location"), dict(answer.headers), cookies, files]))
"""


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/open/", "/nowhere/", "/api/items"])
def test_every_answer_is_guarded(town: object, path: str) -> None:
    headers = Client(headers={"host": "localhost"}).get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy and "*" not in policy
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin" and headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


async def _ask(app: ASGIApp, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/site/css/base.css", 200),
        ("/static/site/mark.svg", 200),
        ("/static/site/none.css", 404),
        ("/static/site/%2e%2e/%2e%2e/views.py", 404),
    ],
)
def test_files_are_guarded(path: str, status: int) -> None:
    """Files do not go through Django, and a missing one is answered by the router around it."""
    from huitong.config.asgi import application

    answer = asyncio.run(_ask(application, path))
    assert answer.status_code == status
    for name in ("X-Content-Type-Options", "Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"):
        assert len(answer.headers.get_list(name)) == 1, name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", GATEWAY)
def test_the_gateway_alone_is_guarded(path: str, settings: Settings) -> None:
    async def ask() -> httpx.Response:
        gateway = create_gateway(config_from(settings.HUITONG))
        try:
            return await _ask(gateway, path)
        finally:
            gateway.state.gateway.close()

    answer = asyncio.run(ask())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("path", ["/items/", "/evidence/", "/audit/", "/runs/"])
def test_exports_are_saved_never_shown(town: object, user: Login, path: str, form: str) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    answer = client.get(path, {"export": form})
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_what_somebody_was_shown_is_not_kept(town: object, user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    assert "Cache-Control" not in client.get("/open/").headers
    client.force_login(user("bureau"))
    for path in ("/", "/items/", "/audit/", "/nowhere/", "/api/items"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    assert client.get("/divisions/341500.json").headers["Cache-Control"] == "max-age=86400", "the same for everybody"


def test_behind_https_nothing_goes_in_the_open(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUITONG_")}
    settings = {"HUITONG_HOME": str(tmp_path), "HUITONG_SECURE": "1", "HUITONG_HOSTS": "data.example.cn"}
    environment = {**kept, **settings, "DJANGO_SETTINGS_MODULE": "huitong.config.settings"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    import json

    status, location, headers, cookies, files = json.loads(done.stdout.splitlines()[-1])
    assert (status, location) == (301, "https://data.example.cn/login/")
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["Strict-Transport-Security"] == files["strict-transport-security"]
    assert cookies and all(secure and samesite == "Lax" for secure, samesite in cookies.values())


def test_what_robots_send_is_refused_and_breaks_nothing(town: object) -> None:
    client = Client(raise_request_exception=False)
    for host, referer, status in (("testserver", "http://[", 404), ("evil.example:x", "http://evil.example/", 400)):
        for ask in (client.get, client.post):
            answer = ask("/nowhere/", headers={"referer": referer, "host": host})
            assert answer.status_code == status, (host, ask)
