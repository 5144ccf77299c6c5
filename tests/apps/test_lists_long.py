"""A list of ten thousand rows: it sorts, narrows, goes to its last page and leaves whole, with no more queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser
from tests.apps.pages import parsed

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.catalog.models import CatalogItem

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]

MANY = 10_000
PROVIDERS = ("police", "hr", "centre", "data")


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau, with ten thousand catalog items beside the town's three."""
    providers = [Organisation.objects.get(code=code) for code in PROVIDERS]
    like = CatalogItem.objects.get(code="HR-01")
    items = []
    for number in range(MANY):
        item = CatalogItem.objects.get(pk=like.pk) if not number else CatalogItem(**_values(items[0]))
        item.pk, item.code, item.table, item.title = None, f"LONG-{number:05d}", f"t{number}", f"长表{number:05d}"
        item.provider, item.resource_code = providers[number % len(providers)], ""
        items.append(item)
    CatalogItem.objects.bulk_create(items, batch_size=500)
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def _values(item: CatalogItem) -> dict[str, object]:
    return {field.attname: getattr(item, field.attname) for field in CatalogItem._meta.concrete_fields}


def heads(page: LexborHTMLParser) -> list[str]:
    """What the rows of a page are called."""
    return [node.text(strip=True) for node in page.css(".listing td.head a")]


def test_ten_thousand_rows_sort_narrow_and_end(bureau: Client) -> None:
    first = parsed(bureau, "/items/?size=500&order=-title")
    assert heads(first)[:2] == ["长表09999", "长表09998"] and len(heads(first)) == 500
    last = parsed(bureau, "/items/?size=500&order=-title&page=21")
    assert len(heads(last)) == 3 and "长表00000" not in heads(last)
    assert heads(parsed(bureau, "/items/?size=500&order=-title&page=99999")) == heads(last)
    pager = last.css_first(".pager")
    assert pager is not None and "10,001–10,003" in pager.text() and "10,003" in pager.text()
    narrowed = parsed(bureau, "/items/?provider=data&order=title&page=50")
    assert heads(narrowed)[-1] == "长表09999" and "2,500" in narrowed.css_first(".pager").text()  # type: ignore[union-attr]


def test_every_row_is_on_one_page(bureau: Client) -> None:
    """Also in an order in which thousands of rows are alike."""
    pages = (parsed(bureau, f"/items/?size=500&order=provider&page={number}") for number in range(1, 22))
    names = [name for page in pages for name in heads(page)]
    assert len(names) == len(set(names)) == MANY + 3


def test_queries_and_files_of_ten_thousand_rows(bureau: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        bureau.get("/items/?size=50")
    with CaptureQueriesContext(connection) as many:
        bureau.get("/items/?size=500")
    assert len(many) <= len(few)
    text = b"".join(bureau.get("/items/?export=csv&order=title&provider=data").streaming_content)  # type: ignore[attr-defined]
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == [f"长表{number:05d}" for number in range(3, MANY, 4)]
    book = b"".join(bureau.get("/items/?export=xlsx&order=title").streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True).active
    assert sheet is not None
    names = [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(names) == MANY + 3 and sum(name.startswith("长表") for name in names) == MANY
