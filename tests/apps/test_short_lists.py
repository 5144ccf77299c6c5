"""Lists that are held in memory: services and organisations narrow, sort and export as the long ones do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.apps.pages import parsed
from tests.apps.test_exports import book, column, table
from tests.apps.test_sorting import names, sorted_headings

from huitong.apps.ledger.models import MeterDay

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture
def nobody(town: Path) -> Client:
    """A browser of nobody in particular."""
    return Client(headers={"host": "localhost"})


@pytest.fixture
def called(town: Path) -> None:
    """Calls of today: the residents' service twelve times, that of the insured three."""
    for service, calls in (("resident", 12), ("insurance", 3)):
        MeterDay.objects.create(day=timezone.localdate(), chain="c", service=service, granted=True, calls=calls)


def test_services_sort_by_each_heading(called: None, as_user: As) -> None:
    bureau, both = as_user("bureau"), ["人口信息查询", "参保查询"]
    assert sorted_headings(bureau, "/services/").keys() == {"服务", "提供部门", "有效授权", "今日调用", "30 天调用"}
    for order in ("calls_today", "calls_30_days"):
        assert names(bureau, f"/services/?order=-{order}") == both == names(bureau, f"/services/?order={order}")[::-1]
    assert names(bureau, "/services/?order=title") == both == names(bureau, "/services/?order=-title")[::-1]
    assert names(bureau, "/services/?order=provider") == both, "公安 before 社会保险中心"
    assert len(names(bureau, "/services/?order=grants")) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=参保", "insurance"),
        ("q=rkxx", "resident"),
        ("q=INSURANCE", "insurance"),
        ("provider=police", "resident"),
        ("kind=records", "resident"),
        ("provider=police&q=参保", ""),
        ("provider=nonsense&kind=nonsense", "insurance resident"),
    ],
)
def test_services_are_narrowed(town: Path, as_user: As, query: str, found: str) -> None:
    page = parsed(as_user("bureau"), f"/services/?{query}")
    codes = sorted(node.text(strip=True) for node in page.css("tbody td.head .note"))
    assert " ".join(codes) == found
    if not found:
        assert "没有符合条件的记录" in page.css_first(".empty").text()  # type: ignore[union-attr]


def test_cells_of_a_service_lead_on(called: None, as_user: As) -> None:
    page = parsed(as_user("bureau"), "/services/?q=resident")
    (row,) = page.css("tbody tr")
    assert [link.attributes["href"] for link in row.css("a")] == [
        "/services/resident/", "/grants/?service=resident", "/evidence/?service=resident",
    ]  # fmt: skip
    assert [badge.text(strip=True) for badge in row.css(".badge")] == ["查询", "核验"]


def test_services_as_files(called: None, as_user: As) -> None:
    first, second = table(as_user("bureau"), "/services/?order=-calls_today&")
    assert (first["服务"], first["服务代码"], first["方式"], first["今日调用"]) == (
        "人口信息查询", "resident", "查询、核验", "12",
    )  # fmt: skip
    assert (second["服务代码"], second["方式"], second["30 天调用"]) == ("insurance", "核验", "3")
    assert column(book(as_user("bureau"), "/services/?order=-calls_today&"), "今日调用") == [
        (12, "#,##0"), (3, "#,##0"),
    ]  # fmt: skip


def test_a_department_sees_its_services_as_before(town: Path, as_user: As) -> None:
    assert as_user("citizen").get("/services/").status_code == 403
    for login in ("bureau", "police", "hr"):
        rows = names(as_user(login), "/services/")
        assert rows == [row["服务"] for row in table(as_user(login), "/services/?")], login


def test_organisations_come_as_their_tree(nobody: Client) -> None:
    page = parsed(nobody, "/organisations/")
    shown = [node.text(strip=False) for node in page.css("tbody td.head a")]
    assert [text.count("\u3000") for text in shown] == [0, 1, 1, 2, 1]
    above = [row.css("td")[2].text(strip=True) for row in page.css("tbody tr")]
    assert above == ["—", "小镇人民政府", "小镇人民政府", "人社", "小镇人民政府"]
    assert sorted_headings(nobody, "/organisations/")["上级机构"] == "ascending"
    own = names(nobody, "/organisations/")
    assert names(nobody, "/organisations/?order=-superior") == own[::-1]


def test_another_order_and_what_is_found_is_not_indented(nobody: Client) -> None:
    for query in ("order=title", "order=-code", "order=-superior", "q=centre", "kind=department"):
        shown = [node.text(strip=False) for node in parsed(nobody, f"/organisations/?{query}").css("tbody td.head a")]
        assert shown and not any("\u3000" in text for text in shown), query
    by_code = [row["代码"] for row in table(nobody, "/organisations/?order=-code&")]
    assert by_code == ["town", "police", "hr", "data", "centre"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=公安", "police"),
        ("q=gonganju", "police"),
        ("q=POLICE", "police"),
        ("kind=government", "town"),
        ("kind=department&q=hr", "hr"),
    ],
)
def test_anybody_finds_an_organisation(nobody: Client, query: str, found: str) -> None:
    for tongue in ("zh-hans", "en"):
        nobody.cookies["django_language"] = tongue
        (link,) = parsed(nobody, f"/organisations/?{query}").css("tbody td.head a")
        assert link.attributes["href"] == f"/organisations/{found}/"


def test_organisations_as_files(nobody: Client) -> None:
    rows = table(nobody, "/organisations/?")
    assert not any("\u3000" in value for row in rows for value in row.values())
    assert [(row["代码"], row["上级机构代码"]) for row in rows] == [
        ("town", ""), ("data", "town"), ("hr", "town"), ("centre", "hr"), ("police", "town"),
    ]  # fmt: skip
    nobody.cookies["django_language"] = "en"
    english = table(nobody, "/organisations/?q=centre&")
    assert english[0]["Superior's code"] == "hr" and all(key.isascii() for key in english[0])


def test_nobody_saves_no_view_and_officials_do(nobody: Client, as_user: As) -> None:
    assert parsed(nobody, "/organisations/").css_first("form[action='/lists/views/save/']") is None
    for path in ("/organisations/", "/services/"):
        assert parsed(as_user("police"), path).css_first("form[action='/lists/views/save/']") is not None
