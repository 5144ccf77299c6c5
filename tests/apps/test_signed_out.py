"""A page asks for a part of itself after its session ended: it is told to lead to sign in, and from there back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huitong.apps.accounts.models import User

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
HERE = "http://localhost/runs/?size=100"


def ask(path: str, *, shown: str = HERE, signed_in: bool = True) -> tuple[int, str]:
    """Ask as a script does; return the status and where it is to lead."""
    headers = {"host": "localhost", "hx-request": "true", "hx-current-url": shown}
    answer = Client(headers={**headers, **({"x-signed-in": "1"} if signed_in else {})}).get(path)
    return answer.status_code, answer.headers.get("HX-Redirect", "")


@pytest.mark.parametrize("path", ["/runs/?size=100", "/items/", "/find/?part=1&q=a", "/items/POLICE-01/rows/raw/", "/"])
def test_a_part_of_a_page_leads_to_sign_in(town: object, path: str) -> None:
    """Also where a stranger would be shown something else: it is not what the page was made of."""
    assert ask(path) == (401, "/login/?next=/runs/%3Fsize%3D100")


def test_only_what_needs_it_for_who_was_never_in(town: object) -> None:
    assert ask("/items/", signed_in=False) == (200, "")
    assert ask("/runs/", signed_in=False)[0] == ask("/find/?part=1", signed_in=False)[0] == 401
    client = Client(headers={"host": "localhost"})
    assert client.get("/runs/").headers["Location"] == "/login/?next=/runs/"
    assert client.get("/find/?q=x").headers["Location"].startswith("/search/")


@pytest.mark.parametrize(
    "shown", ["", "https://evil.example/x", "http://localhost//evil.example/x", "javascript:alert(1)", "http://[", "/x"]
)
def test_it_leads_back_to_our_own_pages_only(town: object, shown: str) -> None:
    assert ask("/runs/", shown=shown) == (401, "/login/?next=/")


def test_somebody_signed_in_is_answered(town: object, user: Login) -> None:
    client = Client(headers={"host": "localhost", "hx-request": "true", "x-signed-in": "1"})
    client.force_login(user("bureau"))
    assert client.get("/runs/").status_code == 200
    assert b"data-signed-in" in client.get("/runs/").content
    assert b"data-signed-in" not in Client(headers={"host": "localhost"}).get("/items/").content
