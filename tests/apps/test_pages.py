"""Every page as everybody: who gets it, who does not, and what a page promises whoever opens it."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.http.response import HttpResponseBase
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import PAGES, ROLES, links, nodes, parsed, shown_text
from tests.apps.town import CENTRE_ROWS, PACK, POLICE_ROWS

from huitong.apps.accounts.models import User
from huitong.apps.collection.models import Run
from huitong.apps.collection.services import run_chain
from huitong.apps.declared import canonical
from huitong.apps.libraries.services import look_up

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
Open = Callable[[str], Client]


@pytest.fixture
def as_(user: Login) -> Open:
    """Gives a browser that is signed in as a user of the town; "" for nobody."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        if login:
            client.force_login(user(login))
            confirm(client, user(login))
        return client

    return client_of


def confirm(client: Client, user: User) -> None:
    """As if ``user`` had just given the password: sensitive pages open."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_every_page_as_everybody(as_: Open, system: User) -> None:
    run_chain(system)
    clients = {login: as_(login) for login in ROLES}
    wrong = []
    for path, allowed in PAGES.items():
        for login, client in clients.items():
            response = client.get(path)
            right = response.status_code == 200 if login in allowed else _refused(response, path)
            if not right:
                wrong.append((path, login or "nobody", response.status_code, response.headers.get("Location")))
    assert not wrong


def _refused(response: HttpResponseBase, path: str) -> bool:
    if path in ("/login/", "/mine/"):
        return response.status_code == 302
    sent_away = response.status_code == 302 and response.headers["Location"].startswith("/login/")
    return response.status_code in (403, 404) or sent_away


def test_runs_are_for_those_whose_they_are(as_: Open, system: User) -> None:
    run_chain(system)
    mine = Run.objects.filter(target="POLICE-01", kind="collect").get()
    assert {
        login: as_(login).get(f"/runs/{mine.pk}/").status_code for login in ("bureau", "police", "hr", "citizen")
    } == {
        "bureau": 200,
        "police": 200,
        "hr": 404,
        "citizen": 403,
    }


def nothing_inline(path: str, response: HttpResponseBase, page: HTMLParser) -> None:
    """The policy holds because there is nothing it would have to stop."""
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy
    for node in nodes(page):
        for name, value in node.attributes.items():
            assert name != "style" and not name.startswith("on"), (path, node.tag, name)
            assert not (value or "").lstrip().startswith("javascript:"), (path, node.tag, name)
        assert node.tag != "style", path
        assert node.tag != "script" or node.attributes.get("src"), path


def headed_and_titled(path: str, response: HttpResponseBase, page: HTMLParser) -> None:
    """A language, a title, one heading."""
    assert [node.attributes.get("lang") for node in page.css("html")] == ["zh-Hans"]
    assert len(page.css("h1")) == 1 or path == "/design/", path
    title = page.css_first("title")
    assert title is not None and not title.text().strip().startswith("·"), path


def unique_ids(path: str, response: HttpResponseBase, page: HTMLParser) -> None:
    """An id names one thing."""
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids)), (path, sorted(str(name) for name in ids if ids.count(name) > 1))


def labelled(path: str, response: HttpResponseBase, page: HTMLParser) -> None:
    """Every field says what it is for."""
    named = {node.attributes.get("for") for node in page.css("label[for]")}
    for node in page.css("input:not([type=hidden]), select, textarea"):
        inside = node.parent is not None and node.parent.tag == "label"
        assert node.attributes.get("aria-label") or node.attributes.get("id") in named or inside, (path, node.html)


def guarded(path: str, response: HttpResponseBase, page: HTMLParser) -> None:
    """Every form that changes something carries a token."""
    for form in page.css("form[method=post]"):
        assert form.css_first("input[name=csrfmiddlewaretoken]") is not None, (path, form.attributes)


PROMISES = (nothing_inline, headed_and_titled, unique_ids, labelled, guarded)


def test_every_page_keeps_its_promises(as_: Open, system: User) -> None:
    run_chain(system)
    client = as_("bureau")
    for path in (*(path for path, who in PAGES.items() if "bureau" in who), "/nowhere/"):
        response = client.get(path)
        page = HTMLParser(response.content.decode())
        for promise in PROMISES:
            promise(path, response, page)


def test_every_link_leads_somewhere(as_: Open, system: User) -> None:
    run_chain(system)
    look_up(User.objects.get(login="police"), library="population", key=str(CENTRE_ROWS[0][0]), purpose="核对参保")
    for login in ROLES:
        client = as_(login)
        todo, done, dead = {"/"} if login else {"/", "/login/", "/items/"}, set[str](), []
        while todo:
            path = todo.pop()
            done.add(path)
            response = client.get(path)
            if response.status_code not in (200, 302):
                dead.append((path, response.status_code))
            elif response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
                todo |= links(HTMLParser(response.content.decode())) - done
            assert len(done) < 600, "the crawl does not end"
        assert not dead, (login, dead)


CHINESE = re.compile(r"[\u3400-\u9fff]+")


def test_english_pages_are_english(as_: Open, system: User) -> None:
    """Chinese on an English page is data: each run of it occurs in what the town declares, or in its rows."""
    run_chain(system)
    corpus = canonical(PACK).decode() + str(POLICE_ROWS) + str(CENTRE_ROWS) + "系统户籍信息"
    for login in ROLES:
        client = as_(login)
        client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
        for path in (*(path for path, who in PAGES.items() if login in who), "/nowhere/"):
            page = HTMLParser(client.get(path).content.decode())
            assert page.css_first("html").attributes["lang"] == "en"  # type: ignore[union-attr]
            strange = {run for run in CHINESE.findall(shown_text(page)) if run not in corpus}
            assert not strange, (path, strange)


def test_pages_load_little(as_: Open, system: User) -> None:
    """Style sheets under 120 KB and scripts under 40 KB, gzipped."""
    page = parsed(as_("bureau"), "/flow/")
    sheets = [str(node.attributes["href"]) for node in page.css("link[rel=stylesheet]")]
    scripts = [str(node.attributes["src"]) for node in page.css("script")]

    def weight(addresses: list[str]) -> int:
        files = [finders.find(address.removeprefix("/static/").partition("?")[0]) for address in addresses]
        return sum(len(gzip.compress(Path(str(file)).read_bytes())) for file in files)

    assert weight(sheets) < 120_000 and weight(scripts) < 40_000


def test_errors_are_pages(as_: Open) -> None:
    nobody = as_("")
    missing = nobody.get("/nowhere/")
    assert missing.status_code == 404 and "没有找到" in missing.content.decode()
    forbidden = as_("citizen").get("/runs/")
    assert forbidden.status_code == 403 and "people.not_allowed" in forbidden.content.decode()
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    expired = strict.post("/login/", {"username": "a", "password": "b"})
    assert expired.status_code == 403 and "页面已过期" in expired.content.decode()
    wrong_host = Client(headers={"host": "evil.example"}).get("/items/")
    assert wrong_host.status_code == 400 and "无法处理" in wrong_host.content.decode()


def test_an_error_leaves_the_way_on(as_: Open) -> None:
    """The navigation and the search of whoever reads it, and no code that only programs know."""
    for login, address, status in (("police", "/nowhere/", 404), ("police", "/users/", 403), ("", "/nowhere/", 404)):
        answer = as_(login).get(address)
        assert answer.status_code == status
        page = HTMLParser(answer.content.decode())
        assert page.css_first("nav a[href='/items/']" if login else ".public-nav a[href='/open/']")
        assert page.css_first("form[action='/find/'] input[name=q]" if login else ".bar a[href='/search/']")
        assert "not_found" not in shown_text(page) and "not_allowed" not in shown_text(page)


def test_a_failure_of_ours_is_a_page(as_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_("bureau")
    client.raise_request_exception = False
    monkeypatch.setattr("huitong.apps.catalog.views.item_list", lambda *_args, **_kwargs: 1 / 0)
    failed = client.get("/items/")
    assert failed.status_code == 500 and "系统出错了" in failed.content.decode()
    assert "ZeroDivisionError" not in failed.content.decode()


def test_nobody_is_sent_to_sign_in_and_back(as_: Open) -> None:
    response = as_("").get("/runs/?state=failed")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/?next=/runs/%3Fstate%3Dfailed")
