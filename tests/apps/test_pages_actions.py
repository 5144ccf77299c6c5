"""What people do on the pages: sign in, step into somebody, start a run, look up, try a service, check the chain."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.gateways import running_gateway
from tests.apps.pages import parsed, told_at
from tests.apps.town import BROKEN, CITIZEN, PASSWORD

from huitong.apps.accounts.models import User
from huitong.apps.collection.models import Run
from huitong.apps.collection.services import run_chain
from huitong.apps.ledger.services import import_evidence
from huitong.apps.sharing.services import write_policy
from huitong.engine.evidence.segments import ledger_folder

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture
def nobody(town: Path) -> Client:
    """A browser that is not signed in."""
    return Client(headers={"host": "localhost"})


@pytest.fixture
def as_(user: Login) -> Callable[[str], Client]:
    """Gives a browser that is signed in."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(user(login))
        return client

    return client_of


def words(response: object) -> str:
    """The text of an answer's page."""
    page = HTMLParser(getattr(response, "content").decode())  # noqa: B009 - an answer of the test client
    assert page.body is not None
    return page.body.text(separator=" ", strip=True)


LED = {
    "/cases/YS-2026-000009/act/reject/": "/cases/YS-2026-000009/",
    "/cases/YS-2026-000009/files/": "/cases/YS-2026-000009/",
    "/needs/demand/XQ-2026-000001/join/": "/demands/XQ-2026-000001/",
    "/demands/XQ-2026-000001/join/": "/demands/XQ-2026-000001/",
    "/disputes/value/": "/look-up/",
    "/drafts/3/files/8/drop/": "/drafts/3/files/",
    "/drafts/3/files/": "/drafts/3/",
    "/calendar/day/": "/calendar/",
    "/calendar/2030/notice/": "/calendar/",
    "/webhooks/put/": "/webhooks/",
    "/help/tour/go/": "/help/tour/",
    "/assessment/2026Q1/freeze/": "/assessment/2026Q1/",
}


@pytest.mark.parametrize("address", LED)
def test_an_address_of_a_form_leads_to_its_page(town: Path, as_: Callable[[str], Client], address: str) -> None:
    client = as_("bureau")
    assert client.get(address).headers["Location"] == client.head(address).headers["Location"] == LED[address]
    again = client.post("/i18n/setlang/", {"language": "en", "next": address})
    assert client.get(again.headers["Location"]).headers["Location"] == LED[address], "from a form that was refused"


def test_what_cannot_be_opened_is_said_on_a_page(nobody: Client) -> None:
    for answer in (nobody.get("/appearance/"), nobody.get("/logout/"), nobody.put("/help/tour/go/")):
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert "不能直接打开" in words(answer) and "回到首页" in words(answer)
    assert nobody.get("/needs/nonsense/1/refuse/").headers["Location"] == "/needs/"
    assert nobody.get("/api/cases/bulk").status_code == 405, "an API says what it refuses and leads nowhere"


def test_sign_in_and_out(nobody: Client) -> None:
    wrong = nobody.post("/login/", {"login": "police", "password": "no"})
    assert wrong.status_code == 200 and "账号或密码不对" in words(wrong)
    right = nobody.post("/login/", {"login": "police", "password": PASSWORD, "next": "/runs/"})
    assert right.headers["Location"] == "/runs/"
    elsewhere = Client(headers={"host": "localhost"})
    stolen = elsewhere.post("/login/", {"login": "police", "password": PASSWORD, "next": "https://evil.example/"})
    assert stolen.headers["Location"] == "/"
    assert nobody.get("/logout/").status_code == 405
    assert nobody.post("/logout/").headers["Location"] == "/login/"
    assert nobody.get("/runs/").status_code == 302


def test_personas_are_for_the_demo(nobody: Client, settings: Settings) -> None:
    assert nobody.post("/persona/", {"login": "bureau"}).status_code in (403, 404)
    assert not parsed(nobody, "/login/").css("button[name=login]")
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    page = parsed(nobody, "/login/")
    assert {node.attributes["value"] for node in page.css("button[name=login]")} >= {"bureau", "police", "citizen"}
    assert "演示数据" in page.body.text()  # type: ignore[union-attr]
    assert nobody.post("/persona/", {"login": "police"}).headers["Location"] == "/"
    assert "公安数据员" in words(nobody.get("/"))
    assert nobody.post("/persona/", {"login": "leader"}).status_code == 302
    assert "市领导" in words(nobody.get("/"))


def test_language_and_colours(as_: Callable[[str], Client]) -> None:
    client = as_("bureau")
    page = client.post("/i18n/setlang/", {"language": "en", "next": "/items/?q=x"}, follow=True)
    assert page.redirect_chain == [("/items/?q=x", 302)] and "Data catalog" in words(page)
    dark = client.post("/appearance/", {"theme": "dark", "next": "/items/"}, follow=True)
    page_text = dark.content.decode()
    assert 'data-theme="dark"' in page_text and "css/dark.css?v=" in page_text
    client.post("/appearance/", {"theme": "light"})
    assert "css/dark.css" not in client.get("/items/").content.decode()
    assert client.post("/appearance/", {"theme": "pink"}).status_code == 400
    assert client.post("/appearance/", {"theme": "dark", "next": "//evil.example"}).headers["Location"] == "/"


