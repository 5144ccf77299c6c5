"""核对无误: one item on its page, several from the list; the assessment counts the day, and what the guide asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.apps.pages import nodes, parsed
from tests.apps.town import UNLINKED

from huitong.apps.accounts.models import User
from huitong.apps.catalog.confirming import MOST, confirm_items
from huitong.apps.catalog.facts import ItemFact, item_facts
from huitong.apps.catalog.models import CatalogItem, ItemVersion
from huitong.apps.catalog.services import put_item
from huitong.apps.ledger.models import AuditEntry
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
LONG_AGO = dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC)


def fact(code: str) -> ItemFact:
    return next(one for one in item_facts() if one.code == code)


def test_an_item_is_confirmed_on_its_page(town: Path, as_user: As) -> None:
    ItemVersion.objects.update(at=LONG_AGO)
    assert fact("POLICE-01").confirmed_on == dt.date(2024, 3, 1)
    police = as_user("police")
    assert "核对无误" in parsed(police, "/items/POLICE-01/").text()
    before = CatalogItem.objects.get(code="POLICE-01")
    assert police.post("/items/POLICE-01/confirm/")["Location"] == "/items/POLICE-01/"
    after = CatalogItem.objects.get(code="POLICE-01")
    assert (after.version, after.updated_at) == (before.version, before.updated_at), "nothing of it changed"
    assert after.confirmed_by is not None and after.confirmed_by.login == "police"
    assert (fact("POLICE-01").confirmed_on, fact("POLICE-01").listed_on) == (clock.beijing_today(), dt.date(2024, 3, 1))
    assert "最近核对无误" in parsed(as_user("hr"), "/items/POLICE-01/").text()
    entry = AuditEntry.objects.get(action="catalog.confirm_item")
    assert (entry.login, entry.target, entry.after["version"]) == ("police", "POLICE-01", 1)


def test_several_are_confirmed_from_the_list(
    town: Path, as_user: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    hr = as_user("hr")
    ItemVersion.objects.update(at=LONG_AGO)
    with django_assert_max_num_queries(16):
        page = parsed(hr, "/items/confirm/")
    assert [one.attributes["value"] for one in nodes(page) if one.attributes.get("name") == "item"] == [
        "CENTRE-01", "HR-01",
    ], "those of the own organisations, nobody else's"  # fmt: skip
    assert page.text().count("超过一年") == 2
    assert "请先勾选" in hr.post("/items/confirm/").text
    assert hr.post("/items/confirm/", {"item": ["HR-01", "CENTRE-01"]}).status_code == 302
    assert "超过一年" not in parsed(hr, "/items/confirm/").text()
    assert "批量核对" in parsed(hr, "/items/").text() and "批量核对" not in parsed(as_user("leader"), "/items/").text()


def test_only_those_who_write_an_item_confirm_it(town: Path, user: Login, as_user: As) -> None:
    for login in ("hr", "leader", "developer", "citizen"):
        assert as_user(login).post("/items/POLICE-01/confirm/").status_code in (403, 404), login
    with pytest.raises(Terminal):
        confirm_items(user("hr"), codes=["HR-01", "POLICE-01"])
    assert not CatalogItem.objects.exclude(confirmed_at=None).exists(), "all of them or none"
    with pytest.raises(Terminal) as many:
        confirm_items(user("bureau"), codes=[f"X-{n}" for n in range(MOST + 1)])
    assert many.value.code == "catalog.too_many_confirmed"


def test_completeness_asks_for_what_the_guide_asks_for(town: Path, system: User) -> None:
    bare = fact("HR-01")
    assert {"classification", "resource_code", "abstract"} <= set(bare.missing)
    closed = msgspec.structs.replace(UNLINKED, sharing_type="none")
    put_item(system, spec=closed)
    assert "sharing_basis" in fact("HR-01").missing and "sharing_condition" not in fact("HR-01").missing
    based = msgspec.structs.replace(closed, sharing_basis="某法第三条", classification="303001", abstract="证书")
    put_item(system, spec=based)
    assert not {"sharing_basis", "classification", "resource_code", "abstract"} & set(fact("HR-01").missing)
    assert fact("HR-01").descriptions == bare.descriptions, "the basis stands where the condition stood"
