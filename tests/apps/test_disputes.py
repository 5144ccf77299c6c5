"""Disputes end to end: from a value on a page to its source department, and back by the collection that shows it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import told_at
from tests.apps.town import CENTRE_ROWS, CITIZEN, INSURANCE, INSURED, PACK

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case, CaseClock
from huitong.apps.cases.pages import case_page
from huitong.apps.cases.selectors import queue_for, timeline_of
from huitong.apps.cases.services import act, comment_on, put_case_type
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.collection.services import run_chain
from huitong.apps.disputes.models import Dispute
from huitong.apps.disputes.rows import show_row
from huitong.apps.disputes.sealing import read_token, value_token
from huitong.apps.disputes.services import open_dispute
from huitong.apps.disputes.tracing import trace_of_library, trace_of_table
from huitong.apps.ledger.models import AuditEntry, EvidenceRecord
from huitong.apps.ledger.selectors import who_used
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries.models import Library
from huitong.apps.notices.models import Notice
from huitong.apps.packs.services import apply_pack
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.load import load_pack
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
MOBILE = "13800000000"
MASKED = "138******00"


@pytest.fixture
def as_(user: Login) -> Callable[[str], Client]:
    """Gives a browser that is signed in as a user of the town."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(user(login))
        return client

    return client_of


@pytest.fixture
def collected(town: Path, system: User) -> Path:
    """The town after one run of the chain, with the shipped case type of disputes."""
    spec = next(one for one in load_pack("standards").case_types if one.code == "dispute")
    put_case_type(system, spec=spec)
    run_chain(system)
    return town


def words(response: object) -> str:
    """The text of an answer's page."""
    page = HTMLParser(getattr(response, "content").decode())  # noqa: B009 - an answer of the test client
    assert page.body is not None
    return page.body.text(separator=" ", strip=True)


def token_of(client: Client, attribute: str) -> str:
    """Look the citizen up and take what the button beside a value carries."""
    asked = {"purpose": "compare", "library": "population", "key": CITIZEN}
    page = HTMLParser(client.post("/look-up/", asked).content.decode())
    tokens = [str(node.attributes["value"]) for node in page.css("input[name=token]")]
    return next(token for token in tokens if read_token(token)[2] == attribute)


def raised(user: User) -> Case:
    """A dispute of the citizen's mobile number, which the insurance centre gave."""
    library = Library.objects.get(code="population").as_spec()
    trace = trace_of_library(library, CITIZEN, "mobile")
    return open_dispute(user, trace=trace, doubt="outdated", statement="当事人说早已换号")


