"""Who answers for what, set on the site; collecting it again is flagged in drafts, in reviews and in projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from tests.apps.pages import parsed
from tests.apps.test_registry import SPEC

from huitong.apps.accounts.models import User
from huitong.apps.catalog.drafting import draft_change
from huitong.apps.demand.models import Authority, Remit
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.registry.selectors import already_there

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
SAID = {"organisation": "公安局", "basis": "《户口登记条例》第三条", "basis_en": ""}


def test_the_bureau_says_who_answers(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    assert "确定权威部门" in parsed(bureau, "/sources/sex/").text()
    assert bureau.post("/sources/sex/", {**SAID, "organisation": "没有这个"}).status_code == 200
    assert not Authority.objects.exists()
    assert bureau.post("/sources/sex/", SAID)["Location"] == "/sources/sex/"
    row = Authority.objects.get()
    assert (row.organisation.code, row.as_spec().basis, row.identifier) == ("police", SAID["basis"], False)
    assert AuditEntry.objects.get(action="demand.put_authority").login == "bureau"
    assert "户口登记条例" in parsed(as_user("hr"), "/sources/sex/").text()
    assert "确定权威部门" not in parsed(as_user("hr"), "/sources/sex/").text()
    assert as_user("hr").post("/sources/sex/", {**SAID, "organisation": "人社"}).status_code == 200
    assert Authority.objects.get().organisation.code == "police", "others only read"
    bureau.post("/sources/sex/", {"organisation": ""})
    assert not Authority.objects.exists()


def test_the_bureau_says_what_a_department_is_for(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    assert bureau.post("/organisations/hr/remit/", {"words": "就业、技能，参保"}).status_code == 302
    assert Remit.objects.get().as_spec().words == ("就业", "技能", "参保")
    assert as_user("hr").post("/organisations/hr/remit/", {"words": "一切"}).status_code == 403
    assert "就业、技能、参保" in bureau.get("/organisations/hr/remit/").text
    bureau.post("/organisations/hr/remit/", {"words": ""})
    assert not Remit.objects.exists()


def test_collecting_again_is_flagged_before_it_is_published(town: Path, user: Login, as_user: As) -> None:
    as_user("bureau").post("/sources/mobile/", SAID)
    as_user("bureau").post("/sources/id_number/", {**SAID, "identifier": "on"})
    draft = draft_change(user("centre"), code="CENTRE-01")
    words = "“手机号码”由公安负责"
    for login in ("centre", "bureau"):
        page = parsed(as_user(login), f"/compile/{draft.pk}/").text()
        assert words in page and "“公民身份号码”由" not in page, login
    assert draft_change(user("police"), code="POLICE-01").warnings < draft.warnings
    own = parsed(as_user("police"), f"/compile/{draft_change(user('police'), code='POLICE-01').pk}/").text()
    assert "“手机号码”由" not in own, "who answers for it is not told to take it from elsewhere"


def test_projects_are_told_who_answers_and_identifiers_are_exempt(town: Path, user: Login, as_user: As) -> None:
    bureau = as_user("bureau")
    bureau.post("/sources/id_number/", {**SAID, "identifier": "on"})
    bureau.post("/sources/mobile/", SAID)
    bureau.post("/sources/sex/", {**SAID, "organisation": "人力资源和社会保障局"})
    there = {one.element: one.authority for one in already_there(user("hr"), SPEC)}
    assert there == {"mobile": "公安"}, "an identifier is exempt, and of the sex this department answers itself"
    other = msgspec.structs.replace(SPEC, organisation="police")
    assert {one.element: one.authority for one in already_there(user("police"), other)} == {"sex": "人社"}
