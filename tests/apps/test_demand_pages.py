"""Applying, answering and demanding on the pages, as everybody; of two who answer at once the second is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.demand_town import ASKED, UNTIL, apply_for, demand_of, set_up, step, terms
from tests.apps.pages import links, parsed, told_at
from tests.apps.test_pages import PROMISES

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.demand.models import Draft, Joiner, Need
from huitong.apps.sharing.models import Grant

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
Open = Callable[[str], Client]

PURPOSE = {"purpose": ASKED.purpose, "legal_basis": "《社会保险法》", "matter": "技能补贴", "audience": "审核岗"}
SCOPE = {
    "fields_asked": ["id_number", "person_name"],
    "clear_asked": ["person_name"],
    "kinds": ["records"],
    "volume": "200",
    "until": UNTIL,
}


@pytest.fixture(autouse=True)
def _declared(town: Path) -> None:
    set_up()


@pytest.fixture
def as_(user: Login) -> Open:
    """Gives a browser that is signed in; "" for nobody."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        if login:
            client.force_login(user(login))
        return client

    return client_of


def words(response: object) -> str:
    """What a page says."""
    body = HTMLParser(response.content.decode()).body  # type: ignore[attr-defined]
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def test_from_the_service_to_the_grant(as_: Open) -> None:
    hr, bureau, police = as_("developer"), as_("bureau"), as_("police")
    assert "5 个工作日内" in words(hr.get("/apply/service/resident/"))
    begun = hr.post("/apply/service/resident/")
    address = begun.headers["Location"]
    assert "请填写“法律依据”。" in words(hr.post(address, {}))
    hr.post(address, PURPOSE)
    scope = hr.get(f"{address}?step=scope").content.decode()
    assert scope.count(" checked") == 2, "the least: the key, and one way"
    wrong = words(hr.post(f"{address}?step=scope", {**SCOPE, "fields_asked": ["id_number"], "until": "2020-01-01"}))
    assert "要原值的项目" in wrong and "请选择以后的日期" in wrong
    hr.post(f"{address}?step=scope", SCOPE)
    hr.post(f"{address}?step=app", {"app": "hr-app"})
    assert "姓名" in words(hr.get(f"{address}?step=check")) and Draft.objects.count() == 1
    sent = hr.post(f"{address}?step=check", {"sure": "on"}, follow=True)
    case = Case.objects.get()
    assert "轮到： 数据资源管理局" in words(sent) and not Draft.objects.exists()
    page = f"/applications/{case.number}/"
    assert "审查通过，转提供部门" in words(bureau.get(page)) and "审查通过并授权" not in words(bureau.get(page))
    bureau.post(f"/needs/application/{case.number}/pass_on/", {"version": "1"})
    assert case.number in words(police.get("/needs/?time=waiting"))
    given = {**terms(granted_quota="20"), "version": "2", "comment": "限量"}
    too_much = police.post(f"/needs/application/{case.number}/approve/", {**given, "granted_quota": "9999"})
    assert told_at(too_much, "id_approve_granted_quota") == "申请的是每日 200，不能超过。"
    too_long = police.post(f"/needs/application/{case.number}/approve/", {**given, "granted_until": "2099-01-01"})
    assert "不能更晚" in told_at(too_long, "id_approve_granted_until")
    incomplete = police.post(f"/needs/application/{case.number}/approve/", {**given, "granted_fields": []})
    assert incomplete.status_code == 200 and "请选择“同意的项目”。" in words(incomplete)
    done = words(police.post(f"/needs/application/{case.number}/approve/", given, follow=True))
    assert "怎样调用" in done and "按期答复" in done and "限量" in done
    grant = Grant.objects.get(purpose=ASKED.purpose)
    assert grant.as_spec().quota == 20
    assert f"Purpose: {grant.code}" in words(hr.get(page))
    assert "申请续期或扩大" in words(hr.get(f"/grants/{grant.code}/"))
    renewal = hr.post("/apply/service/resident/", {"renews": grant.code})
    assert "核对提交" in words(hr.get(f"{renewal.headers['Location']}?step=check")), (
        "all but the last look is filled in"
    )