def new_number(folder: Path, number: str) -> None:
    """The centre corrects the citizen's number in its file."""
    (file,) = folder.rglob("insured.csv")
    with file.open(encoding="gb18030", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    with file.open("w", encoding="gb18030", newline="") as lines:
        csv.writer(lines).writerows([header, *([a, b, number] if a == CITIZEN else [a, b, c] for a, b, c in rows)])


def test_half_a_minute_from_a_value_to_its_department(
    collected: Path, as_: Callable[[str], Client], user: Login
) -> None:
    client = as_("police")
    token = token_of(client, "mobile")
    form = client.post("/disputes/value/", {"token": token})
    shown = words(form)
    assert (
        MASKED in shown
        and "参保人员" in shown
        and "社会保险中心" in shown
        and form.headers["Cache-Control"] == "no-store"
    )
    assert CITIZEN not in form.content.decode() and MOBILE not in form.content.decode()
    blank = client.post("/disputes/value/", {"token": token, "statement": ""})
    assert told_at(blank, "id_statement").startswith("请填写“") and not Case.objects.exists()
    told = client.post("/disputes/value/", {"token": token, "doubt": "outdated", "statement": f"本人电话应为{MOBILE}"})
    assert "请删去号码" in words(told) and not Case.objects.exists()
    sent = client.post(
        "/disputes/value/", {"token": token, "doubt": "outdated", "statement": "本人说早已换号"}, follow=True
    )
    page = words(sent)
    assert "待来源部门核实" in page and MASKED in page and "本人说早已换号" in page
    case = Case.objects.get()
    assert queue_for(user("centre"), CaseFilter()).rows[0].number == case.number
    assert Notice.objects.filter(user__login="centre", event="case.your_turn").exists()
    assert CaseClock.objects.get(case=case, name="answer").days == 5
    for login in ("police", "centre", "bureau"):
        seen = as_(login).get(f"/cases/{case.number}/").content.decode()
        assert CITIZEN not in seen and MOBILE not in seen and "张0" not in seen, login
    kept = Dispute.objects.get()
    audited = AuditEntry.objects.filter(target_kind__in=("case", "dispute")).values_list("after", flat=True)
    assert CITIZEN not in f"{kept.sealed_row}{case.data}{list(audited)}"
    import_evidence()
    assert "对数据提出异议" in {row.purpose for row in who_used(user("citizen")).rows}


def test_its_title_is_kept_in_chinese_and_read_in_both(collected: Path, user: Login) -> None:
    with override("en"):
        case = raised(user("police"))
    item = CatalogItem.objects.get(code=Dispute.objects.get().item)
    CatalogItem.objects.filter(pk=item.pk).update(title_en="Insured persons")
    assert case.title == f"{item.title} · 手机号码" and case.data["field"] == "手机号码"
    with override("en"):
        assert queue_for(user("centre"), CaseFilter()).rows[0].title == "Insured persons · Mobile number"
    assert queue_for(user("centre"), CaseFilter()).rows[0].title == case.title


def test_an_english_page_names_field_and_item_in_english(
    collected: Path, as_: Callable[[str], Client], user: Login
) -> None:
    case, other = raised(user("police")), raised(user("police"))
    item = CatalogItem.objects.get(code=case.subject_key)
    kept = f"{item.title}（{item.code}）"
    client = as_("centre")

    def page(number: str, tongue: str) -> str:
        return words(client.get(f"/cases/{number}/", headers={"accept-language": tongue}))

    CatalogItem.objects.filter(pk=item.pk).update(title_en="")
    assert f"Source item {kept}" in page(case.number, "en"), "it has no English name"
    CatalogItem.objects.filter(pk=item.pk).update(title_en="Insured persons")
    english = page(case.number, "en")
    assert f"Source item Insured persons ({item.code})" in english and "Field Mobile number" in english
    assert "手机号码" not in english and item.title not in english
    chinese = page(case.number, "zh-hans")
    assert f"来源目录 {kept}" in chinese and "数据项 手机号码" in chinese and "Insured" not in chinese
    Case.objects.filter(pk=other.pk).update(data=other.data | {"field": "旧字段", "table": "旧名称（X）"})
    renamed = page(other.number, "en")
    assert "Field 旧字段" in renamed and "Source item 旧名称（X）" in renamed, "the names of then"


def test_english_names_cost_the_same_queries_however_long_it_lasts(collected: Path, user: Login) -> None:
    case = raised(user("police"))

    def queries(tongue: str) -> int:
        with override(tongue), CaptureQueriesContext(connection) as counted:
            case_page(user("centre"), case.number)
            timeline_of(user("centre"), case.number)
        return len(counted)

    title, answers, opening = 2, 2, 2
    assert queries("en") - queries("zh-hans") == title + answers + opening
    before = queries("en")
    for number in range(5):
        comment_on(user("centre"), number=case.number, comment=f"第{number}次")
    assert queries("en") == before


def test_corrected_is_over_only_when_a_collection_shows_it(collected: Path, user: Login, system: User) -> None:
    case = raised(user("police"))
    act(user("centre"), number=case.number, action="correct", version=1, comment="已在业务系统更正")
    assert Case.objects.get().state == "waiting"
    run_chain(system)
    assert Case.objects.get().state == "answering", "the collection still shows the same value"
    assert CaseClock.objects.get(case=case, name="answer").starts == 2
    act(user("centre"), number=case.number, action="correct", version=3, comment="这次真的更正了")
    new_number(collected, "13800000099")
    run_chain(system, items=["POLICE-01"])
    assert Case.objects.get().state == "waiting", "another item's collection says nothing"
    run_chain(system)
    done = Case.objects.get()
    assert done.state == "corrected" and done.closed_at is not None
    assert Dispute.objects.get().sealed_row == "", "which row it was is forgotten"
    last = timeline_of(user("police"), case.number)[-1]
    assert last.action_title == "归集已看到更正" and last.who == "" and last.answers[0][0] == "由哪次运行看到"
    assert Notice.objects.filter(user__login="police", event="case.closed").exists()
    assert not CaseClock.objects.exclude(state="ended").exists()


def test_a_row_taken_away_is_a_correction_too(collected: Path, user: Login, system: User) -> None:
    case = raised(user("police"))
    act(user("centre"), number=case.number, action="correct", version=1, comment="错登，已删除")
    (file,) = collected.rglob("insured.csv")
    lines = file.read_text(encoding="gb18030").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if CITIZEN not in line), encoding="gb18030")
    run_chain(system)
    assert Case.objects.get(pk=case.pk).state == "corrected"


