"""Lists as files: what pages say in a second line or in words has columns of its own, typed where it is a number."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from openpyxl.worksheet.worksheet import Worksheet
from tests.apps.case_types import REQUEST, open_request
from tests.apps.town import GRANT

from huitong.apps.accounts.models import User
from huitong.apps.cases.services import put_case_type
from huitong.apps.collection.models import QualityIssue, Run
from huitong.apps.collection.services import run_chain
from huitong.apps.exports import FileColumn, csv_text, file_columns, file_values, xlsx_file
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.services import put_grant
from huitong.apps.tables import Cell, Column, Empty, Listing, Part, Value
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def bureau(user: Login) -> Client:
    """A browser of the bureau."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    return client


def sent(client: Client, path: str) -> bytes:
    """A file that a page sends."""
    response = client.get(path)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def table(client: Client, path: str) -> list[dict[str, str]]:
    """The rows of a list's CSV file, by heading; no heading comes twice, and each row has them all."""
    header, *rows = csv.reader(io.StringIO(sent(client, f"{path}export=csv").decode("utf-8-sig")))
    assert len(set(header)) == len(header) and all(header), header
    assert {len(row) for row in rows} <= {len(header)}
    return [dict(zip(header, row, strict=True)) for row in rows]


def book(client: Client, path: str) -> Worksheet:
    """The sheet of a list's workbook."""
    return opened_book(sent(client, f"{path}export=xlsx"))


def opened_book(content: bytes) -> Worksheet:
    """The sheet of a workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def column(sheet: Worksheet, title: str) -> list[tuple[object, str]]:
    """Values and number formats of a column."""
    place = [cell.value for cell in sheet[1]].index(title)
    return [(row[place].value, row[place].number_format) for row in sheet.iter_rows(min_row=2)]


COLUMNS = (
    Column("title", "名称", head=True, parts=(Part("编号"),)),
    Column("share", "占比", "number", form="0.00%"),
    Column("change", "变化", parts=(Part("新增", "number"), Part("删除", "number")), whole=False),
    Column("amount", "金额", "number", note="元"),
)
LINES = (
    (Cell("甲", note="X-1"), Cell("12.50%", exact=0.125), Cell("+3", parts=(3, 0)), Cell(1200)),
    (Cell("乙"), Cell(""), Cell("没有变化"), Cell(None)),
)


def test_parts_stand_beside_their_column_or_in_its_place() -> None:
    listing = Listing[int](name="x", title="x", columns=COLUMNS, cells=lambda place: LINES[place], empty=Empty("-"))
    assert [one.title for one in file_columns(listing, (0, 1, 2, 3))] == [
        "名称", "编号", "占比", "新增", "删除", "金额（元）",
    ]  # fmt: skip
    assert [one.title for one in file_columns(listing, (0, 3))] == ["名称", "编号", "金额（元）"]
    assert [file_values(COLUMNS, line) for line in LINES] == [
        ["甲", "X-1", 0.125, 3, 0, 1200],
        ["乙", "", "", "", None, None],
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.0009, "0.00%", "0.09%"),
        (1.0, "0.0%", "100.0%"),
        (0.5, "0%", "50%"),
        (0.06, "0.00", "0.06"),
        (7, "#,##0", "7"),
    ],
)
def test_numbers_of_plain_text(value: Value, form: str, text: str) -> None:
    assert csv_text(value, form) == text


def test_numbers_of_a_workbook() -> None:
    columns = [
        FileColumn("a", "number"),
        FileColumn("b", "number", "0.00%"),
        FileColumn("c"),
        FileColumn("d", "date"),
        FileColumn("e"),
    ]

    def lines() -> Iterator[list[Value]]:
        yield [12345, 0.125, "+3", dt.date(2026, 3, 2), "x"]
        yield [None, "", "", None, "x"]

    with xlsx_file("x", columns, lines()) as file:
        sheet = opened_book(file.read())
    first, second = sheet.iter_rows(min_row=2)
    assert [(cell.value, cell.number_format) for cell in first[:4]] == [
        (12345, "#,##0"), (0.125, "0.00%"), ("+3", "General"), (dt.datetime(2026, 3, 2), "yyyy-mm-dd"),
    ]  # fmt: skip
    assert [cell.value for cell in second[:4]] == [None] * 4


def test_cases_carry_number_and_lateness(
    town: Path, system: User, user: Login, bureau: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC))
    put_case_type(system, spec=REQUEST)
    case = open_request(user("hr"))
    (row,) = table(bureau, "/cases/?in=open&")
    assert (row["编号"], row["期限"], row["已升级"]) == (case.number, str(case.due_on), "否")
    assert int(row["剩余工作日（逾期为负）"]) == 2
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 10, 4, tzinfo=dt.UTC))
    sheet = book(bureau, "/cases/?in=open&")
    ((left, _form),) = column(sheet, "剩余工作日（逾期为负）")
    assert left == -4
    assert column(sheet, "期限") == [(dt.datetime(2026, 3, 4), "yyyy-mm-dd")]


def test_runs_and_issues_carry_departments_and_numbers(town: Path, system: User, bureau: Client) -> None:
    run_chain(system)
    rows = table(bureau, "/runs/?kind=collect&")
    assert {row["部门"] for row in rows} >= {"公安"}
    assert "变化" not in rows[0] and {"新增", "更新", "删除"} <= set(rows[0])
    known = Run.objects.filter(kind="collect").order_by("-pk").first()
    assert known is not None and rows[0]["新增"] == str(known.typed_counts.inserted)
    assert all(isinstance(value, int | float) and form == "0.00" for value, form in column(
        book(bureau, "/runs/?kind=collect&"), "用时（秒）"))  # fmt: skip
    issue = QualityIssue.objects.select_related("item").order_by("-failed", "pk")[0]
    first = table(bureau, "/issues/?state=all&")[0]
    assert (first["目录代码"], first["部门"]) == (issue.item.code, issue.item.provider.shown_short)
    assert first["占比"] == f"{issue.failed / issue.total:.2%}" and first["比上次增减行数"] == ""
    share, form = column(book(bureau, "/issues/?state=all&"), "占比")[0]
    assert (share, form) == (pytest.approx(issue.failed / issue.total), "0.00%")


def test_grants_carry_number_app_and_days(town: Path, system: User, bureau: Client) -> None:
    put_grant(system, spec=GRANT)
    grant = Grant.objects.get(code=GRANT.code)
    row = next(row for row in table(bureau, "/grants/?") if row["授权编号"] == grant.code)
    assert (row["应用账号"], row["服务代码"]) == (grant.app.code, grant.service.code)
    assert row["生效日期"] == (grant.valid_from.isoformat() if grant.valid_from else "")


IDENTIFIERS = {
    "/items/?": "目录代码",
    "/elements/?": "标准号",
    "/responsibilities/?": "部门代码",
    "/compile/?": "目录代码",
    "/systems/?": "系统代码",
    "/projects/?": "办件编号",
    "/needs/?": "编号",
    "/sources/?": "字段名",
    "/apps/?": "应用账号",
    "/users/?": "账号",
    "/audit/?": "对象类型",
    "/evidence/?": "办件编号",
    "/services/?": "服务代码",
    "/organisations/?": "上级机构代码",
}


@pytest.mark.parametrize(("path", "title"), IDENTIFIERS.items())
def test_every_list_says_which_row_is_meant(town: Path, system: User, bureau: Client, path: str, title: str) -> None:
    table(bureau, path)
    header = [cell.value for cell in book(bureau, path)[1]]
    assert title in header
