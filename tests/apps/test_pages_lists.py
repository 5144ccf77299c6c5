"""Lists: they filter, sort, page and export on the server, and ask the database no more as they grow."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from tests.apps.pages import parsed
from tests.apps.town import CITIZEN, GRANT, INSURANCE, INSURED, PERSON

from huitong.apps import downloads, exports
from huitong.apps.accounts.models import User
from huitong.apps.catalog.services import put_item
from huitong.apps.collection.models import QualityIssue, Run
from huitong.apps.collection.services import run_chain
from huitong.apps.exports import csv_text
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries.services import look_up
from huitong.apps.sharing.services import put_grant, put_service
from huitong.apps.tables import Cell

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def heads(client: Client, path: str) -> list[str]:
    """What each row of a list is called."""
    return [node.text(strip=True) for node in parsed(client, path).css("table td.head a")]


def test_items_narrow_and_sort(bureau: Client) -> None:
    assert heads(bureau, "/items/") == ["参保人员", "职业技能证书", "户籍人口"]
    assert heads(bureau, "/items/?order=-provider") == ["户籍人口", "参保人员", "职业技能证书"]
    assert heads(bureau, "/items/?q=户籍") == ["户籍人口"]
    assert heads(bureau, "/items/?provider=hr") == ["职业技能证书"]
    assert heads(bureau, "/items/?link_state=none&sharing_type=conditional") == ["职业技能证书"]
    nothing = parsed(bureau, "/items/?q=没有这个")
    assert "没有符合条件的记录" in nothing.css_first(".empty").text()  # type: ignore[union-attr]


@pytest.mark.parametrize("query", ["?order=;drop", "?page=-1", "?page=99999999999", "?page=²", "?q=%25'\""])
def test_nonsense_is_ignored(bureau: Client, query: str) -> None:
    assert bureau.get(f"/items/{query}").status_code == 200
    assert bureau.get(f"/runs/{query}").status_code == 200
    assert bureau.get(f"/evidence/{query}&since=2026-99-99&receipt=x").status_code == 200


def test_a_heading_sorts_and_says_so(bureau: Client) -> None:
    page = parsed(bureau, "/items/?order=title&q=人")
    heading = page.css_first("th[aria-sort]")
    assert heading is not None and heading.attributes["aria-sort"] == "ascending"
    link = heading.css_first("a")
    assert link is not None and "order=-title" in str(link.attributes["href"]) and "q=" in str(link.attributes["href"])


def test_pages_of_a_long_list(bureau: Client, system: User) -> None:
    for number in range(120):
        item = msgspec.structs.replace(PERSON, code=f"X-{number:03d}", table=f"x_{number}", link=None)
        put_item(system, spec=item)
    assert len(heads(bureau, "/items/")) == 50
    assert len(heads(bureau, "/items/?page=3")) == 23
    page = parsed(bureau, "/items/?page=2&q=户籍")
    pager = page.css_first(".pager")
    assert pager is not None and "51–100" in pager.text() and "121" in pager.text()
    assert {"?page=1&q=户籍", "?page=3&q=户籍"} <= {
        str(node.attributes["href"]).replace("%E6%88%B7%E7%B1%8D", "户籍") for node in pager.css("a")
    }


def test_a_search_keeps_filters_and_columns(bureau: Client) -> None:
    page = parsed(bureau, "/items/?q=%E5%8F%82&provider=data&link_state=&size=100&order=-title&page=2&col=provider")
    assert page.css_first("form#catalog-q-form input[name=q]") is not None
    kept = [
        (node.attributes["name"], node.attributes["value"]) for node in page.css("#list-items [form=catalog-q-form]")
    ]
    assert kept == [("provider", "data"), ("size", "100"), ("col", "title"), ("col", "provider")]
    assert parsed(bureau, "/items/").css_first("[form=catalog-q-form]") is None


def test_export(bureau: Client, system: User) -> None:
    put_item(system, spec=msgspec.structs.replace(PERSON, code="X-1", table="x1", title='=HYPERLINK("x")', link=None))
    response = bureau.get("/items/?export=csv&q=X-1")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, row = csv.reader(io.StringIO(text))
    assert header[:5] == ["目录名称", "信息资源代码", "目录代码", "向社会开放", "提供部门"]
    assert [row[place] for place in (0, 2, 4, 5)] == ['\'=HYPERLINK("x")', "X-1", "公安", "有条件共享"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (-3, "-3"), ("-3", "'-3"), ("+86", "'+86"), ("@x", "'@x"), ("a", "a")]
)
def test_what_a_spreadsheet_would_run(value: str | int | None, text: str) -> None:
    assert csv_text(value) == text


def queries(client: Client, path: str) -> int:
    """How many queries a page takes."""
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


LISTS = (
    *("/", "/flow/", "/items/", "/elements/", "/runs/", "/issues/", "/services/", "/grants/", "/evidence/", "/audit/"),
    *("/organisations/", "/items/POLICE-01/", "/services/resident/", "/libraries/population/"),
)


def test_queries_stay_flat(bureau: Client, user: Login, system: User) -> None:
    run_chain(system)
    look_up(user("police"), library="population", key=CITIZEN, purpose="核对参保情况")
    import_evidence()
    before = {path: queries(bureau, path) for path in LISTS}
    _grow(user, system)
    after = {path: queries(bureau, path) for path in LISTS}
    grown = {path: (before[path], count) for path, count in after.items() if count > before[path]}
    assert grown in ({}, {"/audit/": (before["/audit/"], before["/audit/"] + 1)}), "what one page holds is not counted"
    home = after.pop("/")  # today's work and the city: eight lists on one page
    assert max(after.values()) < 40 and home < 50, (after, home)


def _grow(user: Login, system: User) -> None:
    run = Run.objects.filter(target="POLICE-01", kind="check").get()
    for number in range(8):
        item = msgspec.structs.replace(INSURED, code=f"Y-{number}", table=f"y_{number}", link=None)
        row = put_item(system, spec=item)
        issue = QualityIssue.objects.get(item=run.item)
        issue.pk, issue.item, issue.organisation = None, row, row.provider
        issue.save()
        put_service(system, spec=msgspec.structs.replace(INSURANCE, code=f"s-{number}", items=(f"Y-{number}",)))
        put_grant(system, spec=msgspec.structs.replace(GRANT, code=f"g-{number}"))
        run.pk = run.lake_run = None
        run.save()
        look_up(user("police"), library="population", key=CITIZEN, purpose="核对参保情况")
    import_evidence()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_sent_while_it_is_read(bureau: Client, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """As the site's own server asks: Django would read all rows there before the first is sent."""
    path, english, lines = f"/items/?export={form}", {"accept-language": "en"}, exports._lines
    whole = b"".join(bureau.get(path, headers=english).streaming_content)  # type: ignore[attr-defined]
    read: list[object] = []

    def counted(*given: Any) -> Iterator[list[Cell]]:
        for line in lines(*given):
            read.append(line)
            yield line

    async def taken() -> tuple[bytes, int, bytes]:
        client = AsyncClient()
        client.cookies = bureau.cookies
        answer = await client.get(path, headers=english)
        blocks = aiter(answer.streaming_content)  # type: ignore[attr-defined]
        first, seen = await anext(blocks), len(read)
        return first, seen, b"".join([block async for block in blocks])

    monkeypatch.setattr(exports, "_lines", counted)
    monkeypatch.setattr(exports, "CSV_BLOCK", 1)
    monkeypatch.setattr(downloads, "BLOCK", 64)
    first, seen, rest = async_to_sync(taken)()
    assert len(read) == 3
    if form == "csv":
        assert seen == 0, "the heading goes out before any row is read"
        assert first + rest == whole and b"Title" in first, "in the reader's language"
    else:
        assert len(first) == 64 and zipfile.is_zipfile(io.BytesIO(first + rest))


def test_a_reader_who_leaves_ends_the_export(bureau: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    def endless(*_: Any) -> Iterator[list[Cell]]:
        try:
            while True:
                yield [Cell("x")]
        finally:
            ended.append(True)

    async def left() -> None:
        client = AsyncClient()
        client.cookies = bureau.cookies
        answer = await client.get("/items/?export=csv")
        blocks = aiter(answer.streaming_content)  # type: ignore[attr-defined]
        await anext(blocks)
        await anext(blocks)
        await blocks.aclose()

    monkeypatch.setattr(exports, "_lines", endless)
    async_to_sync(left)()
    assert ended == [True]