def test_starting_a_run(as_: Callable[[str], Client]) -> None:
    assert as_("hr").post("/items/POLICE-01/run/").status_code == 403
    assert as_("citizen").post("/items/POLICE-01/run/").status_code == 403
    started = as_("police").post("/items/POLICE-01/run/", follow=True)
    assert "已经开始" in words(started)
    assert sorted(Run.objects.values_list("kind", "state")) == [("check", "queued"), ("collect", "queued")]
    assert as_("police").post("/flow/run/").status_code == 403
    assert "已经开始" in words(as_("bureau").post("/flow/run/", follow=True))


def test_a_failed_run_says_what_to_do(as_: Callable[[str], Client], town: Path, system: User) -> None:
    (town / "police.sqlite").unlink()
    run_chain(system)
    failed = Run.objects.get(state="failed", kind="collect")
    client = as_("police")
    page = words(client.get(f"/runs/{failed.pk}/"))
    assert failed.error in page and "怎么办" in page
    home = words(client.get("/"))
    assert "昨夜失败" in home and "仍失败" in home
    done = Run.objects.filter(state="done", kind="collect").get()
    assert "读取语句" in words(as_("bureau").get(f"/runs/{done.pk}/"))


def test_rows_are_masked_and_say_why(as_: Callable[[str], Client], system: User) -> None:
    run_chain(system)
    client = as_("police")
    page = words(client.get("/items/POLICE-01/rows/quarantine/"))
    assert "公民身份号码：校验码不符" in page
    assert BROKEN not in page and BROKEN[:6] in page
    assert CITIZEN not in words(client.get("/items/POLICE-01/rows/raw/"))
    narrowed = parsed(client, "/items/POLICE-01/rows/quarantine/?rule=id_number.length")
    assert not narrowed.css("tbody tr")
    assert client.get("/items/POLICE-01/rows/base/").status_code == 404
    assert "公民身份号码：校验码不符" in words(client.get("/issues/"))


def look_up(client: Client, **asked: str) -> str:
    """Look somebody up on the page; what it says."""
    response = client.post("/look-up/", {"library": "population", "key": CITIZEN, **asked})
    assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store"
    return words(response)


def test_a_look_up_needs_a_purpose(as_: Callable[[str], Client], system: User, home: Path) -> None:
    run_chain(system)
    client = as_("police")
    assert "张*" not in look_up(client)
    assert "请写明查询的理由" in look_up(client, purpose="other", explanation="看看")
    assert not list(ledger_folder(home).glob("desk*/*")), "nothing was looked up, nothing is on record"
    found = look_up(client, purpose="apply", case="A-7")
    for part in ("张*", "138******00", "各来源说法不一", "139******00", "社会保险中心", "已留下存证"):
        assert part in found
    assert CITIZEN not in found.replace(f'value="{CITIZEN}"', "")
    assert "没有查到" in look_up(client, purpose="complaint", key="110101199003070994")
    wrong = client.post("/look-up/", {"library": "population", "key": "123", "purpose": "apply"})
    told = HTMLParser(wrong.content.decode())
    assert "没有查到" not in words(wrong) and "存证编号" not in words(wrong)
    assert told.css_first("form [data-errors] a[href='#id_key']") is not None, "which gets the focus"
    assert "不是 18 位" in told.css_first("#id_key_error").text()  # type: ignore[union-attr]
    nothing = HTMLParser(client.post("/look-up/", {}).content.decode())
    assert [node.text() for node in nothing.css("form [data-errors] li")] == [
        "请选择“用途”。",
        "请选择“查哪个库”。",
        "请填写“号码”。",
    ]
    assert told.css_first('form[data-guard="unsaved"] #id_key') is not None, "leaving asks first"
    assert parsed(client, "/look-up/").css_first("form[data-guard] #id_key") is None
    import_evidence()
    assert "办理群众或企业申请的事项" in words(client.get("/evidence/"))
    own = words(as_("citizen").get("/evidence/"))
    assert "公安" in own and "姓名" in own and "谁用过我的数据" in own
    receipts = re.findall(r"/evidence/[0-9a-f]{64}/", client.get("/evidence/").content.decode())
    assert len(receipts) == 2, "the one that found nobody is on record too"
    page = client.get(receipts[1])
    assert "A-7" in words(page) and as_("developer").get(receipts[1]).status_code == 404
    about = re.search(r"/evidence/[?]subject=[^\"]+", page.content.decode())
    assert about and len(parsed(client, about[0]).css("tbody tr")) == 1
    assert not parsed(client, f"{about[0]}&outcome=refused").css("tbody tr")
    assert not parsed(client, "/evidence/?service=resident").css("tbody tr")


def try_it(client: Client, service: str, **asked: str) -> str:
    """Try a service on its page; what it says."""
    response = client.post(f"/services/{service}/", {"key": CITIZEN, **asked})
    assert response.status_code == 200
    return words(response)


