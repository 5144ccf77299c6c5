"""Rows of data as lists: they filter, sort, choose columns, keep views and export; and never show what is covered."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from urllib.parse import quote

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.apps.pages import parsed
from tests.apps.town import BROKEN, CITIZEN, IDS

from huitong.apps.accounts.models import User
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.lists.models import SavedView

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]

RAW = "/items/POLICE-01/rows/raw/"
QUARANTINE = "/items/POLICE-01/rows/quarantine/"
LIBRARY = "/libraries/population/rows/"
PLACES = (RAW, "/items/POLICE-01/rows/std/", QUARANTINE, LIBRARY)


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    return browser_of(user("bureau"))


def browser_of(user: User) -> Client:
    """A browser of somebody."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def cells(client: Client, path: str, place: int) -> list[str]:
    """One column of the rows of a page."""
    return [row.css("td")[place].text(strip=True) for row in parsed(client, path).css(".listing tbody tr")]


def saved(client: Client, path: str) -> list[list[str]]:
    """The lines of an exported CSV."""
    content = b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_rows_come_in_the_order_of_an_open_column(bureau: Client, run_town: None) -> None:
    assert cells(bureau, f"{RAW}?order=xb", 2) == ["1"] * 5 + ["2"] * 4
    assert cells(bureau, f"{RAW}?order=-xb", 2) == ["2"] * 4 + ["1"] * 5
    page = parsed(bureau, f"{RAW}?order=-xb")
    heading = page.css_first("th[aria-sort]")
    assert heading is not None and heading.attributes["aria-sort"] == "descending"


@pytest.mark.parametrize("order", ["sfzh", "-sfzh", "xm", "sjh", "_key", "_run", "nonsense", "xb; DROP TABLE x"])
def test_what_is_covered_orders_nothing(bureau: Client, run_town: None, order: str) -> None:
    """The order of masked numbers would tell who is older, or whose number is next to whose."""
    links = [node.attributes["href"] or "" for node in parsed(bureau, RAW).css("thead a")]
    assert len(links) == 1 and "order=xb" in links[0]
    page = bureau.get(RAW, {"order": order})
    assert page.status_code == 200 and page.context["table"].order == ""
    assert cells(bureau, RAW, 0) == cells(bureau, f"{RAW}?order={quote(order)}", 0)


def test_only_open_columns_are_searched(bureau: Client, run_town: None) -> None:
    assert len(cells(bureau, f"{RAW}?q=2", 0)) == 4
    assert cells(bureau, f"{RAW}?q={CITIZEN}", 0) == cells(bureau, f"{RAW}?q=李坏", 0) == []
    assert cells(bureau, f"{RAW}?q=%25'\"", 0) == []
    assert not parsed(bureau, "/items/CENTRE-01/rows/raw/").css("input[type=search][id=list-q]"), "all is covered"


def test_quarantine_is_filtered_by_rule(bureau: Client, run_town: None) -> None:
    page = parsed(bureau, QUARANTINE)
    choices = {node.attributes["value"]: node.text() for node in page.css("#list-rule option")}
    assert choices == {"": "全部", "id_number.checksum": "公民身份号码：校验码不符（1）"}
    assert len(cells(bureau, f"{QUARANTINE}?rule=id_number.checksum", 0)) == 1
    none = parsed(bureau, f"{QUARANTINE}?rule=id_number.length")
    assert none.css_first("#list-rule option[selected]").attributes["value"] == "id_number.length"  # type: ignore[union-attr]
    assert not none.css(".listing tbody tr") and none.css(".listing .empty")
    assert not parsed(bureau, RAW).css("#list-rule")


def test_columns_are_chosen_and_kept_in_a_view(bureau: Client, run_town: None) -> None:
    page = parsed(bureau, f"{RAW}?col=xb&col=nonsense")
    assert [node.attributes["title"] for node in page.css("thead th")] == ["公民身份号码", "性别"]
    form = {"listing": "rows-raw-police_person", "next": f"{RAW}?col=xb&order=-xb", "title": "按性别"}
    assert bureau.post("/lists/views/save/", form).status_code == 302
    view = SavedView.objects.get()
    assert "按性别" in parsed(bureau, view.href).css_first(".list-menus summary").text()  # type: ignore[union-attr]
    assert "按性别" not in parsed(bureau, "/items/CENTRE-01/rows/raw/").css_first(".list-menus").text()  # type: ignore[union-attr]


@pytest.mark.parametrize("path", PLACES)
def test_files_are_covered_as_pages_are(bureau: Client, run_town: None, path: str) -> None:
    lines = saved(bureau, f"{path}?export=csv")
    shown = [[cell.text(strip=True) for cell in row.css("td")] for row in parsed(bureau, path).css(".listing tbody tr")]
    assert [[value or "—" for value in line] for line in lines[1:]] == shown
    answer = bureau.get(path, {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert book.active is not None
    text = str(lines) + str([[cell.value for cell in row] for row in book.active.iter_rows()])
    assert len(list(book.active.iter_rows())) == len(lines) > 1
    assert not [number for number in (*IDS, BROKEN) if number in text] and "1390000000" not in text


def test_a_file_is_narrowed_as_the_page_is_and_leaves_a_trace(bureau: Client, run_town: None) -> None:
    lines = saved(bureau, f"{RAW}?export=csv&q=2&order=xb&col=xb")
    assert lines[0] == ["公民身份号码", "性别"] and [line[1] for line in lines[1:]] == ["2"] * 4
    entry = AuditEntry.objects.get(action="collection.export_rows")
    assert (entry.login, entry.target, entry.target_kind) == ("bureau", "raw.police_person", "rows")
    assert entry.after is not None and entry.after["columns"] == ["sfzh", "xb"] and entry.after["form"] == "csv"
    assert (entry.after["text"], entry.after["order"]) == ("2", "xb") and entry.after["snapshot"] > 0
    bureau.get(RAW)
    assert AuditEntry.objects.filter(action="collection.export_rows").count() == 1, "looking is no export"


@pytest.mark.parametrize(("login", "path"), [("centre", RAW), ("police", LIBRARY), ("citizen", RAW)])
def test_nobody_takes_away_what_they_may_not_see(user: Login, run_town: None, login: str, path: str) -> None:
    assert browser_of(user(login)).get(path, {"export": "csv"}).status_code in (403, 404)
    assert not AuditEntry.objects.filter(action="collection.export_rows").exists()


def test_queries_do_not_grow_with_rows(bureau: Client, run_town: None) -> None:
    def queries(path: str) -> int:
        bureau.get(path)
        with CaptureQueriesContext(connection) as found:
            assert bureau.get(path).status_code == 200
        return len(found)

    assert queries(RAW) == queries(f"{RAW}?q=2&order=xb&size=500") == queries(f"{RAW}?q=nothing")
    assert max(queries(path) for path in PLACES) < 30
