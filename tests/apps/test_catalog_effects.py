"""Whom a change of an item touches: told before, and done in the transaction that approves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from tests.apps.pages import parsed
from tests.apps.test_catalog_checks import CLASSES
from tests.apps.town import INSURED, POLICE_GRANT

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import put_case_type
from huitong.apps.catalog.effects import lost_between
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.services import put_codelist, put_item
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.policy import compile_policy
from huitong.apps.sharing.services import put_grant, resume_grant, suspend_grant
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.sharing import RowFilter
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

LINES = {
    "lines": "3",
    "f0-column": "身份证号",
    "f0-element": "id_number",
    "f0-required": "on",
    "f1-column": "姓名",
    "f1-element": "person_name",
    "f2-column": "手机",
    "f2-element": "mobile",
}
SHARING = {"sharing_type": "conditional", "sharing_condition": "须说明用途", "sharing_method": "api"}
LINK = {"source": "centre-files", "object": "insured.csv", "key": "身份证号", "mode": "full", "table": "centre_insured"}


@pytest.fixture
def ready(town: Path, system: User) -> None:
    """The insured with all that a submission asks for, and a grant of two fields on them."""
    put_codelist(system, spec=CLASSES)
    for spec in load_pack("standards").case_types:
        put_case_type(system, spec=spec)
    put_item(system, spec=msgspec.structs.replace(
        INSURED, classification="303001", sharing_type="conditional", sharing_condition="须说明用途",
        abstract="参保人员", open_to_public=False,
    ))  # fmt: skip
    put_grant(system, spec=msgspec.structs.replace(POLICE_GRANT, fields=("id_number", "person_name")))


def changed(as_user: As, step: str, said: dict[str, str]) -> ItemDraft:
    """Change one step of the item as its data officer does; return the draft."""
    centre = as_user("centre")
    assert centre.post("/items/CENTRE-01/change/").status_code == 302
    draft = ItemDraft.objects.get()
    answer = centre.post(f"/compile/{draft.pk}/{step}/", {**said, "version": draft.version, "go": "next"})
    assert answer.status_code == 302, answer.content.decode()
    return draft


def approved(as_user: As, draft: ItemDraft, language: str = "zh-hans") -> CatalogItem:
    """Submit it, and approve it as the bureau does, on the draft's page."""
    draft.refresh_from_db()
    assert as_user("centre").post(f"/compile/{draft.pk}/submit/", {"version": draft.version}).status_code == 302
    case, bureau = Case.objects.get(), as_user("bureau")
    sent = {"action": "approve", "version": case.version}
    url, headers = f"/compile/{draft.pk}/decide/", {"accept-language": language}
    answer = bureau.post(url, sent, follow=True, headers=headers)
    assert Case.objects.get().state == "published", answer.text
    return CatalogItem.objects.get(code="CENTRE-01")


def test_a_field_that_goes_narrows_service_and_grant(ready: None, as_user: As) -> None:
    draft = changed(as_user, "fields", {key: value for key, value in LINES.items() if "f1" not in key} | {"lines": "3"})
    assert "person_name" not in {one.std_name for one in ItemDraft.objects.get().as_spec().fields}
    page = parsed(as_user("centre"), f"/compile/{draft.pk}/").text()
    assert "将不再提供：person_name" in page and "字段随之减少" in page
    grant = Grant.objects.get(code="police-insurance")
    assert "person_name" in grant.as_spec().fields, "not before the bureau has decided"
    approved(as_user, draft)
    grant.refresh_from_db()
    assert (grant.state, grant.as_spec().fields) == ("active", ("id_number",)) and "不再提供" in grant.reason
    assert Service.objects.get(code="insurance").as_spec().fields == ("id_number",)
    served = next(one for one in compile_policy().services if one.code == "insurance")
    assert [field.name for field in served.fields] == ["id_number"], "and so at the gateway"
    assert AuditEntry.objects.filter(action="sharing.change_grant", login="bureau").count() == 1


def test_a_key_that_goes_is_told_to_suspend_the_grant(ready: None, as_user: As) -> None:
    sent = {key: value for key, value in LINES.items() if "f0" not in key} | {"f0-column": "", "f0-element": ""}
    draft = changed(as_user, "fields", sent)
    assert "缺了查询或过滤要用的字段" in parsed(as_user("bureau"), f"/compile/{draft.pk}/").text()
    draft_spec = ItemDraft.objects.get().as_spec()
    assert lost_between(CatalogItem.objects.get(code="CENTRE-01").as_spec(), draft_spec).fields == {"id_number"}


def test_a_filter_on_a_lost_field_suspends_the_grant(ready: None, system: User, as_user: As) -> None:
    put_grant(system, spec=msgspec.structs.replace(
        POLICE_GRANT, row_filter=(RowFilter(field="person_name", values=("张0",)),)
    ))  # fmt: skip
    draft = changed(as_user, "fields", {key: value for key, value in LINES.items() if "f1" not in key})
    approved(as_user, draft)
    assert Grant.objects.get(code="police-insurance").state == "suspended", "else it would see more rows"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_not_shared_any_more_suspends_the_grants(ready: None, as_user: As, language: str) -> None:
    draft = changed(as_user, "sharing", {**SHARING, "sharing_type": "none", "sharing_basis": "某法第三条"})
    page = parsed(as_user("centre"), f"/compile/{draft.pk}/").text()
    assert "改为不予共享后这项授权随即暂停" in page and "不再对外提供" in page and "不应再进入这个库" in page
    approved(as_user, draft, language)
    grant = Grant.objects.get(code="police-insurance")
    assert grant.state == "suspended"
    assert grant.reason == "目录“参保人员”已改为不予共享 / the catalog item is not shared any more", (
        "in no one's language"
    )
    assert Grant.objects.get(code="hr-resident").state == "active", "its service has another source"


