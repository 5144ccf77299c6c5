"""Excel in the guide's layout: what is written is read back equal, and every cell that makes no sense is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import told_at
from tests.apps.test_catalog_checks import GOOD

from huitong.apps.accounts.models import User
from huitong.apps.catalog.drafting import discard_draft, draft_change, save_draft
from huitong.apps.catalog.importing import import_items
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.sheet_layout import COLUMNS
from huitong.apps.catalog.sheet_lines import register
from huitong.apps.catalog.sheet_reading import read_workbook
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.apps.packs.services import apply_pack
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]


ODD = ItemField(column="c", element="mobile", name="other", title="电话", guide_type="N", length=20, unique=True)


def current(code: str) -> Item | None:
    row = CatalogItem.objects.current().filter(code=code).first()
    return row.as_spec() if row else None


def sheet_of(content: bytes) -> Worksheet:
    sheet = load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_the_demo_comes_back_equal(system: User) -> None:
    pack = load_pack("demo")
    apply_pack(system, pack)
    known = register()
    content = workbook_of(pack.items, known)
    read = read_workbook(content, known, current)
    assert [one.problems for one in read if one.problems] == []
    assert [one.spec for one in read] == list(pack.items)
    assert import_items(system, content=content).unchanged == len(pack.items)
    assert not ItemDraft.objects.exists()


def test_items_that_are_not_there_yet_come_back_equal(town: Path) -> None:
    known = register()
    fields = tuple(msgspec.structs.replace(one, guide_type="", length=0) for one in GOOD.fields)
    spec = msgspec.structs.replace(
        GOOD, code="", link=None, system="police-sys", related=("POLICE-01",), fields=(*fields, ODD)
    )
    again = read_workbook(workbook_of((spec,), known), known, current)
    assert [one.spec for one in again] == [spec]


def test_the_layout_is_the_guides(town: Path) -> None:
    sheet = sheet_of(workbook_of((GOOD,)))
    heads = [sheet.cell(1, 5).value, sheet.cell(1, 12).value, sheet.cell(2, 12).value, sheet.cell(2, 15).value]
    assert heads == ["信息资源名称", "信息项信息", "信息项名称", "共享类型"]
    assert sheet.cell(3, 5).value == "居住证签发信息" and sheet.cell(4, 5).value is None
    assert "E3:E4" in {str(area) for area in sheet.merged_cells.ranges}


def test_every_wrong_cell_is_named(town: Path, user: Login) -> None:
    book = load_workbook(io.BytesIO(workbook_of((msgspec.structs.replace(GOOD, code=""),))))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    places = {column.name: place for place, column in enumerate(COLUMNS, 1)}
    wrong = {
        "provider": "不存在的局",
        "sharing_type": "随便",
        "published_on": "明天",
        "element": "没有的数据元",
        "length": "很长",
        "open_to_public": "也许",
        "related": "XX-99",
        "class_1": "部门",
    }
    for name, text in wrong.items():
        sheet.cell(3, places[name]).value = text
    for name in ("class_2", "class_3"):
        sheet.cell(3, places[name]).value = None
    stream = io.BytesIO()
    book.save(stream)
    report = import_items(user("police"), content=stream.getvalue())
    named = {(one.cell, one.value) for one in report.problems}
    assert named == {(sheet.cell(3, places[name]).coordinate, text) for name, text in wrong.items()}
    assert report.drafts == () and report.refused == 1 and not ItemDraft.objects.exists()


def test_good_items_become_drafts_beside_wrong_ones(town: Path, user: Login, as_user: As) -> None:
    change = current("POLICE-01")
    assert change is not None
    change = msgspec.structs.replace(change, abstract="全市户籍人口，每日更新")
    foreign = msgspec.structs.replace(GOOD, code="", title="别人的", provider="hr", table="hr_other")
    content = workbook_of((change, msgspec.structs.replace(GOOD, code=""), foreign))
    upload = SimpleUploadedFile("目录.xlsx", content)
    answer = as_user("police").post("/compile/import/", {"file": upload})
    page = answer.content.decode()
    assert told_at(answer, "id_file") == "表格里有 1 处不对，1 项目录没有导入，见下面的清单。"
    assert page.index('id="id_file_error"') < page.index('id="problems"'), "below it"
    drafts = {draft.kind: draft for draft in ItemDraft.objects.all()}
    assert set(drafts) == {"create", "change"} and "没有导入的内容" in page
    assert drafts["change"].as_spec().rules == change.rules and drafts["change"].as_spec().link == change.link
    assert drafts["change"].as_spec().abstract == change.abstract
    assert drafts["create"].origin == "excel"


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("目录.pdf", b"%PDF-1.7", 200, "只能上传 xlsx 文件"),
        ("目录.xlsx", b"%PDF-1.7", 200, "文件内容和扩展名不符"),
        ("目录.xlsx", b"PK\x03\x04", 422, "不是有效的 Excel 工作簿"),
        ("目录.xlsx", b"", 200, "空"),
        ("", b"", 200, "请上传“Excel 文件”。"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_where_it_was_chosen(
    name: str, content: bytes, status: int, said: str, town: Path, as_user: As
) -> None:
    sent = {"file": SimpleUploadedFile(name, content)} if name else {}
    answer = as_user("police").post("/compile/import/", sent)
    assert (answer.status_code, said in told_at(answer, "id_file")) == (status, True)
    assert "下载模板" in answer.content.decode(), "the page is there as before"


def test_a_workbook_without_headings_says_so_at_the_file(town: Path, as_user: As) -> None:
    stream = io.BytesIO()
    Workbook().save(stream)
    answer = as_user("police").post("/compile/import/", {"file": SimpleUploadedFile("空.xlsx", stream.getvalue())})
    assert answer.status_code == 422 and "没有“信息资源名称”这一列" in told_at(answer, "id_file")


@pytest.fixture
def two_changes(town: Path) -> bytes:
    """A workbook that changes two published items."""
    specs = [current(code) for code in ("POLICE-01", "CENTRE-01")]
    return workbook_of(msgspec.structs.replace(spec, abstract="表格里的写法") for spec in specs if spec)


def test_an_import_leaves_a_draft_alone_in_which_somebody_wrote(two_changes: bytes, user: Login) -> None:
    bureau = user("bureau")
    draft = draft_change(user("police"), code="POLICE-01")
    save_draft(
        user("police"),
        draft_id=draft.pk,
        spec=msgspec.structs.replace(draft.as_spec(), abstract="正在写的"),
        version=None,
    )
    report = import_items(bureau, content=two_changes)
    (alone,) = report.left_alone
    assert (alone.row, alone.title, alone.draft) == (3, "户籍人口", draft)
    assert f"第 {draft.pk} 号" in alone.text and "公安数据员" in alone.text and "删除" in alone.text
    draft.refresh_from_db()
    assert (draft.as_spec().abstract, draft.origin) == ("正在写的", "item")
    assert [one.draft.as_spec().code for one in report.drafts] == ["CENTRE-01"], "the rest is imported"
    assert (report.problems, report.refused, report.unchanged) == ((), 0, 0)
    discard_draft(user("police"), draft_id=draft.pk)
    again = import_items(bureau, content=two_changes)
    outcomes = {one.draft.title: one.outcome for one in again.drafts}
    assert again.left_alone == () and outcomes == {"户籍人口": "new", "参保人员": "same"}
    assert ItemDraft.objects.count() == 2, "a draft that says the same already is the one"


def test_an_import_writes_into_a_draft_that_holds_nothing_yet(two_changes: bytes, user: Login) -> None:
    opened = draft_change(user("police"), code="POLICE-01")
    report = import_items(user("bureau"), content=two_changes)
    assert report.left_alone == () and opened in [one.draft for one in report.drafts]
    opened.refresh_from_db()
    assert (opened.as_spec().abstract, opened.origin, opened.created_by) == ("表格里的写法", "excel", user("bureau"))


def test_the_page_of_an_import_leads_to_the_drafts_left_alone(two_changes: bytes, user: Login, as_user: As) -> None:
    draft = draft_change(user("police"), code="POLICE-01")
    save_draft(
        user("police"),
        draft_id=draft.pk,
        spec=msgspec.structs.replace(draft.as_spec(), abstract="正在写的"),
        version=None,
    )

    def uploaded(login: str, language: str) -> HTMLParser:
        upload = SimpleUploadedFile("目录.xlsx", two_changes)
        said = {"accept-language": language}
        return HTMLParser(as_user(login).post("/compile/import/", {"file": upload}, headers=said).content.decode())

    for language, head, advice in (
        ("zh", "没有动的目录", "请先办结那份草稿"),
        ("en", "Items left alone", "Finish that draft or discard it first"),
    ):
        page = uploaded("bureau", language)
        panel = page.css_first("section[aria-labelledby=left-alone]")
        assert panel is not None and head in panel.text() and advice in panel.text()
        link = panel.css_first(f'a[href="/compile/{draft.pk}/"]')
        assert link is not None and link.text() == f"#{draft.pk}"
        made = page.css_first("section[aria-labelledby=made]")
        assert made is not None and "全部导入成草稿" not in page.text()
    assert uploaded("centre", "zh").css_first("section[aria-labelledby=left-alone]") is None, "not theirs to change"


def test_a_plain_sheet_of_a_department_is_read(town: Path, user: Login) -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["附件：目录表"])
    sheet.append(["信息资源名称", "提供方", "摘要", "信息项名称", "数据类型", "共享类型"])
    sheet.append(["居住证信息", "公安局", "签发的居住证", "身份证号", "字符型 C", "有条件共享"])
    sheet.append(["居住证信息", "公安局", None, "姓名", None, None])
    sheet.append(["犬证信息", "公安局", "养犬登记", "犬只", None, "无条件共享"])
    stream = io.BytesIO()
    book.save(stream)
    report = import_items(user("police"), content=stream.getvalue())
    assert [(one.draft.title, len(one.draft.as_spec().fields)) for one in report.drafts] == [
        ("居住证信息", 2),
        ("犬证信息", 1),
    ]
    assert all(one.draft.errors for one in report.drafts), "no class, no elements: for a person to complete"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "catalog.sheet_unreadable"),
        (b"PK\x03\x04 and nothing else", "catalog.sheet_unreadable"),
        (b"x" * 10_000_001, "catalog.sheet_too_large"),
    ],
)
def test_garbage_is_refused(content: bytes, code: str, town: Path, user: Login) -> None:
    with pytest.raises(Terminal) as refused:
        import_items(user("police"), content=content)
    assert refused.value.code == code


def test_a_sheet_without_the_heads_is_refused(town: Path, user: Login) -> None:
    stream = io.BytesIO()
    Workbook().save(stream)
    with pytest.raises(Terminal) as refused:
        import_items(user("police"), content=stream.getvalue())
    assert refused.value.code == "catalog.sheet_no_heads"


def test_downloads_are_workbooks_of_what_one_may_see(town: Path, as_user: As, client: Client) -> None:
    assert client.get("/compile/catalog.xlsx").status_code in (302, 401, 403)
    answer = as_user("hr").get("/compile/catalog.xlsx?provider=police")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert sheet_of(answer.content).cell(3, 5).value == "户籍人口"
    assert sheet_of(as_user("hr").get("/compile/template.xlsx").content).cell(3, 5).value is None
