"""The same workbook once more: no second draft, nothing lost that somebody wrote, every row says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.test_catalog_checks import GOOD

from huitong.apps.accounts.models import User
from huitong.apps.catalog.drafting import discard_draft, draft_item, save_draft
from huitong.apps.catalog.importing import ImportReport, import_items
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.sheet_writing import workbook_of
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

PERMITS = msgspec.structs.replace(GOOD, code="", resource_code="", link=None)
FIELDS = (ItemField(column="no", element="mobile", title="电话"),)
DOGS = msgspec.structs.replace(PERMITS, title="犬证信息", table="police_dog", fields=FIELDS)
BARE = msgspec.structs.replace(PERMITS, title="流动人口信息", table="")
"""Nothing but its title to be known by."""


def changed(item: Item, **parts: object) -> Item:
    return msgspec.structs.replace(item, **parts)


def imported(who: User, *specs: Item) -> ImportReport:
    return import_items(who, content=workbook_of(specs))


def outcomes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(one.row, one.draft.title, one.outcome) for one in report.drafts]


def says(draft: ItemDraft) -> Item:
    return ItemDraft.objects.get(pk=draft.pk).as_spec()


def only(drafts: Iterable[ItemDraft]) -> ItemDraft:
    (found,) = drafts
    return found


@pytest.fixture
def police(user: Login) -> User:
    """Who imports."""
    return user("police")


def test_the_same_workbook_again_changes_nothing(police: User, user: Login) -> None:
    specs = (PERMITS, DOGS, BARE)
    first = imported(police, *specs)
    assert [outcome for _row, _title, outcome in outcomes(first)] == ["new"] * 3
    before = list(ItemDraft.objects.order_by("pk").values())
    again = imported(police, *specs)
    rows = [one.row for one in first.drafts]
    assert outcomes(again) == [(row, spec.title, "same") for row, spec in zip(rows, specs, strict=True)]
    assert [one.draft for one in again.drafts] == [one.draft for one in first.drafts]
    assert {outcome for _row, _title, outcome in outcomes(imported(user("bureau"), *specs))} == {"same"}
    assert list(ItemDraft.objects.order_by("pk").values()) == before and (again.problems, again.left_alone) == ((), ())


@pytest.mark.parametrize(
    ("known", "parts"),
    [
        ({}, {"abstract": "养犬登记和年检"}),
        ({}, {"title": "养犬登记信息"}),
        ({"table": ""}, {"table": "police_dog"}),
        ({"table": ""}, {"resource_code": "303001/00007"}),
        ({"resource_code": "303001/00007"}, {"table": "police_dogs"}),
        ({"resource_code": "303001/00007"}, {"table": ""}),
        ({"resource_code": "303001/00007", "table": ""}, {"title": "养犬登记信息"}),
    ],
)
def test_a_changed_row_is_written_into_the_draft_of_the_import(
    known: dict[str, str], parts: dict[str, str], police: User
) -> None:
    dogs = changed(DOGS, **known)
    first = imported(police, PERMITS, dogs)
    report = imported(police, PERMITS, changed(dogs, **parts))
    made = [one.draft for one in first.drafts]
    assert [(one.draft, one.outcome) for one in report.drafts] == [(made[0], "same"), (made[1], "updated")]
    assert says(made[1]) == changed(says(made[1]), **parts) and ItemDraft.objects.count() == 2


def test_rows_with_one_code_copied_down_stay_items_of_their_own(police: User) -> None:
    permits, dogs, bare = (changed(one, resource_code="303001/00007") for one in (PERMITS, DOGS, BARE))
    first = imported(police, permits, bare, dogs)
    again = imported(police, changed(dogs, abstract="养犬登记和年检"), bare, permits)
    made = {one.draft.title: one.draft for one in first.drafts}
    assert [(one.draft, one.outcome) for one in again.drafts] == [
        (made[dogs.title], "updated"),
        (made[bare.title], "same"),
        (made[permits.title], "same"),
    ]


def test_a_draft_that_somebody_wrote_in_since_is_left_alone(police: User, user: Login) -> None:
    draft = imported(police, DOGS).drafts[0].draft
    typed = changed(says(draft), abstract="有人补写的摘要", title="犬只登记信息")
    save_draft(user("bureau"), draft_id=draft.pk, spec=typed, version=draft.version)
    assert outcomes(imported(police, DOGS)) == [(3, "犬只登记信息", "same")], "the row is as it was imported"
    alone = imported(police, changed(DOGS, abstract="表格里改了"), PERMITS)
    (left,) = alone.left_alone
    assert (left.row, left.title, left.draft) == (3, "犬证信息", draft)
    assert f"第 {draft.pk} 号" in left.text and "公安数据员" in left.text and "删除" in left.text
    assert [one.outcome for one in alone.drafts] == ["new"], "the rest is imported"
    assert says(draft) == typed and (alone.problems, alone.refused) == ((), 0)
    discard_draft(police, draft_id=draft.pk)
    assert outcomes(imported(police, changed(DOGS, abstract="表格里改了"), PERMITS))[0][2] == "new"


def test_what_one_imported_no_other_import_replaces(police: User, user: Login) -> None:
    draft = imported(police, DOGS).drafts[0].draft
    report = imported(user("bureau"), changed(DOGS, abstract="局里的另一份表格"))
    assert [one.draft for one in report.left_alone] == [draft] and says(draft).abstract == DOGS.abstract


def test_a_draft_begun_in_the_form_is_recognised_and_left_alone(police: User) -> None:
    typed = changed(BARE, abstract="表单里写的", table="police_floating")
    draft = draft_item(police, spec=typed, origin=ItemDraft.Origin.FORM)
    report = imported(police, BARE)
    assert [one.draft for one in report.left_alone] == [draft] and ItemDraft.objects.count() == 1
    assert says(draft).abstract == "表单里写的"
    ItemDraft.objects.update(state="submitted", case="X-1")
    report = imported(police, BARE)
    assert report.refused == 1 and "X-1" in str(report.problems[0].text) and ItemDraft.objects.count() == 1
    ItemDraft.objects.update(state="withdrawn")
    assert outcomes(imported(police, BARE)) == [(3, BARE.title, "new")], "what was rejected stands in nobody's way"


def test_two_items_of_one_title_stay_two(police: User, user: Login) -> None:
    here, there = (
        changed(PERMITS, table="permit_east"),
        changed(PERMITS, table="permit_west", abstract="西城签发的居住证"),
    )
    twice = (BARE, changed(BARE, abstract="同名的另一项，没有别的编号"))
    rows = (here, twice[0], there, twice[1])  # a sheet has other items between them, or they are one
    first = imported(police, *rows)
    assert ItemDraft.objects.count() == 4
    again = imported(police, *rows)
    assert [(one.draft, one.outcome) for one in again.drafts] == [(one.draft, "same") for one in first.drafts]
    of_others = changed(BARE, provider="hr")
    assert outcomes(imported(user("bureau"), of_others)) == [(3, BARE.title, "new")], "another department's"
    assert ItemDraft.objects.count() == 5


def test_a_change_of_a_published_item_is_written_anew_by_its_own_import(police: User) -> None:
    spec = CatalogItem.objects.get(code="POLICE-01").as_spec()
    draft = imported(police, changed(spec, abstract="第一次")).drafts[0].draft
    report = imported(police, changed(spec, abstract="第二次"))
    assert outcomes(report) == [(3, spec.title, "updated")]
    draft.refresh_from_db()
    assert (draft.as_spec().abstract, draft.kind, draft.version) == ("第二次", "change", 2)
    save_draft(police, draft_id=draft.pk, spec=changed(draft.as_spec(), abstract="手写的"), version=2)
    assert [one.draft for one in imported(police, changed(spec, abstract="第三次")).left_alone] == [draft]
    assert says(draft).abstract == "手写的"


def test_drafts_of_others_are_not_told_of(police: User, user: Login) -> None:
    imported(police, DOGS)
    report = imported(user("hr"), changed(DOGS, abstract="别人的"))
    assert report.refused == 1 and (report.drafts, report.left_alone) == ((), ())
    assert "公安数据员" not in str(report.problems[0].text)


def test_the_page_says_it_row_by_row(police: User, as_user: As, town: Path) -> None:
    def uploaded(*specs: Item, language: str = "zh-hans") -> tuple[list[str], str]:
        upload = SimpleUploadedFile("目录.xlsx", workbook_of(specs))
        answer = as_user("police").post("/compile/import/", {"file": upload}, headers={"accept-language": language})
        page = HTMLParser(answer.content.decode())
        return [row.text() for row in page.css("section[aria-labelledby=made] li")], page.css_first(".stats").text()

    rows, numbers = uploaded(PERMITS, DOGS)
    assert all("新草稿" in row and "行起" in row for row in rows) and len(rows) == 2 and "已有的草稿" not in numbers
    rows, numbers = uploaded(PERMITS, changed(DOGS, abstract="养犬登记和年检"))
    assert "第 3 行起" in rows[0] and "没有动它" in rows[0] and "按表格更新" in rows[1]
    assert "已有的草稿1" in numbers.replace("\n", "") and "更新的草稿1" in numbers.replace("\n", "")
    rows, numbers = uploaded(PERMITS, changed(DOGS, abstract="养犬登记"), language="en")
    assert "From row 3" in rows[0] and "left as it is" in rows[0] and "updated from the sheet" in rows[1]
    assert "Drafts there already" in numbers and "Drafts updated" in numbers
