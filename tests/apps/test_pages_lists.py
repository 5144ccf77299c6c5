"""Lists: they filter, sort, page and export on the server, and ask the database no more as they grow."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.apps.pages import parsed
from tests.apps.town import CITIZEN, GRANT, INSURANCE, INSURED, PERSON

from huitong.apps.accounts.models import User
from huitong.apps.catalog.services import put_item
from huitong.apps.collection.models import QualityIssue, Run
from huitong.apps.collection.services import run_chain
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries.services import look_up
from huitong.apps.sharing.services import put_grant, put_service
from huitong.apps.tables import csv_text

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


@pytest.mark.parametrize(
    "query", ["?order=;drop", "?page=-1", "?page=99999999999", "?page=²", "?provider=%00", "?q=%25'\""]
)
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


def test_export(bureau: Client, system: User) -> None:
    put_item(system, spec=msgspec.structs.replace(PERSON, code="X-1", table="x1", title='=HYPERLINK("x")', link=None))
    response = bureau.get("/items/?export=csv&q=X-1")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, row = csv.reader(io.StringIO(text))
    assert header[:2] == ["目录名称", "提供部门"]
    assert row[:3] == ['\'=HYPERLINK("x")', "公安", "有条件共享"]


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
    assert {path: (before[path], count) for path, count in after.items() if count > before[path]} == {}
    assert max(after.values()) < 40, after


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
