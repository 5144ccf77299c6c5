"""Pages of an installation in which nothing has been declared: each says what to do next."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.apps.pages import parsed

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import put_organisation, put_user
from huitong.engine.declarations import people

pytestmark = pytest.mark.django_db

SAY_WHAT_TO_DO = (
    "/", "/flow/", "/items/", "/elements/", "/runs/", "/issues/", "/libraries/", "/services/", "/grants/", "/evidence/",
)  # fmt: skip


@pytest.fixture
def boss(system: User) -> Client:
    """A browser of the bureau's only user."""
    put_organisation(system, spec=people.Organisation(code="data", title="数据局", title_en="Bureau", kind="bureau"))
    put_user(system, spec=people.User(login="boss", name="局长", organisation="data", role="bureau"))
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(login="boss"))
    return client


@pytest.mark.parametrize("path", SAY_WHAT_TO_DO)
def test_an_empty_page_says_what_to_do(boss: Client, path: str) -> None:
    page = parsed(boss, path)
    assert page.css_first(".empty h3") is not None
    assert page.css_first(".empty p") is not None


@pytest.mark.parametrize("path", ["/look-up/", "/organisations/", "/audit/", "/design/"])
def test_other_pages_open(boss: Client, path: str) -> None:
    parsed(boss, path)


def test_nobody_may_look_around(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    assert client.get("/").headers["Location"] == "/login/"
    parsed(client, "/login/")
    parsed(client, "/organisations/")
