"""Pages of an installation in which nothing has been declared: each says what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.pages import parsed

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import put_organisation, put_user
from huitong.apps.sharing.models import Grant
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


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("late", "到期前 2 个工作日会提醒", "You are reminded 2 working days before the end"),
        ("work", "轮到您时会出现在这里", "and it is your turn, it appears here"),
        ("night", "点开能看到原因和怎么办", "with why and what to do"),
        ("overdue", "把目录挂接到库表或文件", "Link catalog items to tables or files"),
    ],
)
def test_a_quiet_morning_says_what_will_come(boss: Client, name: str, zh: str, en: str) -> None:
    for tongue, words in (("zh-hans", zh), ("en", en)):
        boss.cookies["django_language"] = tongue
        panel = parsed(boss, "/").css_first(f"section[aria-labelledby={name}]")
        assert panel is not None and words in panel.text()


def test_the_screen_of_an_empty_city(boss: Client) -> None:
    told = parsed(boss, "/screen/").body.text()  # type: ignore[union-attr]
    for words in (
        "还没有登记部门和目录",
        "最近 30 分钟没有调用",
        "还没有挂接的目录",
        "还没有检查过数据",
        "没有超期的办件",
    ):
        assert words in told


def test_nobody_may_look_around(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    for path in ("/", "/open/", "/papers/", "/search/?q=zzzz"):
        assert parsed(client, path).css_first(".empty h3, .empty h2, .empty p") is not None, path
    parsed(client, "/login/")
    parsed(client, "/organisations/")


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/items/", "/compile/"),
        ("/items/?q=户籍", "/items/"),
        ("/items/confirm/", "/compile/"),
        ("/compile/scan/", "/compile/"),
        ("/responsibilities/data/", "/responsibilities/"),
        ("/systems/", "/systems/new/"),
        ("/projects/", "/projects/new/"),
        ("/cases/", "/cases/?in=all"),
        ("/cases/?in=open", "/cases/?in=all"),
    ],
)
def test_an_empty_page_leads_on(boss: Client, path: str, onward: str) -> None:
    onward_link = parsed(boss, path).css_first(".empty a.button")
    assert onward_link is not None and onward_link.attributes["href"] == onward
    assert boss.get(onward).status_code == 200
    boss.cookies["django_language"] = "en"
    english = parsed(boss, path).css_first(".empty a.button")
    assert english is not None and english.text().isascii(), "in the reader's language"


def test_an_empty_page_leads_nobody_where_they_may_not_go(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    assert parsed(client, "/items/").css_first(".empty h3") is not None
    assert parsed(client, "/items/").css_first(".empty a.button") is None


def test_all_cases_are_all_there_are(boss: Client) -> None:
    assert parsed(boss, "/cases/?in=all").css_first(".empty a.button") is None


def test_a_home_without_grants_leads_to_the_services(town: Path, as_user: Callable[[str], Client]) -> None:
    Grant.objects.all().delete()
    onward = parsed(as_user("developer"), "/").css_first("section[aria-labelledby=grants] .empty a.button")
    assert onward is not None and onward.attributes["href"] == "/services/"
