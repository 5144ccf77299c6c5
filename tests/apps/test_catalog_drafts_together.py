"""Two people in one draft: nobody saves over the other without having been told, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode
from tests.apps.pages import parsed
from tests.apps.test_catalog_checks import CLASSES

from huitong.apps.accounts.models import User
from huitong.apps.cases.services import put_case_type
from huitong.apps.catalog.drafting import discard_draft, draft_change, draft_item, save_draft, submit_draft
from huitong.apps.catalog.models import ItemDraft
from huitong.apps.catalog.services import put_codelist
from huitong.apps.ledger.models import AuditEntry
from huitong.engine.declarations import items
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
Sent = dict[str, str]
DECISIONS = ("submit", "discard")


@pytest.fixture
def draft(user: Login) -> ItemDraft:
    """A change of the police's item, in which nobody has written yet."""
    return draft_change(user("police"), code="POLICE-01")


@pytest.fixture
def written(town: Path, system: User, user: Login) -> ItemDraft:
    """A new item of the police, ready for review."""
    put_codelist(system, spec=CLASSES)
    for case_type in load_pack("standards").case_types:
        put_case_type(system, spec=case_type)
    spec = items.CatalogItem(
        code="",
        title="居住证签发信息",
        title_en="Residence permits",
        provider="police",
        table="",
        classification="303001",
        abstract="公安机关签发的居住证，2016 年起。",
        sharing_condition="经同意后使用",
        fields=tuple(items.ItemField(column=name, element=name) for name in ("id_number", "person_name")),
    )
    draft = draft_item(user("police"), spec=spec, origin=ItemDraft.Origin.FORM)
    assert draft.errors == 0
    return draft


@dataclass(frozen=True)
class Editor:
    """Somebody with a step of the draft open."""

    client: Client
    path: str
    form: Sent

    def send(self, go: str = "save", language: str = "zh-hans", **typed: str) -> tuple[int, HTMLParser]:
        """Send the form as it was opened, with what was typed; return the status and the page."""
        said = {**self.form, "go": go, **typed}
        if not go:
            del said["go"]
        answer = self.client.post(self.path, said, headers={"accept-language": language})
        return answer.status_code, HTMLParser(answer.content.decode())


def opened(as_user: As, login: str, draft: ItemDraft, step: str) -> Editor:
    """Open a step as a browser does: what its fields hold is what is sent."""
    client, path = as_user(login), f"/compile/{draft.pk}/{step}/"
    return Editor(client, path, held(parsed(client, path)))


def held(page: HTMLParser) -> Sent:
    form = page.css_first("main form[method=post]")
    assert form is not None
    found: Sent = {}
    for node in form.css("input[name], textarea[name], select[name]"):
        name, kind = node.attributes["name"] or "", node.attributes.get("type")
        if name != "csrfmiddlewaretoken" and (kind not in ("checkbox", "radio") or "checked" in node.attributes):
            found[name] = _value(node)
    return found


def _value(node: LexborNode) -> str:
    if node.tag == "select":
        node = node.css_first("option[selected]") or node.css("option")[0]
    if node.tag == "textarea":
        return node.text().strip()
    return node.attributes.get("value") or ("on" if node.attributes.get("type") == "checkbox" else "")


def decision(page: HTMLParser, what: str) -> Sent:
    """What the form that submits or discards the draft sends."""
    form = page.css_first(f"main form[action$='/{what}/']")
    assert form is not None
    return {node.attributes["name"] or "": _value(node) for node in form.css("input[name=version]")}


def abstract_of(draft: ItemDraft) -> str:
    return ItemDraft.objects.get(pk=draft.pk).as_spec().abstract


def over_of(page: HTMLParser) -> str:
    button = page.css_first("button[name=over]")
    assert button is not None
    return button.attributes["value"] or ""


def test_who_saves_second_is_told_what_the_first_wrote(draft: ItemDraft, as_user: As, user: Login) -> None:
    police, bureau = (opened(as_user, login, draft, "basic") for login in ("police", "bureau"))
    assert bureau.send(abstract="局长写的摘要", update_cycle="weekly")[0] == 302
    status, page = police.send(abstract="警员写的摘要", title="户籍人口（新）")
    assert status == 409 and abstract_of(draft) == "局长写的摘要", "nothing is written"
    told = page.css_first("form [role=alert]")
    assert told is not None and user("bureau").shown_name in told.text() and "摘要、更新周期" in told.text()
    assert "没有保存" in told.text() and "局长于 20" in told.text()
    rows = {row.css(".head")[0].text(): row.text() for row in page.css("table.differences tbody tr")}
    assert set(rows) == {"目录名称", "摘要", "更新周期"}
    assert "局长写的摘要" in rows["摘要"] and "警员写的摘要" in rows["摘要"]
    assert held(page) == {**police.form, "abstract": "警员写的摘要", "title": "户籍人口（新）"}, (
        "what was typed is there"
    )
    assert page.css_first('form[data-guard="unsaved"]') is not None
    english = police.send(language="en", abstract="警员写的摘要")[1].css_first("[role=alert]")
    assert english is not None and "Not saved" in english.text() and "Abstract, Updated" in english.text()