def test_explained_accepted_or_decided_by_the_bureau(collected: Path, user: Login) -> None:
    case = raised(user("police"))
    act(user("centre"), number=case.number, action="explain", version=1, comment="参保登记时本人填写")
    act(user("police"), number=case.number, action="contest", version=2, comment="本人否认")
    act(user("bureau"), number=case.number, action="send_back", version=3, comment="请与本人核实后更正")
    act(user("centre"), number=case.number, action="explain", version=4, comment="已与本人核实，号码仍在使用")
    assert act(user("police"), number=case.number, action="accept", version=5).state == "kept"


def test_who_may_doubt_what(collected: Path, as_: Callable[[str], Client], user: Login) -> None:
    token = value_token("population", CITIZEN, "mobile")
    answers = {login: as_(login).post("/disputes/value/", {"token": token}).status_code for login in
               ("bureau", "leader", "police", "hr", "developer", "citizen")}  # fmt: skip
    assert answers == {"bureau": 200, "leader": 200, "police": 200, "hr": 200, "developer": 403, "citizen": 403}
    assert as_("police").post("/disputes/value/", {"token": token[:-3] + "AAA"}).status_code == 409
    assert as_("police").post("/disputes/value/").status_code == 409
    assert Client().post("/disputes/value/", {"token": token}).status_code == 302
    nobody = value_token("population", "341502199909091111", "mobile")
    assert as_("police").post("/disputes/value/", {"token": nobody}).status_code == 404
    services = {login: as_(login).get("/disputes/service/resident/").status_code for login in
                ("bureau", "leader", "police", "hr", "developer", "centre", "citizen")}  # fmt: skip
    assert services == {
        "bureau": 403, "leader": 403, "police": 403, "hr": 200, "developer": 200, "centre": 403, "citizen": 403
    }  # fmt: skip


def test_a_developer_doubts_an_answer_of_a_service(collected: Path, as_: Callable[[str], Client], user: Login) -> None:
    client = as_("developer")
    assert "/disputes/service/resident/" in client.get("/services/resident/").content.decode()
    assert "/disputes/service/resident/" not in as_("police").get("/services/resident/").content.decode()
    body = {"key": "341502199909091111", "field": "mobile", "doubt": "wrong", "statement": "与本人不符"}
    page = client.get("/disputes/service/resident/").content.decode()
    fields = re.findall(r'<option value="(\w+)"', page)
    assert "person_name" in fields
    body["field"] = "person_name"
    assert "找不到来源" in words(client.post("/disputes/service/resident/", body)) or "库里没有" in words(
        client.post("/disputes/service/resident/", body)
    )
    sent = client.post("/disputes/service/resident/", {**body, "key": CITIZEN}, follow=True)
    assert "待来源部门核实" in words(sent)
    assert Case.objects.get().participations.get(name="source").organisation.code == "police"  # type: ignore[union-attr]


def test_the_source_may_see_the_row_and_nobody_else(
    collected: Path, as_: Callable[[str], Client], user: Login, system: User
) -> None:
    case = raised(user("police"))
    address = f"/disputes/{case.number}/row/"
    answers = {login: as_(login).post(address).status_code for login in
               ("bureau", "leader", "police", "hr", "developer", "citizen")}  # fmt: skip
    assert answers == {"bureau": 403, "leader": 403, "police": 403, "hr": 403, "developer": 403, "citizen": 404}
    for login in ("bureau", "police", "hr"):
        assert address not in as_(login).get(f"/cases/{case.number}/").content.decode(), login
    assert not AuditEntry.objects.filter(action="disputes.show_row").exists()
    centre = as_("centre")
    assert centre.get(address).headers["Location"] == f"/cases/{case.number}/", "looking is a post"
    assert Client().post(address).status_code == 302
    assert address in centre.get(f"/cases/{case.number}/").content.decode()
    shown = centre.post(address)
    page = shown.content.decode()
    assert CITIZEN in page and MOBILE in page and "张0" not in page, "what finds it, and what is doubted"
    assert shown.headers["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="disputes.show_row")
    assert (entry.login, entry.target) == ("centre", case.number) and CITIZEN not in str(entry.after)
    import_evidence()
    (used,) = [row for row in who_used(user("citizen")).rows if row.purpose == "核实数据异议"]
    assert EvidenceRecord.objects.get(purpose="核实数据异议").case == case.number and used.purpose
    act(user("centre"), number=case.number, action="explain", version=1, comment="本人填写")
    act(user("police"), number=case.number, action="accept", version=2)
    over = centre.post(address)
    assert over.status_code == 409 and CITIZEN not in over.content.decode()
    assert address not in centre.get(f"/cases/{case.number}/").content.decode()


def test_who_looked_is_the_department_that_gave_the_right(collected: Path, user: Login, system: User) -> None:
    """Whoever is a data officer of the source besides their main post."""
    case = raised(user("police"))
    centre = user("centre").organisation
    User.objects.get(login="hr").memberships.create(organisation=centre, role="data_officer")
    show_row(user("hr"), number=case.number)
    import_evidence()
    record = EvidenceRecord.objects.get(purpose="核实数据异议", kind="look_up")
    assert record.consumer == centre


def test_a_row_that_is_gone_is_said_to_be_gone(
    collected: Path, as_: Callable[[str], Client], user: Login, system: User
) -> None:
    case = raised(user("police"))
    (file,) = collected.rglob("insured.csv")
    lines = file.read_text(encoding="gb18030").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if CITIZEN not in line), encoding="gb18030")
    run_chain(system)
    assert as_("centre").post(f"/disputes/{case.number}/row/").status_code == 404
    assert not AuditEntry.objects.filter(action="disputes.show_row").exists(), "nothing was shown"


