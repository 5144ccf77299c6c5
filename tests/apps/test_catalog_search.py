"""Finding items: Chinese words and parts of them, pinyin, initials, codes; who finds what; DCAT and the open API."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from tests.apps.town import UNLINKED

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import CatalogItem, SearchToken
from huitong.apps.catalog.searching import matching_items, suggested_items
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.services import cancel_item, put_item
from huitong.apps.catalog.specs import ItemFilter
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

FOUND = {
    "户籍人口": ["POLICE-01"],
    "人口": ["POLICE-01"],
    "籍人": ["POLICE-01"],
    "参保 人员": ["CENTRE-01"],
    "人员参保": ["CENTRE-01"],
    "hujirenkou": ["POLICE-01"],
    "hjrk": ["POLICE-01"],
    "rk": ["POLICE-01"],
    "jineng": ["HR-01"],
    "skill cert": ["HR-01"],
    "police-01": ["POLICE-01"],
    "centre_insured": ["CENTRE-01"],
    "公安": ["POLICE-01"],
    "手机号码": ["POLICE-01", "CENTRE-01"],
    "ＨＪＲＫ": ["POLICE-01"],
    "人口 技能": [],
    "不存在的东西": [],
}


@pytest.mark.parametrize("text", FOUND)
def test_what_is_typed_finds_what_is_meant(text: str, user: Login) -> None:
    rows = item_list(user("bureau"), ItemFilter(text=text)).rows
    assert sorted(row.code for row in rows) == sorted(FOUND[text])


def test_nothing_typed_is_everything_and_signs_are_nothing(user: Login) -> None:
    assert matching_items("") is None and matching_items("？* %_[") is None
    assert item_list(user("bureau"), ItemFilter(text="*")).total == 3


def test_titles_come_before_what_is_only_mentioned(user: Login, system: User) -> None:
    spec = Item(
        code="A-01",
        title="证书",
        title_en="",
        provider="hr",
        table="t_a",
        abstract="与户籍人口比对",
        fields=(ItemField(column="a", element="sex"),),
    )
    put_item(system, spec=spec)
    assert [row.code for row in item_list(user("bureau"), ItemFilter(text="户籍")).rows] == ["POLICE-01", "A-01"]
    by_code = item_list(user("bureau"), ItemFilter(text="户籍", order="code"))
    assert [row.code for row in by_code.rows] == ["A-01", "POLICE-01"]


def test_the_index_follows_the_item(user: Login, system: User) -> None:
    spec = CatalogItem.objects.get(code="HR-01").as_spec()
    put_item(system, spec=msgspec.structs.replace(spec, title="职称评审", title_en="Titles"))
    assert item_list(user("hr"), ItemFilter(text="职称")).total == 1
    assert item_list(user("hr"), ItemFilter(text="技能")).total == 0
    cancel_item(system, code="HR-01")
    assert not SearchToken.objects.filter(item__code="HR-01").exists()


def test_suggestions_are_what_the_reader_may_see(user: Login, as_user: As, client: Client) -> None:
    assert [one.code for one in suggested_items(user("hr"), "hj")] == ["POLICE-01"]
    assert suggested_items(AnonymousUser(), "hj") == ()
    assert "参保人员" in client.get("/items/suggest/", {"q": "cb"}).content.decode()
    assert "户籍人口" not in client.get("/items/suggest/", {"q": "hj"}).content.decode()
    assert "户籍人口" in as_user("hr").get("/items/?q=hjrk").content.decode()


def test_searching_asks_the_database_a_word_at_a_time(
    user: Login, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = user("bureau")
    assert viewer.scope
    with django_assert_num_queries(4):
        item_list(viewer, ItemFilter(text="户籍 人口"))
    with django_assert_num_queries(2):
        suggested_items(viewer, "hjrk")


def test_filters_narrow_what_was_found(user: Login) -> None:
    viewer = user("bureau")
    assert [row.code for row in item_list(viewer, ItemFilter(open_to_public="yes")).rows] == ["CENTRE-01"]
    assert item_list(viewer, ItemFilter(text="人", open_to_public="no", provider="police")).total == 1
    assert item_list(viewer, ItemFilter(classification="101")).total == 0


def test_anybody_reads_the_open_api_and_only_what_is_open(town: Path, client: Client) -> None:
    page = client.get("/api/open/items").json()
    assert (page["total"], [row["code"] for row in page["rows"]]) == (1, ["CENTRE-01"])
    assert client.get("/api/open/items", {"q": "hjrk"}).json()["rows"] == []
    item = client.get("/api/open/items/CENTRE-01").json()
    assert [field["name"] for field in item["fields"]] == ["id_number", "person_name", "mobile"]
    assert client.get("/api/open/items/POLICE-01").status_code == 404
    assert client.get("/api/open/items", {"page": 10**9, "size": 10**9}).status_code == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("ending", ["ttl", "jsonld"])
def test_the_open_catalog_is_dcat(ending: str, town: Path, client: Client) -> None:
    answer = client.get(f"/dcat/catalog.{ending}")
    form = "turtle" if ending == "ttl" else "json-ld"
    graph = Graph().parse(data=answer.content, format=form)
    catalog = URIRef("http://testserver/dcat/catalog")
    dataset = URIRef("http://testserver/items/CENTRE-01/")
    assert set(graph.subjects(RDF.type, DCAT.Dataset)) == {dataset}
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset):
        assert (catalog, needed, None) in graph, needed
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.identifier, DCTERMS.publisher, DCAT.distribution):
        assert (dataset, needed, None) in graph, needed
    for agent in graph.objects(None, DCTERMS.publisher):
        assert (agent, RDF.type, FOAF.Agent) in graph and (agent, FOAF.name, None) in graph
    for distribution in graph.objects(dataset, DCAT.distribution):
        assert (distribution, DCAT.accessURL, None) in graph
    one = client.get(f"/dcat/items/CENTRE-01.{ending}")
    assert "CENTRE-01" in one.content.decode() and "参保人员" in one.content.decode()
    assert client.get(f"/dcat/items/POLICE-01.{ending}").status_code == 404
    assert client.get("/dcat/catalog.xml").status_code == 404


@pytest.mark.parametrize("ending", ["ttl", "jsonld"])
def test_the_next_page_is_of_the_same_kind(
    town: Path, system: User, client: Client, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr("huitong.apps.catalog.dcat.PAGE", 1)
    put_item(system, spec=msgspec.structs.replace(UNLINKED, open_to_public=True))
    seen, path = set(), f"/dcat/catalog.{ending}"
    while path:
        text = client.get(path).content.decode()
        seen |= set(re.findall(r"testserver/items/([A-Z]+-\d+)/", text)) & {"HR-01", "CENTRE-01"}
        following = re.findall(r"catalog\.(\w+)\?page=(\d+)", text)
        assert {kind for kind, _page in following} <= {ending}
        path = f"/dcat/catalog.{ending}?page={following[0][1]}" if following else ""
    assert len(seen) == 2, "followed to the end"