def test_both_pages_of_a_case_offer_the_same(as_: Open, user: Login) -> None:
    """What is shared on conditions the bureau never grants alone, on whichever page it decides."""

    def offered(login: str) -> list[list[str]]:
        shown = [parsed(as_(login), f"/{page}/{case.number}/") for page in ("applications", "cases")]
        forms = [[str(form.attributes["action"]) for form in page.css("details > form[action]")] for page in shown]
        return [[one.split("/")[-2] for one in some if case.number in one and "extend" not in one] for some in forms]

    case = apply_for(user("hr"))
    assert offered("bureau") == [["pass_on", "ask_back", "reject"]] * 2
    CatalogItem.objects.update(sharing_type="unconditional")
    assert offered("bureau") == [["grant_now", "ask_back", "reject"]] * 2
    CatalogItem.objects.update(sharing_type="conditional")
    step(user("bureau"), case, "pass_on")
    asked_on_page, asked_on_case = offered("police")
    assert asked_on_page == asked_on_case and "approve" in asked_on_case


def test_of_two_who_answer_the_second_reads_what_happened(as_: Open, user: Login) -> None:
    case = step(user("bureau"), apply_for(user("hr")), "pass_on")
    first, second = as_("police"), as_("police")
    version = str(case.version)
    address = f"/needs/application/{case.number}"
    assert first.post(f"{address}/refuse/", {"version": version, "comment": "依据不足"}).status_code == 302
    told = second.post(f"{address}/approve/", {**terms(), "version": version})
    assert told.status_code == 409 and "公安数据员" in words(told) and "不同意" in words(told)
    assert not Grant.objects.filter(purpose=ASKED.purpose).exists()


def test_every_address_as_everybody(as_: Open, user: Login) -> None:
    """``police`` provides, ``centre`` is foreign to the application."""
    case = step(user("bureau"), apply_for(user("hr")), "pass_on")
    demand = demand_of(user("hr"))
    draft = as_("hr").post("/apply/service/resident/").headers["Location"]
    expected = {
        f"/applications/{case.number}/": {"bureau": 200, "leader": 200, "hr": 200, "police": 200, "centre": 404},
        f"/demands/{demand.number}/": {"bureau": 200, "leader": 200, "hr": 200, "police": 404, "centre": 404},
        draft: {"bureau": 404, "leader": 404, "hr": 200, "developer": 404, "police": 404},
    }
    for path, statuses in expected.items():
        assert {login: as_(login).get(path).status_code for login in statuses} == statuses, path
        assert as_("citizen").get(path).status_code in (403, 404) and as_("").get(path).status_code == 302
    data = {**terms(), "comment": "x"}
    steps = {
        "approve": {"bureau": 403, "leader": 403, "hr": 403, "developer": 403, "centre": 404, "citizen": 404},
        "refuse": {"bureau": 403, "leader": 403, "hr": 403, "centre": 404},
        "withdraw": {"police": 403, "bureau": 403, "leader": 403, "centre": 404},
        "nonsense": {"hr": 404, "police": 404},
    }
    for action, statuses in steps.items():
        for login, status in statuses.items():
            answer = as_(login).post(f"/needs/application/{case.number}/{action}/", data)
            assert answer.status_code == status, (action, login)
        led = as_("bureau").get(f"/needs/application/{case.number}/{action}/")
        assert led.headers["Location"] == f"/applications/{case.number}/", "the page of the form"
    assert as_("leader").post("/apply/service/resident/").status_code == 403
    assert as_("leader").get("/demands/new/").status_code == 403
    assert as_("leader").post(f"/demands/{demand.number}/join/", {"matter": "x"}).status_code == 403
    assert as_("police").post(f"{draft}drop/").status_code == 404
    assert Case.objects.get(pk=case.pk).state == "answering" and Draft.objects.count() == 1


