"""Compiling an item, from the first word to its publication: steps, checks, review, change, cancellation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import parsed, told_at
from tests.apps.test_catalog_checks import CLASSES

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, put_case_type
from huitong.apps.catalog.differing import differences
from huitong.apps.catalog.drafting import (
    copy_draft,
    discard_draft,
    draft_cancellation,
    draft_change,
    save_draft,
    submit_draft,
)
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.services import put_codelist
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.sharing.models import Grant
from huitong.engine.declarations.items import CatalogItem as Item
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

BASIC = {
    "title": "居住证签发信息",
    "title_en": "Residence permits",
    "provider": "police",
    "system": "police-sys",
    "classification": "303001",
    "abstract": "公安机关签发的居住证，2016 年起。",
    "format": "database",
    "update_cycle": "daily",
}
LINES = {
    "lines": "2",
    "f0-title": "身份证号",
    "f0-column": "sfzh",
    "f0-element": "公民身份号码",
    "f0-required": "on",
    "f1-title": "姓名",
    "f1-column": "xm",
    "f1-element": "person_name",
}
SHARING = {"sharing_type": "conditional", "sharing_condition": "经同意后使用", "sharing_method": "api"}
LINK = {"source": "police-db", "object": "permit", "key": "sfzh", "mode": "full", "table": "police_permit"}


@pytest.fixture
def ready(town: Path, system: User) -> None:
    """The town with a classification and the case type of reviews."""
    put_codelist(system, spec=CLASSES)
    for spec in load_pack("standards").case_types:
        put_case_type(system, spec=spec)


@pytest.fixture
def written(ready: None, as_user: As) -> ItemDraft:
    """A draft of the police, written in all its steps."""
    client = as_user("police")
    assert client.post("/compile/new/", {"title": "居住证", "provider": "police"}).status_code == 302
    draft = ItemDraft.objects.get()
    for step, said in (("basic", BASIC), ("fields", LINES), ("sharing", SHARING), ("link", LINK)):
        draft.refresh_from_db()
        answer = client.post(f"/compile/{draft.pk}/{step}/", {**said, "version": draft.version, "go": "next"})
        assert answer.status_code == 302, (step, answer.content.decode())
    draft.refresh_from_db()
    return draft


def code_of(error: pytest.ExceptionInfo[Terminal]) -> str:
    return error.value.code


def test_an_item_goes_from_form_to_catalog(written: ItemDraft, as_user: As) -> None:
    assert (written.errors, written.warnings, written.title) == (0, 1, "居住证签发信息")
    page = parsed(as_user("police"), f"/compile/{written.pk}/")
    assert "提交审核" in page.text() and "统一社会信用代码" in page.text()
    as_user("police").post(f"/compile/{written.pk}/submit/", {"version": written.version})
    case = Case.objects.get()
    assert (case.state, case.subject_key, case.turn_organisation_id is not None) == ("review", str(written.pk), True)
    bureau = as_user("bureau")
    assert "审核通过" in parsed(bureau, f"/compile/{written.pk}/").text()
    stale = bureau.post(f"/compile/{written.pk}/decide/", {"action": "approve", "version": 99, "comment": "同意发布"})
    kept = HTMLParser(stale.content.decode()).css_first("#decide-comment")
    assert stale.status_code == 409 and kept is not None and kept.text() == "同意发布", (
        "what was written is still there"
    )
    silent = bureau.post(f"/compile/{written.pk}/decide/", {"action": "reject", "version": case.version})
    assert silent.status_code == 422 and "必须说明理由" in told_at(silent, "decide-comment")
    answer = bureau.post(f"/compile/{written.pk}/decide/", {"action": "approve", "version": case.version})
    assert answer.status_code == 302
    item = CatalogItem.objects.get(title="居住证签发信息")
    assert (item.resource_code, item.code, item.table) == ("303001/00001", "303001-00001", "police_permit")
    assert item.link_state == "declared" and item.published_on is not None
    written.refresh_from_db()
    assert (written.state, written.item) == ("published", item)
    assert AuditEntry.objects.filter(action="catalog.publish_draft", login="bureau").exists()
    assert "居住证" in parsed(as_user("hr"), "/items/?q=jzz").text()


def test_findings_stand_beside_their_fields(written: ItemDraft, as_user: As) -> None:
    client = as_user("police")
    broken = {**BASIC, "title": "户籍系统", "abstract": "", "version": written.version, "go": "save"}
    answer = client.post(f"/compile/{written.pk}/basic/", broken, follow=True)
    page = answer.content.decode()
    assert "是信息系统的名称" in page and "请用一两句话说明数据" in page and "已保存" in page
    lines = {
        **LINES,
        "f1-element": "没有这个",
        "f2-title": "状态",
        "lines": "3",
        "version": written.version,
        "go": "save",
    }
    page = client.post(f"/compile/{written.pk}/fields/", lines, follow=True).content.decode()
    assert page.count("请为这个信息项选择数据元") == 2
    english = client.get(f"/compile/{written.pk}/fields/?check=1", headers={"accept-language": "en"}).content.decode()
    assert "Choose the data element of this field." in english
    written.refresh_from_db()
    answer = client.post(f"/compile/{written.pk}/submit/", {"version": written.version})
    assert answer.status_code == 422 and not Case.objects.exists()


@pytest.mark.parametrize(
    ("origin", "marked"),
    [("form", ()), ("item", ()), ("source", ("fields",)), ("excel", ("basic", "fields"))],
)
def test_only_what_came_filled_in_is_marked_before_anybody_has_written(
    written: ItemDraft, as_user: As, user: Login, origin: str, marked: tuple[str, ...]
) -> None:
    spec = written.as_spec()
    lines = (*spec.fields, ItemField(column="qt", element=""))
    broken = msgspec.structs.replace(spec, abstract="", fields=lines)
    save_draft(user("police"), draft_id=written.pk, spec=broken, version=None)
    ItemDraft.objects.filter(pk=written.pk).update(origin=origin)
    client = as_user("police")
    for step, words in (("basic", "请用一两句话说明数据"), ("fields", "请为这个信息项选择数据元")):
        path = f"/compile/{written.pk}/{step}/"
        assert (words in client.get(path).text) == (step in marked), step
        assert words in client.get(f"{path}?check=1").text


def test_lines_are_added_removed_and_moved_without_scripts(written: ItemDraft, as_user: As) -> None:
    client, path = as_user("police"), f"/compile/{written.pk}/fields/"

    def titles(order: str) -> list[str]:
        page = client.post(path, {**LINES, "go": order}).content.decode()
        count = int(page.split('name="lines" value="')[1].split('"')[0])
        return [page.split(f'name="f{n}-title" value="')[1].split('"')[0] for n in range(count)]

    assert titles("add") == ["身份证号", "姓名", "", "", ""]
    assert titles("remove-0") == ["姓名"]
    assert titles("down-0") == ["姓名", "身份证号"] == titles("up-1")
    assert titles("remove-99") == titles("nonsense") == ["身份证号", "姓名"]
    written.refresh_from_db()
    assert [field.title for field in written.as_spec().fields] == ["身份证号", "姓名"], "nothing is saved by these"


def test_the_bureau_returns_and_the_department_mends(written: ItemDraft, user: Login) -> None:
    police, bureau = user("police"), user("bureau")
    draft = submit_draft(police, draft_id=written.pk)
    with pytest.raises(Terminal) as closed:
        save_draft(police, draft_id=draft.pk, spec=draft.as_spec(), version=None)
    assert code_of(closed) == "catalog.draft_closed"
    act(bureau, number=draft.case, action="send_back", version=None, comment="摘要请写明范围")
    draft.refresh_from_db()
    assert draft.state == "returned"
    mended = msgspec.structs.replace(draft.as_spec(), abstract="全市公安机关签发的居住证，2016 年起。")
    save_draft(police, draft_id=draft.pk, spec=mended, version=None)
    submit_draft(police, draft_id=draft.pk)
    act(bureau, number=draft.case, action="approve", version=None)
    assert CatalogItem.objects.get(table="police_permit").abstract == mended.abstract


def test_a_rejected_draft_changes_nothing(written: ItemDraft, user: Login) -> None:
    draft = submit_draft(user("police"), draft_id=written.pk)
    act(user("bureau"), number=draft.case, action="reject", version=None, comment="不属于政务信息资源")
    draft.refresh_from_db()
    assert draft.state == "withdrawn" and CatalogItem.objects.count() == 3
    with pytest.raises(Terminal) as gone:
        submit_draft(user("police"), draft_id=written.pk)
    assert code_of(gone) == "catalog.draft_closed"


def test_a_rejected_draft_is_begun_anew(written: ItemDraft, user: Login, as_user: As) -> None:
    with pytest.raises(Terminal) as open_still:
        copy_draft(user("police"), draft_id=written.pk)
    assert code_of(open_still) == "catalog.draft_open"
    draft = submit_draft(user("police"), draft_id=written.pk)
    act(user("bureau"), number=draft.case, action="reject", version=None, comment="名称不准")
    police = as_user("police")
    assert "据此重新起草" in parsed(police, f"/compile/{written.pk}/").text()
    assert "据此重新起草" not in parsed(as_user("leader"), f"/compile/{written.pk}/").text()
    answer = police.post(f"/compile/{written.pk}/copy/")
    again = ItemDraft.objects.latest("pk")
    assert answer["Location"] == f"/compile/{again.pk}/" and again.pk != written.pk
    assert (again.state, again.case, again.as_spec()) == ("editing", "", written.as_spec())
    assert ItemDraft.objects.get(pk=written.pk).state == "withdrawn", "what was decided stays as it was"
    assert as_user("hr").post(f"/compile/{written.pk}/copy/").status_code == 404


def test_beginning_a_change_anew_leaves_another_officers_draft_alone(ready: None, user: Login) -> None:
    police = user("police")
    spec = CatalogItem.objects.get(code="POLICE-01").as_spec()
    first = draft_change(police, code="POLICE-01", spec=msgspec.structs.replace(spec, abstract="先前的写法"))
    ItemDraft.objects.filter(pk=first.pk).update(state="withdrawn")
    open_one = draft_change(user("bureau"), code="POLICE-01")
    written = save_draft(
        user("bureau"), draft_id=open_one.pk, spec=msgspec.structs.replace(spec, abstract="正在写的"), version=None
    )
    with pytest.raises(Terminal) as begun:
        copy_draft(police, draft_id=first.pk)
    assert code_of(begun) == "catalog.change_begun" and "局长" in str(begun.value)
    written.refresh_from_db()
    assert written.as_spec().abstract == "正在写的"
    other = msgspec.structs.replace(spec, abstract="整份导入")
    with pytest.raises(Terminal) as begun:
        draft_change(police, code="POLICE-01", spec=other)
    assert code_of(begun) == "catalog.change_begun"
    written.refresh_from_db()
    assert written.as_spec().abstract == "正在写的"
    discard_draft(user("bureau"), draft_id=written.pk)
    assert draft_change(police, code="POLICE-01", spec=other).as_spec().abstract == "整份导入"


def test_a_change_becomes_a_version_with_readable_differences(ready: None, user: Login, as_user: As) -> None:
    draft = draft_change(user("police"), code="POLICE-01")
    spec = msgspec.structs.replace(
        draft.as_spec(),
        classification="303001",
        title_en="Residents",
        update_cycle="weekly",
        sharing_condition="须说明用途",
        fields=(*draft.as_spec().fields[:3], ItemField(column="jg", element="sex", name="origin", title="籍贯")),
    )
    save_draft(user("police"), draft_id=draft.pk, spec=spec, version=None)
    page = parsed(as_user("police"), f"/compile/{draft.pk}/").text()
    assert "每日" in page and "每周" in page and "籍贯（origin）" in page
    assert "人社 · 核验参保人身份" in page and "将不再提供：mobile" in page, "a grant reads the field that goes"
    submit_draft(user("police"), draft_id=draft.pk)
    act(user("bureau"), number=ItemDraft.objects.get().case, action="approve", version=None)
    item = CatalogItem.objects.get(code="POLICE-01")
    assert (item.version, item.update_cycle) == (2, "weekly")
    text = parsed(as_user("hr"), "/items/POLICE-01/versions/").text()
    assert "更新周期" in text and "每周" in text and "首次发布" in text
    english = as_user("hr").get("/items/POLICE-01/versions/", headers={"accept-language": "en"}).content.decode()
    assert "Update cycle" in english or "Weekly" in english


def test_a_change_on_an_old_version_is_refused(ready: None, user: Login, system: User) -> None:
    draft = draft_change(user("police"), code="POLICE-01")
    good = msgspec.structs.replace(draft.as_spec(), classification="303001", sharing_condition="须说明用途")
    save_draft(user("police"), draft_id=draft.pk, spec=good, version=None)
    submit_draft(user("police"), draft_id=draft.pk)
    from huitong.apps.catalog.services import put_item

    put_item(system, spec=msgspec.structs.replace(good, title="别的名字"))
    with pytest.raises(Terminal) as stale:
        act(user("bureau"), number=ItemDraft.objects.get().case, action="approve", version=None)
    assert code_of(stale) == "catalog.item_changed_meanwhile"


def test_cancelling_shows_whom_it_touches_and_suspends_what_reads_it(ready: None, user: Login, as_user: As) -> None:
    page = parsed(as_user("centre"), "/items/CENTRE-01/cancel/").text()
    assert "侦查取证" in page and "随即暂停" in page
    assert "少一个数据来源" in page and "人口库" in page
    assert "另有 1 项授权" in page, "of the police's service, which the centre feeds but does not run"
    with pytest.raises(Terminal) as silent:
        draft_cancellation(user("centre"), code="CENTRE-01", reason=" ")
    assert code_of(silent) == "catalog.reason_missing"
    as_user("centre").post("/items/CENTRE-01/cancel/", {"reason": "系统已下线"})
    draft = ItemDraft.objects.get()
    assert Grant.objects.get(code="police-insurance").state == "active", "not before the bureau has decided"
    with pytest.raises(Terminal) as busy:
        draft_change(user("centre"), code="CENTRE-01")
    assert code_of(busy) == "catalog.draft_in_review"
    act(user("bureau"), number=draft.case, action="approve", version=None)
    assert CatalogItem.objects.get(code="CENTRE-01").state == "cancelled"
    grant = Grant.objects.get(code="police-insurance")
    assert grant.state == "suspended" and "已撤销" in grant.reason
    assert Grant.objects.get(code="hr-resident").state == "active", "its service has another source"


def written_change(who: User, code: str, abstract: str) -> ItemDraft:
    draft = draft_change(who, code=code)
    return save_draft(
        who, draft_id=draft.pk, spec=msgspec.structs.replace(draft.as_spec(), abstract=abstract), version=None
    )


def test_a_cancellation_does_not_replace_a_change_that_is_being_written(ready: None, user: Login, as_user: As) -> None:
    written = written_change(user("bureau"), "POLICE-01", "正在写的")
    with pytest.raises(Terminal) as begun:
        draft_cancellation(user("police"), code="POLICE-01", reason="系统已下线")
    assert code_of(begun) == "catalog.change_begun" and begun.value.parameters["draft"] == written.pk
    for language, told, advice in (("zh", f"第 {written.pk} 号", "删除"), ("en", f"no. {written.pk}", "discard it")):
        assert told in begun.value.detail(language) and advice in begun.value.hint(language)
    written.refresh_from_db()
    assert (written.kind, written.state, written.as_spec().abstract) == ("change", "editing", "正在写的")
    assert not Case.objects.exists()
    discard_draft(user("bureau"), draft_id=written.pk)
    assert draft_cancellation(user("police"), code="POLICE-01", reason="系统已下线").state == "submitted"


def test_the_page_of_a_cancellation_leads_to_the_open_draft(ready: None, user: Login, as_user: As) -> None:
    police, path = as_user("police"), "/items/POLICE-01/cancel/"
    assert parsed(police, path).css_first("main form[method=post]") is not None
    written = written_change(user("bureau"), "POLICE-01", "正在写的")
    link = f'main .notice a[href="/compile/{written.pk}/"]'
    page = parsed(police, path)
    assert page.css_first(link) is not None and page.css_first("textarea") is None, "no form that would be refused"
    english = police.get(path, headers={"accept-language": "en"}).content.decode()
    assert f"Open draft no. {written.pk}" in english and "Finish that draft or discard it first" in english
    answer = police.post(path, {"reason": "系统已下线"})  # from a page that was open before the draft was
    page = HTMLParser(answer.content.decode())
    kept = page.css_first("textarea")
    assert answer.status_code == 409 and page.css_first(link) is not None
    assert kept is not None and kept.text().strip() == "系统已下线", "what was typed is still there"
    submit_like = ItemDraft.objects.filter(pk=written.pk)
    submit_like.update(state="submitted", case="X-1")
    page = parsed(police, path)
    assert "目录正在审核" in page.text() and page.css_first(link) is not None
    submit_like.update(state="editing", case="", provider=User.objects.get(login="hr").organisation)
    page = parsed(police, path)
    assert "已有一份未办结的草稿" in page.text() and page.css_first(link) is None, "of others, only told"


def test_a_change_in_which_nothing_was_written_is_in_nobodys_way(ready: None, user: Login) -> None:
    opened = draft_change(user("bureau"), code="POLICE-01")
    draft = draft_cancellation(user("police"), code="POLICE-01", reason="系统已下线")
    assert (draft.pk, draft.kind, draft.state) == (opened.pk, "cancel", "submitted")
    assert draft.created_by == user("police"), "who asks for it, not who only looked"


def test_a_cancellation_that_was_returned_keeps_its_review_and_its_reason(ready: None, user: Login) -> None:
    police = user("police")
    draft = draft_cancellation(police, code="POLICE-01", reason="系统已下线")
    act(user("bureau"), number=draft.case, action="send_back", version=None, comment="请说明替代来源")
    spec = CatalogItem.objects.get(code="POLICE-01").as_spec()
    other = msgspec.structs.replace(spec, abstract="整份导入")
    for begin in (
        lambda: draft_cancellation(police, code="POLICE-01", reason="另一个理由"),
        lambda: draft_change(police, code="POLICE-01", spec=other),
        lambda: draft_change(police, code="POLICE-01", spec=spec),
    ):
        with pytest.raises(Terminal) as refused:
            begin()
        assert code_of(refused) == "catalog.change_begun"
    draft.refresh_from_db()
    assert (draft.kind, draft.reason, draft.as_spec()) == ("cancel", "系统已下线", spec) and Case.objects.count() == 1


def test_foreigners_neither_see_nor_touch_drafts(written: ItemDraft, user: Login, as_user: As) -> None:
    for login, status in (("hr", 404), ("centre", 404), ("leader", 200), ("bureau", 200), ("citizen", 403)):
        assert as_user(login).get(f"/compile/{written.pk}/").status_code == status, login
    assert as_user("hr").post(f"/compile/{written.pk}/basic/", BASIC).status_code == 404
    assert as_user("leader").post(f"/compile/{written.pk}/basic/", BASIC).status_code == 403
    assert as_user("developer").get("/compile/new/").status_code == 403
    for act_on in (draft_change, lambda who, code: draft_cancellation(who, code=code, reason="x")):
        with pytest.raises(Terminal) as refused:
            act_on(user("hr"), code="POLICE-01")
        assert code_of(refused) == "people.not_allowed"
    with pytest.raises(Terminal) as refused:
        save_draft(
            user("police"),
            draft_id=written.pk,
            spec=msgspec.structs.replace(written.as_spec(), provider="hr"),
            version=None,
        )
    assert code_of(refused) == "people.not_allowed"
    discard_draft(user("police"), draft_id=written.pk)
    assert not ItemDraft.objects.exists()


def test_differences_say_what_changed() -> None:
    before = Item(
        code="a", title="甲", title_en="A", provider="p", table="t", fields=(ItemField(column="x", element="sex"),)
    )
    assert differences(before, before) == ()
    after = msgspec.structs.replace(
        before,
        title="乙",
        open_to_public=True,
        fields=(ItemField(column="y", element="sex", required=True), ItemField(column="z", element="mobile")),
    )
    found = [
        (one.sign, str(one.place), str(one.what), str(one.before), str(one.after)) for one in differences(before, after)
    ]
    assert found == [
        ("~", "", "目录名称", "甲", "乙"),
        ("+", "", "向社会开放", "否", "是"),
        ("~", "sex", "来源列", "x", "y"),
        ("+", "sex", "必填", "否", "是"),
        ("+", "", "信息项", "", "mobile"),
    ]
    reverse = [(one.sign, str(one.what)) for one in differences(after, before)]
    assert ("-", "信息项") in reverse and ("-", "向社会开放") in reverse