def test_a_table_is_traced_without_a_library(collected: Path) -> None:
    trace = trace_of_table("centre_insured", "id_number", CITIZEN.lower(), "mobile")
    assert trace.item.code == "CENTRE-01" and trace.shown_value == MASKED and CITIZEN not in trace.shown_row
    assert trace.run and trace.collected_at
    for wrong in (("centre_insured", "id_number", str(CENTRE_ROWS[0][0]) + "0", "mobile"), ("nothing", "a", "b", "c")):
        with pytest.raises(Terminal) as caught:
            trace_of_table(*wrong)
        assert caught.value.code == "disputes.no_trace"


def test_codes_of_a_list_are_read_in_words(collected: Path, as_: Callable[[str], Client]) -> None:
    client = as_("hr")
    token = token_of(client, "sex")

    def shown(tongue: str) -> str:
        return words(client.post("/disputes/value/", {"token": token}, headers={"accept-language": tongue}))

    assert "现在的值 女性 数据主体" in shown("zh-hans") and "Present value Female" in shown("en")
    client.post("/disputes/value/", {"token": token, "doubt": "wrong", "statement": "与证件不符"})
    case = Case.objects.get()
    assert case.data["value"] == "女性（2）", "the department may know it by its code"
    address = f"/cases/{case.number}/"
    assert "女性（2）" in words(client.get(address))
    english = words(client.get(address, headers={"accept-language": "en"}))
    assert "Female (2)" in english and "女性" not in english


def test_a_field_that_is_another_use_of_its_element_has_its_own_title(
    collected: Path, system: User, as_: Callable[[str], Client]
) -> None:
    own = ItemField(
        column="姓名", element="person_name", name="insured_name", title="参保人姓名", title_en="Who is insured"
    )
    pack = msgspec.structs.replace(
        PACK,
        items=tuple(
            msgspec.structs.replace(one, fields=(*one.fields, own)) if one is INSURED else one for one in PACK.items
        ),
        services=tuple(
            msgspec.structs.replace(one, fields=("id_number", "insured_name")) if one is INSURANCE else one
            for one in PACK.services
        ),
    )
    apply_pack(system, pack)
    run_chain(system)
    client = as_("police")
    for tongue, title in (("zh-hans", "参保人姓名"), ("en", "Who is insured")):
        page = HTMLParser(client.get("/disputes/service/insurance/", headers={"accept-language": tongue}).text)
        (option,) = page.css("select[name=field] option[value=insured_name]")
        assert option.text() == title
        with override(tongue):
            assert trace_of_table("centre_insured", "id_number", CITIZEN, "insured_name").field_title == title
    asked = {"key": CITIZEN, "field": "insured_name", "doubt": "wrong", "statement": "与证件不符"}
    assert client.post("/disputes/service/insurance/", asked).status_code == 302
    case = Case.objects.get()
    assert case.data["field"] == "参保人姓名" and case.title.endswith("参保人姓名")
    english = words(client.get(f"/cases/{case.number}/", headers={"accept-language": "en"}))
    assert "Who is insured" in english and "参保人姓名" not in english


def test_the_source_row_says_what_its_columns_are(collected: Path, as_: Callable[[str], Client], user: Login) -> None:
    case = raised(user("police"))
    shown = " ".join(words(as_("centre").post(f"/disputes/{case.number}/row/")).split())
    assert "公民身份号码 身份证号" in shown and "手机号码 手机 有疑问" in shown