def test_filing_a_demand_after_a_look_at_what_there_is(as_: Open, user: Login) -> None:
    known = demand_of(user("centre"), title="身份证办理进度查询")
    hr = as_("hr")
    asked = {"title": "身份证办理进度", "what": "居民补办身份证到哪一步、性别", "matter": "就业登记", "cycle": "daily"}
    looked = words(hr.post("/demands/new/", asked))
    assert (
        "身份证办理进度查询" in looked
        and "仍要登记" in looked
        and "性别" in looked
        and not Need.objects.filter(applicant__code="hr")
    )
    unsaid = hr.post(f"/demands/{known.number}/join/", {"matter": " "})
    assert told_at(unsaid, "id_matter") == "请填写“本单位用于什么事项”。" and unsaid.status_code == 422
    joined = hr.post(f"/demands/{known.number}/join/", {"matter": "就业登记"}, follow=True)
    assert "已加入" in words(joined) and Joiner.objects.count() == 1
    filed = hr.post("/demands/new/", {**asked, "confirm": "1", "elements": ["sex", "nonsense"]}, follow=True)
    case = Case.objects.order_by("-pk")[0]
    assert case.data["elements"] == ["sex"] and "待转办" in words(filed)
    bureau = as_("bureau")
    page = words(bureau.get(f"/demands/{case.number}/"))
    assert "转给它 公安" in page and "权威来源：性别" in page
    nobody = bureau.post(f"/needs/demand/{case.number}/route/", {"version": "1", "department": "town"})
    assert "还没有数据专员" in told_at(nobody, "id_route_department")
    bureau.post(f"/needs/demand/{case.number}/route/", {"version": "1", "department": "police"})
    police = as_("police")
    unsaid = police.post(f"/needs/demand/{case.number}/send_back/", {"version": "2"})
    assert told_at(unsaid, "id_send_back_comment") == "请填写“理由”。"
    strange = police.post(f"/needs/demand/{case.number}/publish/", {"version": "2", "item": "NO-SUCH"})
    assert "没有“NO-SUCH”" in told_at(strange, "id_publish_item") and "NO-SUCH" in strange.content.decode()
    assert (
        police.post(f"/needs/demand/{case.number}/send_back/", {"version": "2", "comment": "在社保"}).status_code == 302
    )
    bureau.post(f"/needs/demand/{case.number}/route/", {"version": "3", "department": "公安"})
    done = police.post(f"/needs/demand/{case.number}/publish/", {"version": "4", "item": "POLICE-01"}, follow=True)
    assert "目录中已有这项数据" in words(done)


def test_figures_and_sources(as_: Open, user: Login) -> None:
    step(user("bureau"), apply_for(user("hr")), "pass_on")
    apply_for(user("hr"))
    bureau = as_("bureau")
    page = bureau.get("/needs/figures/")
    assert "公安" in words(page)
    leads = [path for path in links(HTMLParser(page.content.decode())) if path.startswith("/needs/?kind")]
    assert len(leads) > 5
    for path in leads:
        assert bureau.get(path.replace("&amp;", "&")).status_code == 200
    assert "重复采集" in words(bureau.get("/sources/?show=repeated"))
    assert "重复采集" in words(as_("hr").get("/items/CENTRE-01/"))
    assert bureau.get("/sources/nothing/").status_code == 404
    assert "这段时间没有" in words(bureau.get("/needs/figures/?since=2020-01-01&until=2020-12-31"))


def test_pages_keep_their_promises(as_: Open, user: Login) -> None:
    case, demand = apply_for(user("hr")), demand_of(user("hr"))
    draft = as_("hr").post("/apply/service/resident/").headers["Location"]
    steps = ["", "?step=scope", "?step=app"]
    seen = {
        "bureau": [f"/applications/{case.number}/", f"/demands/{demand.number}/", "/needs/", "/needs/figures/"],
        "hr": [*(f"{draft}{one}" for one in steps), f"/demands/{demand.number}/"],
    }
    for login, paths in seen.items():
        for path in paths:
            response = as_(login).get(path)
            page = HTMLParser(response.content.decode())
            for promise in PROMISES:
                promise(path, response, page)
    step(user("bureau"), case, "pass_on")
    response = as_("police").get(f"/applications/{case.number}/")
    for promise in PROMISES:
        promise("approve", response, HTMLParser(response.content.decode()))