def resumed(system: User) -> str:
    """Resume the grant; return what it says when refused."""
    with pytest.raises(Terminal) as refused:
        resume_grant(system, grant="police-insurance", reason="恢复")
    assert Grant.objects.get(code="police-insurance").state == "suspended"
    return f"{refused.value.code} {refused.value}"


def test_what_was_suspended_for_a_lost_item_cannot_be_resumed(ready: None, system: User, as_user: As) -> None:
    suspend_grant(system, grant="police-insurance", reason="先停")
    resume_grant(system, grant="police-insurance", reason="查清")
    approved(as_user, changed(as_user, "sharing", {**SHARING, "sharing_type": "none", "sharing_basis": "某法第三条"}))
    assert "sharing.item_not_shared" in resumed(system)
    page = as_user("bureau").post("/grants/police-insurance/resume/", {"reason": "恢复"})
    assert page.status_code == 409 and "不予共享" in page.text
    CatalogItem.objects.filter(code="CENTRE-01").update(sharing_type="conditional", state="cancelled")
    assert "sharing.item_not_shared" in resumed(system)


def test_what_was_suspended_for_its_key_cannot_be_resumed(ready: None, system: User) -> None:
    suspend_grant(system, grant="police-insurance", reason="缺了查询要用的字段")
    put_item(system, spec=msgspec.structs.replace(INSURED, fields=INSURED.fields[1:], link=None))
    assert "sharing.field_gone" in (said := resumed(system)) and "id_number" in said


def test_what_was_suspended_for_its_filter_cannot_be_resumed(ready: None, system: User, as_user: As) -> None:
    only = (RowFilter(field="person_name", values=("张0",)),)
    put_grant(system, spec=msgspec.structs.replace(POLICE_GRANT, fields=("id_number",), row_filter=only))
    approved(as_user, changed(as_user, "fields", {key: value for key, value in LINES.items() if "f1" not in key}))
    assert "sharing.field_gone" in (said := resumed(system)) and "person_name" in said


def test_services_follow_a_renamed_table(ready: None, as_user: As) -> None:
    draft = changed(as_user, "link", {**LINK, "table": "insured_people"})
    page = parsed(as_user("centre"), f"/compile/{draft.pk}/").text()
    assert "改读新表" in page and "仍按原表名读取" in page
    approved(as_user, draft)
    assert Service.objects.get(code="insurance").table == "std.insured_people"
    assert Grant.objects.get(code="police-insurance").state == "active"


def test_a_table_left_empty_stays_as_it_was(ready: None, as_user: As) -> None:
    item = approved(as_user, changed(as_user, "link", {**LINK, "table": ""}))
    assert item.table == "centre_insured" and Service.objects.get(code="insurance").table == "std.centre_insured"


def test_a_link_that_is_removed_is_told(ready: None, as_user: As) -> None:
    draft = changed(as_user, "link", {**LINK, "source": ""})
    page = parsed(as_user("centre"), f"/compile/{draft.pk}/").text()
    assert "数据不再更新" in page and "这个来源不再更新" in page
    approved(as_user, draft)
    assert Grant.objects.get(code="police-insurance").state == "active", "what was collected is still there"


def test_services_go_with_the_item_to_its_new_provider(ready: None, user: Login, as_user: As, system: User) -> None:
    before = CatalogItem.objects.get(code="CENTRE-01").as_spec()
    lost = lost_between(before, msgspec.structs.replace(before, provider="hr"))
    assert lost.losses == {"handed_over"} and not lost.whole
    bureau = as_user("bureau")
    bureau.post("/items/CENTRE-01/change/")
    draft = ItemDraft.objects.get()
    basic = {
        "title": before.title, "title_en": before.title_en, "provider": "hr", "classification": "303001",
        "abstract": "参保人员", "format": "database", "update_cycle": "daily",
    }  # fmt: skip
    assert (
        bureau.post(f"/compile/{draft.pk}/basic/", {**basic, "version": draft.version, "go": "next"}).status_code == 302
    )
    assert "随目录移交" in parsed(bureau, f"/compile/{draft.pk}/").text()
    draft.refresh_from_db()
    bureau.post(f"/compile/{draft.pk}/submit/", {"version": draft.version})
    case = Case.objects.get()
    bureau.post(f"/compile/{draft.pk}/decide/", {"action": "approve", "version": case.version})
    assert Service.objects.get(code="insurance").provider.code == "hr"


def test_nothing_lost_touches_nobody() -> None:
    assert lost_between(INSURED, INSURED).nothing
    wider = msgspec.structs.replace(INSURED, sharing_type="unconditional")
    assert lost_between(msgspec.structs.replace(INSURED, sharing_type="none"), wider).nothing
