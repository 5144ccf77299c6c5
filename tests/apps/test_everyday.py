"""Everyday words: what people type finds what titles call otherwise, in every search, in either language."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.apps.pages import parsed
from tests.apps.town import INSURANCE

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.services import put_item
from huitong.apps.catalog.specs import ItemFilter
from huitong.apps.everyday import bare_readings, close_readings, everyday_words, meant, offices
from huitong.apps.public.searching import search
from huitong.apps.sharing.services import put_service
from huitong.site.finding import find

Login = Callable[[str], User]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("社保", "社会保险"),
        ("ｓｈｅｂａｏ", "社会保险"),
        ("房产证", "不动产"),
        ("离婚证", "离婚登记"),
        ("低保", "最低生活保障"),
        ("身份证", "公民身份号码"),
        ("marriage", "婚姻状况"),
        ("Social  Security", "社会保险"),
        ("社保 单位", "社会保险 单位"),
    ],
)
def test_everyday_words_are_read_as_titles_say_it(text: str, meaning: str) -> None:
    assert meaning in close_readings(text)
    assert close_readings(text)[0] == text, "what is typed comes first"


@pytest.mark.parametrize("text", ["参保人员", "手机号码", "carpet", "不动产", "", " ", "%_[", "证明", "公民身份号码"])
def test_what_says_what_it_means_stays_as_it_is(text: str) -> None:
    assert close_readings(text) == (text,)


def test_a_text_of_everyday_words_alone_is_read_in_few_ways() -> None:
    text = "".join(said for one in everyday_words().words for said in one.said)[:200]
    most = max(len(one.means) for one in everyday_words().words)
    assert 2 < len(close_readings(text)) <= 1 + 4 * most


def test_the_longest_word_is_what_was_said() -> None:
    assert close_readings("离婚证") == ("离婚证", "离婚登记", "婚姻状况"), "and not 离婚 with a 证 after it"


@pytest.mark.parametrize(
    ("text", "bare"),
    [("社保证明怎么开", "社保"), ("怎么查房产证？", "房产证"), ("how to get a title deed", "title deed"), ("证明", "")],
)
def test_what_stands_around_a_thing_is_left_away(text: str, bare: str) -> None:
    assert bare_readings(text)[:1] == ((bare,) if bare else ())


def test_found_as_typed_comes_first_and_bare_only_for_want_of_better() -> None:
    titles = ["社会保险参保查询", "社保卡补办", "婚姻状况查询"]
    assert meant("社保", titles, lambda title: (title,)) == ["社保卡补办", "社会保险参保查询"]
    assert meant("婚姻证明", titles, lambda title: (title,)) == ["婚姻状况查询"]
    assert meant("没有这个", titles, lambda title: (title,)) == []


def test_the_list_is_in_order() -> None:
    listed = everyday_words()
    said = [word for one in listed.words for word in one.said]
    assert len(said) == len(set(said)), "each word once"
    for one in listed.words:
        assert one.means or one.ask, one.said
        assert any(word.isascii() for word in one.said) and any(not word.isascii() for word in one.said), one.said
        assert not set(one.said) & set(one.means), one.said
    assert not set(listed.around) & set(said)


@pytest.fixture
def insured(town: object, system: User) -> None:
    """The town with an item and a service as official titles name them."""
    row = CatalogItem.objects.get(code="CENTRE-01")
    put_item(system, spec=msgspec.structs.replace(row.as_spec(), title="社会保险缴费", title_en="Social insurance"))
    papers = {"papers": ("参保缴费凭证",), "papers_en": ("proof of contributions",)}
    spec = msgspec.structs.replace(INSURANCE, title="社会保险参保查询", title_en="Insurance standing", **papers)
    put_service(system, spec=spec)


def hits(text: str, language: str = "zh-hans") -> set[str]:
    """Addresses that the public search has."""
    with override(language):
        return {hit.href for group in search(text) for hit in group.hits}


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "text", ["社保", "shebao", "social security", "社保证明怎么开", "参保", "Insurance standing", "凭证"]
)
def test_the_public_search_leads_to_the_card(text: str, language: str) -> None:
    assert "/papers/#insurance" in hits(text, language)


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
def test_whom_to_ask_where_no_data_replaces_the_paper() -> None:
    assert offices("无犯罪记录证明") == ("公安",)
    for language in ("zh-hans", "en"):
        assert {href for href in hits("无犯罪记录", language) if "/papers/" in href} == set()
        assert "/organisations/police/" in hits("无犯罪记录", language)
        assert "/organisations/police/" in hits("criminal record", language)


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("text", ["社保", "social security", "社保证明"])
def test_the_desk_finds_by_everyday_words(user: Login, text: str, language: str) -> None:
    with override(language):
        found = {hit.href for group in find(user("bureau"), text) for hit in group.hits}
    assert {"/items/CENTRE-01/", "/services/insurance/"} <= found


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
def test_the_catalog_finds_by_everyday_words(user: Login) -> None:
    def found(text: str) -> list[str]:
        return [row.code for row in item_list(user("bureau"), ItemFilter(text=text)).rows]

    for text in ("社保", "shebao", "social security", "社保证明"):
        assert found(text) == ["CENTRE-01"], text
    assert set(found("身份证")) == set(found("公民身份号码")) != set()
    assert found("无犯罪记录") == [], "whom to ask is no data"


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
def test_pages_of_the_desk_are_found_in_either_language(user: Login) -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            for text in ("数据目录", "sjml", "catalog"):
                assert "/items/" in {hit.href for group in find(user("bureau"), text) for hit in group.hits}, text


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
def test_a_meaning_costs_a_query_a_word_and_no_more(user: Login) -> None:
    viewer = user("bureau")
    assert viewer.scope and Organisation.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        item_list(viewer, ItemFilter(text="社保"))
    assert len(queries) <= 2 + 3, "社保, 社会保险, 参保, and two for the rows"


@pytest.mark.django_db
@pytest.mark.usefixtures("insured")
def test_a_card_says_which_papers_it_replaces_and_leads_on(user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    page = parsed(client, "/papers/")
    card = page.css_first("li.card#insurance")
    assert card is not None and "社会保险参保查询" in card.text()
    assert [title.text() for title in card.css("h2")] == ["参保缴费凭证"]
    assert [link.attributes["href"] for link in card.css("a")] == ["/organisations/centre/", "/mine/"]
    plain = page.css_first("section[aria-labelledby=others] li.card#resident")
    assert plain is not None
    assert [title.text() for title in plain.css("h2")] == ["人口信息查询"], "no paper is declared, and none is made up"
    assert [mark.text() for mark in page.css(".what-named .what-word")] == ["免交材料", "核验"]
    assert "/papers/#insurance" in {link.attributes["href"] for link in parsed(client, "/").css("main a")}
    english = parsed(Client(headers={"host": "localhost", "accept-language": "en"}), "/papers/").css_first(
        "#insurance h2"
    )
    assert english is not None and english.text() == "Proof of contributions"
    client.force_login(user("citizen"))
    links = parsed(client, "/papers/").css("#insurance a")
    assert links[-1].attributes["href"] == "/evidence/?service=insurance"
    assert client.get("/evidence/?service=insurance").status_code == 200