def test_one_saves_over_it_only_by_the_button_that_says_so(draft: ItemDraft, as_user: As) -> None:
    police, bureau = (opened(as_user, login, draft, "basic") for login in ("police", "bureau"))
    bureau.send(abstract="局长写的摘要")
    over = over_of(police.send(abstract="警员写的摘要")[1])
    for go in ("save", "next"):
        assert police.send(go, abstract="警员写的摘要")[0] == 409, "the ordinary buttons still refuse"
    again = Editor(bureau.client, bureau.path, held(parsed(bureau.client, bureau.path)))
    assert again.send(abstract="局长又写的")[0] == 302
    status, page = police.send("", abstract="警员写的摘要", over=over)
    assert status == 409 and abstract_of(draft) == "局长又写的", "what came after the warning has not been seen"
    assert police.send("", abstract="警员写的摘要", over=over_of(page))[0] == 302
    assert abstract_of(draft) == "警员写的摘要"
    entry = AuditEntry.objects.filter(action="catalog.save_draft").first()
    assert entry is not None and entry.before["abstract"] == "局长又写的", "and what was there is in the audit"


def test_what_others_save_in_other_steps_stands_in_nobodys_way(draft: ItemDraft, as_user: As) -> None:
    police = opened(as_user, "police", draft, "basic")
    assert opened(as_user, "bureau", draft, "sharing").send(sharing_condition="须说明用途")[0] == 302
    assert police.send(abstract="警员写的摘要")[0] == 302
    spec = ItemDraft.objects.get(pk=draft.pk).as_spec()
    assert (spec.abstract, spec.sharing_condition) == ("警员写的摘要", "须说明用途")


def test_two_who_write_the_same_do_not_differ(draft: ItemDraft, as_user: As) -> None:
    police, bureau = (opened(as_user, login, draft, "basic") for login in ("police", "bureau"))
    assert bureau.send(abstract="同样的摘要")[0] == 302
    assert police.send(abstract="同样的摘要")[0] == 302
    draft.refresh_from_db()
    assert draft.version == 2 and draft.versions.count() == 2, "saving what is there already is no new version"


def test_lines_of_fields_come_back_as_typed(draft: ItemDraft, as_user: As) -> None:
    police, bureau = (opened(as_user, login, draft, "fields") for login in ("police", "bureau"))
    assert bureau.send(**{"f0-title": "公民身份号码"})[0] == 302
    typed = {"f1-title": "姓名全称"}
    status, page = police.send(**typed)
    assert status == 409 and {**police.form, **typed}.items() <= held(page).items()
    assert "公民身份号码" in page.css("table.differences")[0].text()
    status, longer = police.send("add", **typed)
    assert status == 200 and held(longer)["version"] == police.form["version"], "adding lines saves over nothing"
    assert police.send(**typed)[0] == 409
    assert police.send("", over=over_of(page), **typed)[0] == 302
    titles = [one.title for one in ItemDraft.objects.get(pk=draft.pk).as_spec().fields]
    assert titles[:2] == [police.form["f0-title"], "姓名全称"]


def test_what_is_typed_comes_back_from_a_draft_that_went_to_review(draft: ItemDraft, as_user: As) -> None:
    police = opened(as_user, "police", draft, "basic")
    ItemDraft.objects.filter(pk=draft.pk).update(state="submitted")
    status, page = police.send(abstract="警员写的摘要")
    assert status == 409 and held(page)["abstract"] == "警员写的摘要"
    assert "草稿不能再改" in page.text() and page.css_first("button[name=over]") is None
    assert police.client.get(police.path).status_code == 302


@pytest.mark.parametrize("what", DECISIONS)
def test_nobody_decides_about_what_another_wrote_meanwhile(
    what: str, written: ItemDraft, as_user: As, user: Login
) -> None:
    seen = decision(parsed(as_user("police"), f"/compile/{written.pk}/"), what)
    assert opened(as_user, "bureau", written, "basic").send(abstract="局长写的摘要")[0] == 302
    answer = as_user("police").post(f"/compile/{written.pk}/{what}/", seen)
    page = HTMLParser(answer.content.decode())
    written.refresh_from_db()
    assert answer.status_code == 409 and written.state == "editing"
    told = page.css_first("main [role=alert]")
    assert told is not None and user("bureau").shown_name in told.text() and "摘要" in told.text()
    rows = page.css_first("section[aria-labelledby=refused] table.differences tbody")
    assert rows is not None and "局长写的摘要" in rows.text() and len(rows.css("tr")) == 1
    english = (
        as_user("police")
        .post(f"/compile/{written.pk}/{what}/", seen, headers={"accept-language": "en"})
        .content.decode()
    )
    assert "Not done" in english and "As you saw it" in english
    again = as_user("police").post(f"/compile/{written.pk}/{what}/", decision(page, what))
    assert again.status_code == 302, "what it says now has been seen"
    assert ItemDraft.objects.filter(pk=written.pk).exists() == (what == "submit")