def test_trying_a_service(as_: Callable[[str], Client], system: User, home: Path) -> None:
    run_chain(system)
    write_policy()
    with running_gateway():
        client = as_("developer")
        answer = try_it(client, "resident", grant="hr-resident", kind="records", case="B-1")
        assert '"person_name": "张0"' in answer, "the grant gives names in clear"
        assert "138******00" in answer and f'"id_number": "{CITIZEN[:6]}***' in answer, "all else is masked"
        assert "已留下存证" in answer and "Purpose: hr-resident" in answer
        verified = try_it(client, "resident", grant="hr-resident", kind="verify", field="person_name", value="张0")
        assert "true" in verified and "138******00" not in verified
        unsaid = client.post("/services/resident/", {"key": CITIZEN, "grant": "hr-resident", "kind": "verify"})
        assert told_at(unsaid, "id_value").startswith("核验时请填写")
        assert told_at(unsaid, "id_field") == "请选择“核验哪一项”。"
        unknown = try_it(client, "resident", grant="hr-resident", kind="records", key="110101199003070994")
        assert "已留下存证" in unknown, "a number that may be somebody's is asked about"
        assert "您的单位还没有这项服务的有效授权" in words(client.get("/services/insurance/")), "it is another's grant"
        assert parsed(client, "/services/insurance/").css(".empty a.button[href='/apply/service/insurance/']")
    import_evidence()
    assert "B-1" in words(as_("bureau").get("/evidence/"))


def test_a_number_that_cannot_be_is_not_tried(as_: Callable[[str], Client], system: User) -> None:
    """As in a look-up: it is said at the number, and nobody is asked; there is no gateway here to ask."""
    run_chain(system)
    client, asked = as_("developer"), {"grant": "hr-resident", "kind": "records"}
    for number, why in (("123", "不是 18 位"), (f"{CITIZEN[:-1]}0", "校验码不符"), ("", "请填写“公民身份号码”。")):
        wrong = client.post("/services/resident/", {**asked, "key": number})
        assert why in told_at(wrong, "id_key") and "服务暂时无法试用" not in words(wrong), number
        page = HTMLParser(wrong.content.decode())
        assert page.css_first("#id_key").attributes.get("value", "") == number  # type: ignore[union-attr]
        assert page.css_first("#reply") is None, "where the page would be scrolled to"
        assert page.css_first('form[data-guard="unsaved"] #id_key') is not None, "leaving asks first"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in CITIZEN)
    assert not told_at(client.post("/services/resident/", {**asked, "key": wide}), "id_key"), "as in a look-up"


def test_trying_without_a_gateway(as_: Callable[[str], Client], system: User) -> None:
    run_chain(system)
    assert "服务暂时无法试用" in try_it(as_("developer"), "resident", grant="hr-resident", kind="records")


def test_the_command_of_a_service_is_of_a_kind_that_is_granted(as_: Callable[[str], Client]) -> None:
    def command(login: str, service: str) -> tuple[str, str]:
        page = HTMLParser(as_(login).get(f"/services/{service}/").content.decode())
        panel, code = page.css_first("section[aria-labelledby=call]"), page.css_first("[aria-labelledby=call] pre code")
        assert panel is not None and code is not None
        return code.text(), panel.html or ""

    text, panel = command("police", "insurance")
    assert "/gateway/v1/insurance/verify" in text and "/records" not in text, "the service and the grant only verify"
    assert "-u police-app:$SECRET" in text and "Purpose: police-insurance" in text and '"id_number": "?"' in text
    assert 'href="/apps/police-app/"' in panel and "read -rs SECRET" in panel, "and says where $SECRET is from"
    text, panel = command("developer", "resident")
    assert "/gateway/v1/resident/records?key=" in text and "-u hr-app:$SECRET" in text
    text, panel = command("leader", "insurance")
    assert "-u APP:$SECRET" in text and "/insurance/verify" in text and "<code>GRANT</code>" in panel


def test_a_grant_explains_itself(as_: Callable[[str], Client], system: User) -> None:
    assert "尚无授权策略" in words(as_("hr").get("/grants/hr-resident/"))
    write_policy()
    page = words(as_("hr").get("/grants/hr-resident/?kind=verify"))
    assert "会答复" in page and "只答是或否" in page
    assert as_("centre").get("/grants/hr-resident/").status_code == 404


def test_the_chain_of_evidence(as_: Callable[[str], Client], system: User, home: Path) -> None:
    run_chain(system)
    look_up(as_("police"), purpose="apply")
    import_evidence()
    client = as_("bureau")
    assert client.get("/evidence/check/").headers["Location"] == "/evidence/"
    assert "没有发现缺失或改动" in words(client.post("/evidence/check/"))
    (file,) = ledger_folder(home).glob("desk*/*.jsonl")
    record = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    record["purpose"] = "别的用途"
    file.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    broken = words(client.post("/evidence/check/"))
    assert "发现一处对不上" in broken and "怎么办" in broken
