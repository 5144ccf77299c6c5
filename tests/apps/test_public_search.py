"""The public search: everything public, by name, pinyin and initials; nothing that is not public."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.apps.pages import parsed

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.public.searching import SUGGESTED, search, suggestions

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def nobody(town: object) -> Client:
    """A browser that is not signed in."""
    return Client(headers={"host": "localhost"})


def hrefs(text: str, kind: str = "") -> set[str]:
    """Addresses of what the search finds, of one kind or of all."""
    return {hit.href for group in search(text) if kind in ("", group.kind) for hit in group.hits}


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("text", "kind", "href"),
    [
        ("参保", "open", "/open/CENTRE-01/"),
        ("姓名", "fields", "/open/CENTRE-01/"),
        ("人口信息", "services", "/papers/#resident"),
        ("rkxx", "services", "/papers/#resident"),
        ("renkou", "services", "/papers/#resident"),
        ("公安", "departments", "/organisations/police/"),
        ("gaj", "departments", "/organisations/police/"),
        ("gonganju", "departments", "/organisations/police/"),
        ("手机", "elements", "/elements/?q=mobile"),
        ("sjhm", "elements", "/elements/?q=mobile"),
        ("mobile", "elements", "/elements/?q=mobile"),
        ("投诉", "pages", "/hotline/"),
        ("12345", "pages", "/hotline/"),
        ("ys", "pages", "/privacy/"),
        ("隐私", "pages", "/privacy/"),
        ("证明", "pages", "/papers/"),
        ("谁用过", "pages", "/mine/"),
        ("授权", "help", "/help/glossary/#grant"),
    ],
)
def test_everything_public_is_found(text: str, kind: str, href: str) -> None:
    assert href in hrefs(text, kind)


@pytest.mark.usefixtures("town")
def test_what_is_not_open_is_never_found() -> None:
    for text in ("户籍", "户籍人口", "POLICE-01", "police_person", "性别", "技能证书"):
        assert not hrefs(text, "open")
        assert not {href for href in hrefs(text) if "POLICE" in href or "HR-01" in href}
    assert hrefs("参保")
    CatalogItem.objects.filter(code="CENTRE-01").update(open_to_public=False)
    assert not hrefs("参保", "open")
    assert not hrefs("姓名", "fields")


def test_every_hit_opens_for_anybody(nobody: Client) -> None:
    for text in ("数据", "人", "公安", "帮助", "登录", "手机", "12345"):
        for href in hrefs(text):
            assert nobody.get(href.partition("#")[0]).status_code == 200, (text, href)


@pytest.mark.usefixtures("town")
def test_english_readers_find_pages_by_english_words() -> None:
    with override("en"):
        assert "/hotline/" in hrefs("complain", "pages")
        assert "/organisations/police/" in hrefs("police", "departments")


@pytest.mark.usefixtures("town")
def test_suggestions_are_few_and_of_many_kinds() -> None:
    found = suggestions("人")
    assert 0 < len(found) <= SUGGESTED
    assert len({group.kind for group, _hit in found}) > 2
    assert suggestions("  ") == ()


def test_the_box_suggests_and_still_submits(nobody: Client) -> None:
    for path in ("/", "/search/?q=人"):
        box = parsed(nobody, path).css_first("form.search-box")
        assert box is not None and box.attributes["action"] == "/search/"
        field = box.css_first("input[role=combobox]")
        assert field is not None
        assert box.css_first(f"#{field.attributes['aria-controls']}[role=listbox]") is not None
    part = parsed(nobody, "/search/?part=1&q=公安")
    options = part.css("[role=option]")
    assert "/organisations/police/" in [node.attributes["href"] for node in options]
    assert len({node.attributes["id"] for node in options}) == len(options)
    assert part.css_first("html head title") is None
    assert not parsed(nobody, "/search/?part=1&q=<script>alert(1)</script>").css("script")


@pytest.mark.parametrize("path", ["/open/", "/papers/", "/hotline/", "/mine/", "/about/", "/help/", "/organisations/"])
def test_inner_pages_lead_to_the_search(nobody: Client, path: str) -> None:
    assert parsed(nobody, path).css_first(".bar-tools a[href='/search/']") is not None


def test_searching_takes_few_queries(nobody: Client) -> None:
    nobody.get("/search/?q=人")
    with CaptureQueriesContext(connection) as queries:
        nobody.get("/search/?q=人")
    assert len(queries) <= 20
