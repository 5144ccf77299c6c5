"""The public site: what nobody in particular gets, and what nobody gets."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from tests.apps.pages import parsed, shown_text
from tests.apps.town import CENTRE_ROWS

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import CatalogItem, DataElement, ItemField
from huitong.apps.catalog.selectors import fields_of
from huitong.apps.collection.models import TableState
from huitong.apps.public.opening import MOST_FILE_ROWS, is_open, open_file, sample_of
from huitong.apps.public.selectors import access_open_item, open_set, std_state

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def nobody(run_town: None) -> Client:
    """A browser that is not signed in, in a town whose chain has run and that holds telephone numbers to be public."""
    DataElement.objects.filter(name="mobile").update(level=1, mask="")
    return Client(headers={"host": "localhost"})


def downloaded(client: Client) -> list[dict[str, str]]:
    """The rows of the open set as a spreadsheet reads them."""
    response = client.get("/open/CENTRE-01/csv/")
    assert response.status_code == 200
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_home_leads_to_the_three_commonest_things_in_one_tap(nobody: Client) -> None:
    page = parsed(nobody, "/")
    assert [node.attributes["href"] for node in page.css(".tiles a")] == ["/mine/", "/papers/", "tel:12345"]
    assert page.css_first("form[role=search]") is not None


def test_officials_get_their_desk_at_the_same_address(user: Login, nobody: Client) -> None:
    nobody.force_login(user("hr"))
    assert parsed(nobody, "/").css_first(".tiles") is None


def test_personal_and_masked_fields_are_never_given_away(nobody: Client) -> None:
    page = open_set("CENTRE-01")
    closed = [one.field.name for one in page.fields if not one.open]
    opened = [one.field.name for one in page.fields if one.open]
    assert closed and opened
    assert all(one.field.level > 2 or one.field.mask for one in page.fields if not one.open)
    rows = downloaded(nobody)
    assert len(rows) == page.rows and set(rows[0]) == set(opened)
    told = shown_text(parsed(nobody, "/open/CENTRE-01/"))
    assert str(CENTRE_ROWS[0][0]) not in told + str(rows)


def test_a_file_is_an_attachment_that_no_browser_runs(nobody: Client) -> None:
    response = nobody.get("/open/CENTRE-01/csv/")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    length = len(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert response.headers["Content-Length"] == str(length)


def test_the_file_is_made_once_for_each_state_of_the_table(nobody: Client, home: Path) -> None:
    item = access_open_item("CENTRE-01")
    state = std_state(item)
    assert state is not None
    first = open_file(item, state, fields_of(item))
    assert first is not None and open_file(item, state, fields_of(item)) == first
    written = first.stat().st_mtime_ns
    state.snapshot += 1
    second = open_file(item, state, fields_of(item))
    assert second is not None and second != first and not first.exists()
    assert second.stat().st_mtime_ns >= written
    assert [file.suffix for file in (home / "open").iterdir()] == [".csv"]


def test_what_is_too_large_or_absent_is_said(nobody: Client) -> None:
    TableState.objects.filter(schema="std", name=access_open_item("CENTRE-01").table).update(rows=MOST_FILE_ROWS + 1)
    assert "放不进一个文件" in shown_text(parsed(nobody, "/open/CENTRE-01/"))
    assert nobody.get("/open/CENTRE-01/csv/").status_code == 404
    TableState.objects.all().delete()
    assert "还没有归集" in shown_text(parsed(nobody, "/open/CENTRE-01/"))
    assert nobody.get("/open/CENTRE-01/csv/").status_code == 404


def test_a_set_of_closed_fields_has_no_sample(nobody: Client) -> None:
    item = access_open_item("CENTRE-01")
    private = DataElement.objects.filter(level__gt=2).first()
    ItemField.objects.filter(item=item).update(element=private)
    assert not any(is_open(field) for field in fields_of(item))
    state = std_state(item)
    assert state is not None and sample_of(state, fields_of(item)) is None
    assert "按规定不开放内容" in shown_text(parsed(nobody, "/open/CENTRE-01/"))
    assert nobody.get("/open/CENTRE-01/csv/").status_code == 404


def test_what_is_not_open_is_not_found(nobody: Client) -> None:
    for path in ("/open/POLICE-01/", "/open/POLICE-01/csv/", "/open/nothing/"):
        assert nobody.get(path).status_code == 404
    CatalogItem.objects.filter(code="CENTRE-01").update(state="draft")
    assert nobody.get("/open/CENTRE-01/").status_code == 404


def test_search_finds_what_is_public_and_nothing_else(nobody: Client) -> None:
    told = shown_text(parsed(nobody, "/search/?q=参保"))
    assert "参保人员" in told
    assert "户籍人口" not in shown_text(parsed(nobody, "/search/?q=户籍")).replace("户籍", "", 1)
    assert "12345" in shown_text(parsed(nobody, "/search/?q=没有这个东西"))
    assert parsed(nobody, "/search/?q=%3Cscript%3E").css_first("script:not([src])") is None


def test_services_say_what_for_and_not_who_asks(nobody: Client) -> None:
    page = parsed(nobody, "/papers/")
    assert [node.text() for node in page.css(".what-named:has(> details) > .what-word")] == ["免交材料", "核验"]
    told = shown_text(page)
    assert "人口信息查询" in told and "hr-resident" not in told


def test_mine_leads_citizens_to_their_records(user: Login, nobody: Client) -> None:
    link = parsed(nobody, "/mine/").css_first("main a.button-main")
    assert link is not None and link.attributes["href"] == "/login/?next=/evidence/"
    nobody.force_login(user("citizen"))
    assert nobody.get("/mine/").headers["Location"] == "/evidence/"
    nobody.force_login(user("hr"))
    assert "工作账号" in shown_text(parsed(nobody, "/mine/"))


def test_contact_is_what_the_installation_says(nobody: Client, settings: Settings) -> None:
    assert "还没有登记" in shown_text(parsed(nobody, "/contact/"))
    settings.HUITONG = dataclasses.replace(settings.HUITONG, contact="龙河路 1 号; 0564-1234567 ;")
    told = shown_text(parsed(nobody, "/contact/"))
    assert "龙河路 1 号" in told and "0564-1234567" in told and "还没有登记" not in told


@pytest.mark.parametrize("path", ["/", "/open/", "/open/CENTRE-01/", "/papers/", "/search/?q=人"])
def test_public_pages_ask_the_database_little(nobody: Client, path: str) -> None:
    nobody.get(path)
    with CaptureQueriesContext(connection) as queries:
        nobody.get(path)
    assert len(queries) <= 12, [query["sql"] for query in queries]