def test_what_somebody_submitted_is_neither_submitted_nor_discarded_again(
    written: ItemDraft, as_user: As, user: Login
) -> None:
    pages = {what: decision(parsed(as_user("police"), f"/compile/{written.pk}/"), what) for what in DECISIONS}
    submit_draft(user("bureau"), draft_id=written.pk)
    for what, seen in pages.items():
        answer = as_user("police").post(f"/compile/{written.pk}/{what}/", seen)
        page = HTMLParser(answer.content.decode())
        assert answer.status_code == 409 and "审核中" in page.css_first("main header").text()
        assert "草稿不能再改" in page.css_first("main [role=alert]").text()
    step = as_user("police").get(f"/compile/{written.pk}/basic/", follow=True).content.decode()
    assert "不能再改；下面是它现在的样子" in step, "and who comes to a step is told why it is not there"


def test_what_is_typed_into_a_discarded_draft_begins_another(draft: ItemDraft, as_user: As, user: Login) -> None:
    police = opened(as_user, "police", draft, "basic")
    lines = opened(as_user, "police", draft, "fields")
    discard_draft(user("bureau"), draft_id=draft.pk)
    status, page = police.send(abstract="警员写的摘要")
    told = page.css_first("form [role=alert]")
    assert status == 410 and told is not None and user("bureau").shown_name in told.text() and "已被删除" in told.text()
    assert held(page)["abstract"] == "警员写的摘要" and not ItemDraft.objects.exists()
    assert page.css_first("form a[href='/compile/']") is not None
    status, page = lines.send(**{"f1-title": "姓名全称"})
    assert status == 410 and held(page)["f1-title"] == "姓名全称" and page.css_first("button[name=anew]") is not None
    assert police.send("", abstract="警员写的摘要", anew="1")[0] == 302
    begun = ItemDraft.objects.get()
    assert (begun.kind, begun.item.code, abstract_of(begun)) == ("change", "POLICE-01", "警员写的摘要")


def test_a_new_item_is_begun_anew_from_a_discarded_draft(written: ItemDraft, as_user: As, user: Login) -> None:
    police = opened(as_user, "police", written, "basic")
    discard_draft(user("police"), draft_id=written.pk)
    assert police.send("", title="居住证签发信息二", anew="1")[0] == 302
    begun = ItemDraft.objects.get()
    assert (begun.kind, begun.title, len(begun.as_spec().fields)) == ("create", "居住证签发信息二", 2)


def test_who_comes_to_a_discarded_draft_is_told_who_discarded_it(draft: ItemDraft, as_user: As, user: Login) -> None:
    discard_draft(user("bureau"), draft_id=draft.pk)
    police, path = as_user("police"), f"/compile/{draft.pk}/"
    answers = [police.get(path), police.get(f"{path}basic/"), *(police.post(f"{path}{what}/") for what in DECISIONS)]
    for answer in answers:
        page = HTMLParser(answer.content.decode())
        assert answer.status_code == 410 and user("bureau").shown_name in page.css_first("main header").text()
        assert page.css_first("main a[href='/compile/']") is not None
    for login in ("hr", "citizen"):
        assert as_user(login).get(path).status_code in (403, 404), "who could not have seen it learns nothing"
    assert police.get("/compile/999999/").status_code == 404


@pytest.mark.parametrize("version", ["", "99", "-1", "x", "9" * 30])
def test_a_form_that_does_not_say_what_it_was_opened_at_saves_nothing(
    version: str, draft: ItemDraft, as_user: As
) -> None:
    police = opened(as_user, "police", draft, "basic")
    before = abstract_of(draft)
    status, page = police.send(abstract="警员写的摘要", version=version)
    assert status == 409 and abstract_of(draft) == before and held(page)["abstract"] == "警员写的摘要"


def test_the_message_names_who_wrote_these_parts_not_who_wrote_last(draft: ItemDraft, user: Login) -> None:
    spec = draft.as_spec()
    save_draft(
        user("bureau"),
        draft_id=draft.pk,
        version=1,
        spec=msgspec.structs.replace(spec, abstract="甲"),
        parts=("abstract",),
    )
    wider = msgspec.structs.replace(spec, sharing_condition="须说明用途")
    save_draft(user("police"), draft_id=draft.pk, version=1, spec=wider, parts=("sharing_condition",))
    with pytest.raises(Terminal) as late:
        save_draft(user("police"), draft_id=draft.pk, version=1, spec=wider, parts=("abstract",))
    problem = late.value.as_problem("en")
    assert (problem["status"], problem["code"]) == (409, "catalog.draft_changed_meanwhile")
    assert late.value.parameters["who"] == user("bureau").shown_name and late.value.parameters["what"] == "摘要"
    assert abstract_of(draft) == "甲"
    save_draft(user("police"), draft_id=draft.pk, version=None, spec=wider, parts=("abstract",))
    assert abstract_of(draft) == spec.abstract, "a program writes over whatever it is"
