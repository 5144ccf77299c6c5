"""Organisations with who answers for their data, systems with their exchange, IT projects with their review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import parsed, told_at

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.accounts.services import put_user
from huitong.apps.cases.services import act, put_case_type
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.registry.models import Project
from huitong.apps.registry.picture import fitted, picture_of, shores
from huitong.apps.registry.selectors import already_there, island_map, project_totals
from huitong.apps.registry.services import (
    register_organisation,
    register_system,
    save_project,
    set_contacts,
    submit_project,
)
from huitong.apps.registry.specs import Exchange, IslandMap, SystemRow
from huitong.apps.sharing.services import suspend_grant
from huitong.engine.declarations import people
from huitong.engine.declarations.load import load_pack
from huitong.engine.declarations.projects import Project as Spec
from huitong.engine.declarations.projects import ProjectShare
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

SPEC = Spec(
    title="技能培训平台",
    organisation="hr",
    purpose="培训报名和补贴一处办",
    asked=1_000_000,
    shares=(ProjectShare(title="培训结业信息", elements=("id_number",)),),
    collects=("id_number", "mobile", "sex"),
)


@pytest.fixture
def ready(town: Path, system: User) -> None:
    """The town with the case type of project reviews."""
    for spec in load_pack("standards").case_types:
        put_case_type(system, spec=spec)


def test_a_system_is_registered_merged_and_retired(town: Path, user: Login) -> None:
    hr, bureau = user("hr"), user("bureau")
    old = people.System(
        code="hr-old", title="旧培训系统", title_en="Old training", organisation="hr", host="own_room",
        databases=(people.Database(name="px", product="MySQL", tables=12),),
    )  # fmt: skip
    assert register_system(hr, spec=old).as_spec() == old
    register_system(hr, spec=msgspec.structs.replace(old, code="hr-new", title="新培训系统"))
    for wrong, code in (
        (msgspec.structs.replace(old, state="merged"), "registry.successor_missing"),
        (msgspec.structs.replace(old, successor="hr-old"), "registry.succession_cycle"),
    ):
        with pytest.raises(Terminal) as refused:
            register_system(hr, spec=wrong)
        assert refused.value.code == code
    merged = register_system(hr, spec=msgspec.structs.replace(old, state="merged", successor="hr-new"))
    assert merged.successor is not None and merged.successor.code == "hr-new"
    with pytest.raises(Terminal) as cycle:
        register_system(hr, spec=msgspec.structs.replace(old, code="hr-new", successor="hr-old"))
    assert cycle.value.code == "registry.succession_cycle"
    linked = System.objects.get(code="police-sys").as_spec()
    with pytest.raises(Terminal) as busy:
        register_system(bureau, spec=msgspec.structs.replace(linked, state="retired"))
    assert busy.value.code == "registry.system_linked" and "POLICE-01" in str(busy.value)
    with pytest.raises(Terminal) as foreign:
        register_system(hr, spec=msgspec.structs.replace(linked, organisation="hr"))
    assert foreign.value.code == "people.not_allowed", "nobody takes over another's system"
    assert AuditEntry.objects.filter(action="accounts.put_system", login="hr").count() == 3


def test_the_map_tells_islands_from_what_is_used(town: Path, user: Login, system: User) -> None:
    lonely = people.System(code="lonely", title="档案系统", title_en="Archive", organisation="police")
    register_system(user("police"), spec=lonely)
    register_system(user("hr"), spec=msgspec.structs.replace(lonely, code="gone", organisation="hr", state="planned"))
    found = island_map(user("bureau"))
    stand = {row.code: row.connection for row in found.systems}
    assert stand == {"police-sys": "shared", "lonely": "island", "gone": "off"}
    assert [(one.system, one.app, one.grants) for one in found.exchanges] == [("police-sys", "hr-app", 1)]
    picture = picture_of(found)
    assert [node.code for node in picture.systems] == ["police-sys"] and len(picture.curves) == 1
    assert [
        (one.organisation, [row.code for row in one.systems]) for one in shores(found.with_connection("island"))
    ] == [("police", ["lonely"])]
    suspend_grant(user("police"), grant="hr-resident", reason="演练")
    assert {row.code: row.connection for row in island_map(user("bureau")).systems}["police-sys"] == "gathered"


def test_a_system_that_only_receives_is_no_island(town: Path, user: Login, as_user: As) -> None:
    desk = people.System(code="hr-desk", title="人社经办系统", title_en="HR desk", organisation="hr")
    register_system(user("hr"), spec=desk)
    assert {row.code: row.connection for row in island_map(user("bureau")).systems}["hr-desk"] == "island"
    hr = as_user("developer")
    assert "人社经办系统" in parsed(hr, "/apps/hr-app/").text()
    assert hr.post("/apps/hr-app/system/", {"system": "police-sys"}).status_code == 404, "not in another's name"
    assert hr.post("/apps/hr-app/system/", {"system": "hr-desk"})["Location"] == "/apps/hr-app/"
    found = {row.code: row for row in island_map(user("bureau")).systems}
    assert (found["hr-desk"].connection, found["hr-desk"].uses) == ("receives", 1)
    assert "只用不供" in parsed(as_user("bureau"), "/systems/?connection=receives").text()
    assert AuditEntry.objects.get(action="sharing.link_app").login == "developer"
    assert as_user("police").post("/apps/hr-app/system/", {"system": ""}).status_code == 404


def test_the_platform_itself_is_no_island(town: Path, user: Login, as_user: As) -> None:
    form = {"code": "hub", "title": "公共数据平台", "organisation": "data", "level": "city", "state": "live",
            "databases": ""}  # fmt: skip
    bureau = as_user("bureau")

    def islands() -> dict[str, str]:
        return {row.code: row.connection for row in island_map(user("bureau")).systems}

    assert bureau.post("/systems/new/", form).status_code == 302 and islands()["hub"] == "island"
    assert bureau.post("/systems/hub/edit/", {**form, "platform": "on"}).status_code == 302
    assert islands()["hub"] == "platform" and System.objects.get(code="hub").as_spec().platform
    assert "公共数据平台" not in parsed(bureau, "/islands/").text()
    assert "本平台" in parsed(bureau, "/systems/?connection=platform").text()


def test_the_map_of_a_whole_city_is_drawn_by_department() -> None:
    """As many systems as Chengdu counted: 1,063 of 96 organisations, half of them islands."""
    rows = tuple(
        SystemRow(
            code=f"s{n}", title=f"系统{n}", organisation=f"o{n % 96}", organisation_title=f"部门{n % 96}", level="city",
            state="live", host="", successor="", successor_title="", items=1, linked=1, users=n % 2, uses=0,
            connection="shared" if n % 2 else "island",
        )
        for n in range(1063)
    )  # fmt: skip
    exchanges = tuple(
        Exchange(f"s{n}", f"a{n % 300}", f"应用{n % 300}", f"o{n % 90}", f"部门{n % 90}", 1) for n in range(1, 1063, 2)
    )
    found = IslandMap(rows, exchanges)
    picture = picture_of(found)
    assert picture.clustered and len(picture.systems) <= 96 and len(picture.consumers) <= 96
    assert picture.height < 4000 and len(picture.curves) <= len(exchanges)
    listed = shores(found.with_connection("island"))
    assert sum(len(one.systems) for one in listed) == 532 and len(listed) == 48


def test_programs_read_the_register(town: Path, as_user: As) -> None:
    answer = as_user("hr").get("/api/systems").json()
    assert [(row["code"], row["connection"]) for row in answer["systems"]] == [("police-sys", "shared")]
    assert answer["exchanges"][0]["consumer"] == "hr"
    assert as_user("citizen").get("/api/systems").status_code == 403


def test_the_map_stays_flat(town: Path, user: Login, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    viewer = user("bureau")
    assert viewer.scope
    for number in range(30):
        spec = people.System(code=f"s{number}", title=f"系统{number}", title_en="", organisation="hr")
        register_system(viewer, spec=spec)
    with django_assert_num_queries(5):
        island_map(viewer)
    assert fitted("短") == "短" and fitted("长" * 40).endswith("…") and len(fitted("长" * 40)) <= 21


def test_contacts_are_kept_by_the_owner_and_seen_by_officials(town: Path, user: Login, as_user: As) -> None:
    officer = people.Contact(name="李主任", name_en="Li", post="副局长", phone="0564-1")
    set_contacts(user("hr"), organisation="hr", chief_data_officer=officer, liaisons=(people.Contact(name="小王"),))
    page = parsed(as_user("police"), "/organisations/hr/").text()
    assert "李主任" in page and "小王" in page
    assert "李主任" not in parsed(Client(), "/organisations/hr/").text()
    with pytest.raises(Terminal):
        set_contacts(user("police"), organisation="hr", chief_data_officer=None, liaisons=())
    form = {"officer_name": "李主任", "officer_post": "局长", "liaisons": "小王，科员，123\n小张\n\n"}
    assert as_user("hr").post("/organisations/hr/contacts/", form).status_code == 302
    spec = Organisation.objects.get(code="hr").as_spec()
    assert spec.chief_data_officer and (spec.chief_data_officer.post, spec.chief_data_officer.name_en) == ("局长", "Li")
    assert [one.name for one in spec.liaisons] == ["小王", "小张"]


def test_there_is_one_bureau_and_it_stays(town: Path, user: Login, as_user: As) -> None:
    bureau, data = user("bureau"), Organisation.objects.get(code="data").as_spec()
    second = msgspec.structs.replace(data, code="second", title="大数据局")
    for wrong, code in (
        (second, "registry.second_bureau"),
        (
            msgspec.structs.replace(Organisation.objects.get(code="hr").as_spec(), kind="bureau"),
            "registry.second_bureau",
        ),
        (msgspec.structs.replace(data, kind="department"), "registry.last_bureau"),
    ):
        with pytest.raises(Terminal) as refused:
            register_organisation(bureau, spec=wrong)
        assert refused.value.code == code
    register_organisation(bureau, spec=msgspec.structs.replace(data, title="数据局"))
    page = as_user("bureau").post("/organisations/new/", {**ORGANISATION, "kind": "bureau"})
    assert page.status_code == 200 and "“数据局”已经是" in page.text


ORGANISATION = {
    "code": "park", "title": "园林局", "title_en": "Parks", "short": "园林", "kind": "department",
    "superior": "小镇人民政府", "division": "341502", "uscc": "",
}  # fmt: skip


def test_the_bureau_registers_organisations_and_moves_them(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    assert "登记机构" in parsed(bureau, "/organisations/").text()
    assert bureau.post("/organisations/new/", ORGANISATION)["Location"] == "/organisations/park/"
    row = Organisation.objects.get(code="park")
    assert (row.path, row.kind, row.division) == ("/town/park/", "department", "341502")
    assert AuditEntry.objects.filter(action="accounts.put_organisation", target="park", login="bureau").exists()
    moved = {**ORGANISATION, "code": "centre", "title": "社会保险中心", "kind": "subcentre", "superior": "公安局"}
    assert bureau.post("/organisations/centre/edit/", moved).status_code == 302
    assert Organisation.objects.get(code="centre").path == "/town/police/centre/"
    bureau.post("/organisations/police/edit/", {**ORGANISATION, "title": "公安局", "superior": "园林局"})
    assert Organisation.objects.get(code="centre").path == "/town/park/police/centre/", "what is below moves along"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"code": "hr"}, "已经有机构在用"),
        ({"code": "Park"}, "小写字母"),
        ({"superior": ""}, "没有上级机构"),
        ({"superior": "没有的局"}, "没有叫"),
        ({"division": "999999"}, "没有这个行政区划"),
        ({"uscc": "11341500MB0G0003X0"}, "校验码不对"),
    ],
)
def test_what_is_wrong_with_an_organisation_is_said(town: Path, as_user: As, wrong: dict[str, str], words: str) -> None:
    answer = as_user("bureau").post("/organisations/new/", {**ORGANISATION, **wrong})
    assert answer.status_code == 200 and words in answer.text
    assert not Organisation.objects.filter(code="park").exists()


def test_the_tree_stays_a_tree_and_the_bureaus(town: Path, as_user: As) -> None:
    below = {**ORGANISATION, "title": "人力资源和社会保障局", "superior": "社会保险中心"}
    assert "不能隶属于自己的下级" in as_user("bureau").post("/organisations/hr/edit/", below).text
    assert Organisation.objects.get(code="hr").path == "/town/hr/"
    for login in ("hr", "leader", "citizen"):
        assert as_user(login).post("/organisations/new/", ORGANISATION).status_code == 403, login


def test_what_the_city_has_already_is_pointed_out(town: Path, user: Login) -> None:
    there = {one.element: [code for code, *_ in one.items] for one in already_there(user("hr"), SPEC)}
    assert there == {
        "id_number": ["CENTRE-01", "POLICE-01"],
        "mobile": ["CENTRE-01", "POLICE-01"],
        "sex": ["POLICE-01"],
    }


def test_a_project_shares_or_is_not_reviewed(ready: None, user: Login) -> None:
    row = save_project(user("hr"), spec=msgspec.structs.replace(SPEC, shares=()))
    with pytest.raises(Terminal) as refused:
        submit_project(user("hr"), project_id=row.pk)
    assert refused.value.code == "registry.project_incomplete" and "要共享的数据" in str(refused.value)
    with pytest.raises(Terminal):
        save_project(user("police"), spec=SPEC)


def test_a_project_is_asked_about_cut_and_counted(ready: None, user: Login, as_user: As) -> None:
    hr, bureau = user("hr"), user("bureau")
    row = submit_project(hr, project_id=save_project(hr, spec=SPEC).pk)
    with pytest.raises(Terminal) as closed:
        save_project(hr, spec=SPEC, project_id=row.pk)
    assert closed.value.code == "registry.project_closed"
    act(bureau, number=row.case, action="ask", version=None, comment="为什么还要采集手机号")
    row.refresh_from_db()
    assert row.state == "asked"
    save_project(hr, spec=msgspec.structs.replace(SPEC, collects=()), project_id=row.pk)
    act(hr, number=row.case, action="answer", version=None, comment="已改为从平台获取")
    client = as_user("bureau")
    page = parsed(client, f"/projects/{row.pk}/").text()
    assert "核减后同意" in page and "已改为从平台获取" in page
    url = f"/projects/{row.pk}/decide/"
    same = client.post(url, {"action": "cut", "approved_amount": "1000000", "comment": "一样"})
    assert same.status_code == 422 and "应少于申报的" in told_at(same, "decide-approved_amount")
    silent = client.post(url, {"action": "cut", "approved_amount": "712,000"})
    assert "必须说明理由" in told_at(silent, "decide-comment") and 'value="712,000"' in silent.text
    amiss = client.post(url, {"action": "cut", "approved_amount": "不少", "comment": "减采集"})
    assert told_at(amiss, "decide-approved_amount") and "减采集" in amiss.text
    assert "请填写“" in told_at(client.post(url, {"action": "cut", "comment": "减"}), "decide-approved_amount")
    assert client.post(url, {"action": "cut", "approved_amount": "712,000", "comment": "减采集"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.approved) == ("cut", 712_000)
    assert project_totals(bureau) == {"count": 1, "asked": 1_000_000, "approved": 712_000, "saved": 288_000}


@pytest.mark.parametrize(("action", "approved"), [("approve", 1_000_000), ("reject", 0)])
def test_a_decision_says_why_and_how_much(action: str, approved: int, ready: None, user: Login) -> None:
    row = submit_project(user("hr"), project_id=save_project(user("hr"), spec=SPEC).pk)
    with pytest.raises(Terminal) as silent:
        act(user("bureau"), number=row.case, action=action, version=None)
    assert silent.value.code == "cases.reason_missing"
    act(user("bureau"), number=row.case, action=action, version=None, comment="见会议纪要")
    assert Project.objects.get().approved == approved


@pytest.mark.parametrize("sender", ["bureau", "hr", "second"])
def test_whoever_keeps_the_register_sends_a_project_and_its_organisation_reads_the_review(
    sender: str, ready: None, system: User, user: Login, as_user: As
) -> None:
    if sender == "second":
        posts = (people.Post(role="data_officer", organisation="centre"),)
        put_user(system, spec=people.User(login="second", name="两处", organisation="police", role="data_officer",
                                          posts=posts))  # fmt: skip
    row = save_project(user("centre"), spec=msgspec.structs.replace(SPEC, organisation="centre"))
    row = submit_project(user(sender), project_id=row.pk)
    assert (row.state, row.case != "") == ("review", True)
    page = as_user("centre").get(f"/projects/{row.pk}/")
    assert page.status_code == 200 and row.case in page.text


def test_the_forms_work(ready: None, as_user: As) -> None:
    client = as_user("hr")
    form = {"code": "hr-px", "title": "培训系统", "organisation": "hr", "level": "city", "state": "live",
            "databases": "px，达梦，30\nbf"}  # fmt: skip
    assert client.post("/systems/new/", form).status_code == 302
    assert [one.tables for one in System.objects.get(code="hr-px").as_spec().databases] == [30, 0]
    assert "这个代码已经有系统在用" in client.post("/systems/new/", form).content.decode()
    merged = client.post("/systems/hr-px/edit/", {**form, "state": "merged"})
    assert "没有写明并入了哪个系统" in told_at(merged, "id_successor")
    assert client.post("/systems/hr-px/edit/", {**form, "state": "retiring"}).status_code == 302
    project = {"title": "培训平台", "organisation": "hr", "kind": "new", "purpose": "办培训", "asked": "1,000",
               "collects": "公民身份号码、手机号码", "shares": "1", "s0-title": "结业", "s0-type": "conditional",
               "s0-elements": "姓名"}  # fmt: skip
    answer = client.post("/projects/new/", project, follow=True)
    page = answer.content.decode()
    assert "全市已经有的数据" in page and "户籍人口" in page
    row = Project.objects.get()
    assert row.as_spec().collects == ("id_number", "mobile") and row.as_spec().shares[0].elements == ("person_name",)
    unknown = client.post("/projects/new/", {**project, "collects": "没有的", "s0-elements": "也没有"}).content.decode()
    assert "没有的" in unknown and "也没有" in unknown and Project.objects.count() == 1
    line = HTMLParser(unknown).css_first("[name=s0-elements][aria-invalid][aria-describedby=s0-elements-error]")
    assert line is not None and line.attributes["value"] == "也没有", "what was typed is there to be mended"
    assert "没有这些数据元：也没有" in HTMLParser(unknown).css_first("#s0-elements-error").text()  # type: ignore[union-attr]
    untitled = client.post("/projects/new/", {**project, "s0-title": ""}).content.decode()
    assert "第 1 行：请写明是什么数据。" in untitled and Project.objects.count() == 1
    assert client.post(f"/projects/{row.pk}/submit/").status_code == 302
    for login, status in (("police", 404), ("leader", 200), ("citizen", 403), ("centre", 404), ("developer", 200)):
        assert as_user(login).get(f"/projects/{row.pk}/").status_code == status, login
