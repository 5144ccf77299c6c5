"""The pages and the API of cases: who gets them, what one does there, what a refusal leaves of what was typed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node
from tests.apps.case_types import REQUEST, open_request
from tests.apps.pages import ROLES, parsed, told_at

from huitong.apps.accounts.models import User
from huitong.apps.cases import views
from huitong.apps.cases.models import Attachment, Case
from huitong.apps.cases.services import act, advance_clocks, comment_on, put_case_type
from huitong.apps.cases.specs import BulkOffer
from huitong.apps.notices.models import Notice
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
Open = Callable[[str], Client]
NUMBER = "SQ-2026-000001"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def as_(user: Login) -> Open:
    """Gives a browser that is signed in as a user of the town; "" for nobody."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        if login:
            client.force_login(user(login))
        return client

    return client_of


@pytest.fixture
def opened(town: Path, system: User, user: Login, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A request of the human-resources department to the police, on a Monday."""
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC))
    put_case_type(system, spec=REQUEST)
    return open_request(user("hr"))


def text(response: object) -> str:
    """What an answer's page says."""
    page = HTMLParser(getattr(response, "content").decode())  # noqa: B009 - an answer of the test client
    assert page.body is not None
    return page.body.text(separator=" ", strip=True)


def test_every_address_as_everybody(opened: Case, as_: Open) -> None:
    Attachment.objects.create(
        case=opened,
        name="a.txt",
        media_type="text/plain",
        size=1,
        sha256="0" * 64,
        uploaded_by=opened.opened_by,
        at=clock.now(),
    )
    expected = {
        # path: bureau, leader, police, hr, developer (of hr), citizen, nobody
        "/cases/": (200, 200, 200, 200, 200, 200, 302),
        "/cases/?in=all": (200, 200, 200, 200, 200, 200, 302),
        f"/cases/{NUMBER}/": (200, 200, 200, 200, 200, 404, 302),
        "/cases/bulk/?type=request&action=pass_on": (200, 409, 409, 409, 409, 409, 302),
        f"/cases/{NUMBER}/files/99/": (404, 404, 404, 404, 404, 404, 302),
        f"/api/cases/{NUMBER}": (200, 200, 200, 200, 200, 404, 401),
        "/api/cases": (200, 200, 200, 200, 200, 200, 401),
        "/notices/": (200, 200, 200, 200, 200, 200, 302),
        "/webhooks/": (200, 403, 403, 403, 403, 403, 302),
    }
    found = {path: tuple(as_(login).get(path).status_code for login in ROLES) for path in expected}
    assert found == expected
    assert as_("centre").get(f"/cases/{NUMBER}/").status_code == 404, "an organisation that is no party"
    for path in ("act/pass_on", "claim", "release", "hand-over", "comment", "extend/check", "files"):
        address = f"/cases/{NUMBER}/{path}/"
        codes = [as_(login).post(address, {"version": 1}).status_code for login in ("centre", "citizen", "")]
        assert codes == [404, 404, 302], path
        assert as_("bureau").get(address).headers["Location"] == f"/cases/{NUMBER}/", path
    for path in ("actions", "comments"):
        body = {"action": "pass_on", "version": 1, "comment": "x"}
        answers = [as_(login).post(f"/api/cases/{NUMBER}/{path}", body, "application/json") for login in ("centre", "")]
        assert [one.status_code for one in answers] == [404, 401], path
    assert Case.objects.get().version == 1


def test_acting_on_the_page(opened: Case, as_: Open) -> None:
    client = as_("bureau")
    page = parsed(client, f"/cases/{NUMBER}/")
    assert [node.text(strip=True) for node in page.css(".case-actions details:not(.what) > summary")] == [
        "转提供方",
        "要求补正",
    ]
    refused = client.post(f"/cases/{NUMBER}/act/ask_back/", {"version": 1})
    assert refused.status_code == 200 and "请说明理由。" in text(refused)
    asked = client.post(f"/cases/{NUMBER}/act/ask_back/", {"version": 1, "comment": "请写明事项"}, follow=True)
    assert "待补正" in text(asked) and "请写明事项" in text(asked)
    late = client.post(f"/cases/{NUMBER}/act/pass_on/", {"version": 1, "comment": "不要丢"})
    assert late.status_code == 409 and "已被他人处理" in text(late)
    assert "要求补正" in text(late)
    applicant = as_("hr")
    form = parsed(applicant, f"/cases/{NUMBER}/").css_first("#complete-purpose")
    assert form is not None and form.attributes["value"] == "核对参保", "what is known is filled in"
    applicant.post(f"/cases/{NUMBER}/act/complete/", {"version": 2, "purpose": "失业金核对"})
    client.post(f"/cases/{NUMBER}/act/pass_on/", {"version": 3})
    provider = as_("police")
    wrong = provider.post(f"/cases/{NUMBER}/act/agree/", {"version": 4, "scope": "none", "comment": "留着"})
    assert wrong.status_code == 200 and "从给出的选项中选择" in text(wrong) and "留着" in text(wrong)
    done = provider.post(f"/cases/{NUMBER}/act/agree/", {"version": 4, "scope": "part"}, follow=True)
    assert "开通中" in text(done) and "范围" in text(done)


def test_a_refused_action_stands_open_alone(opened: Case, as_: Open) -> None:
    client = as_("bureau")
    (usual,) = _open_actions(client.get(f"/cases/{NUMBER}/"))
    assert usual.css_first(f"form[action='/cases/{NUMBER}/act/pass_on/']") is not None
    (tried,) = _open_actions(client.post(f"/cases/{NUMBER}/act/ask_back/", {"version": 1}))
    summary, reason = tried.css_first("[data-errors]"), tried.css_first("#ask_back-comment")
    assert summary is not None and "请说明理由。" in summary.text(), "in sight, and form.js gives it the focus"
    assert reason is not None and reason.attributes["aria-required"] == "true"
    assert tried.css_first("label[for=ask_back-comment] .required") is not None
    page = parsed(client, f"/cases/{NUMBER}/")
    assert page.css_first("label[for=pass_on-comment] .required") is None, "where no reason is wanted"


def test_questions_that_must_be_answered_are_marked(opened: Case, as_: Open) -> None:
    as_("bureau").post(f"/cases/{NUMBER}/act/ask_back/", {"version": 1, "comment": "请写明事项"})
    applicant = as_("hr")
    page = parsed(applicant, f"/cases/{NUMBER}/")
    assert page.css_first("label[for=complete-purpose] .required") is not None
    assert page.css_first("#complete-purpose[aria-required=true]") is not None
    refused = applicant.post(f"/cases/{NUMBER}/act/complete/", {"version": 2, "purpose": " "})
    assert text(refused).count("请填写“用途”。") == 2, "once above the form and once at the field"


def test_a_file_that_is_refused_says_so_where_it_was_chosen(opened: Case, as_: Open) -> None:
    client, address = as_("hr"), f"/cases/{NUMBER}/files/"
    assert told_at(client.post(address), "file-file") == "请上传“文件”。"
    wrong = client.post(address, {"file": SimpleUploadedFile("a.pdf", b"<html>")})
    assert wrong.status_code == 415 and "“a.pdf”的内容不是可以接受的类型" in told_at(wrong, "file-file")
    assert "需要户籍人口" in text(wrong), "the page is there as before"
    english = client.post(address, headers={"accept-language": "en"})
    assert told_at(english, "file-file") == "Upload “File”."


def test_many_at_once_want_one_reason(opened: Case, as_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = BulkOffer("request", "pass_on", "转提供方", states=("checking",), reason=True)
    monkeypatch.setattr(views, "bulk_offers", lambda *_: (offer,))
    asked = {"type": "request", "action": "pass_on", "case": f"{NUMBER}:1"}
    refused = as_("bureau").post("/cases/bulk/", {**asked, "comment": " "})
    assert told_at(refused, "bulk-comment") == "请填写“理由”。" and Case.objects.get().version == 1


def _open_actions(response: object) -> list[Node]:
    page = HTMLParser(getattr(response, "content").decode())  # noqa: B009 - an answer of the test client
    return page.css("details[name=action][open]")


def test_claim_comment_extend_and_hand_over_on_the_page(opened: Case, as_: Open, user: Login) -> None:
    act(user("bureau"), number=NUMBER, action="pass_on", version=1)
    client = as_("police")
    assert "公安数据员 已认领" in text(client.post(f"/cases/{NUMBER}/claim/", follow=True))
    assert "已留言" in text(client.post(f"/cases/{NUMBER}/comment/", {"comment": "@hr 请补字段"}, follow=True))
    kept = client.post(f"/cases/{NUMBER}/comment/", {"comment": "@nobody 请看"})
    assert kept.status_code == 422 and "@nobody 请看" in text(kept)
    extended = client.post(f"/cases/{NUMBER}/extend/answer/", {"version": 2, "days": 2, "reason": "整理"}, follow=True)
    assert "2026-03-11" in text(extended) and "含延长 2 个" in text(extended)
    assert client.post(f"/cases/{NUMBER}/hand-over/", {"login": "hr"}).status_code == 409
    refused = client.post(f"/cases/{NUMBER}/extend/answer/", {"version": 3, "days": 90, "reason": "还要整理"})
    page = HTMLParser(refused.content.decode())
    field = page.css_first("#extend-answer-reason")
    assert refused.status_code == 422 and field is not None and field.attributes["value"] == "还要整理"
    assert "不能延长 90 个" in told_at(refused, "extend-answer-days")
    assert page.css_first("details[open] #extend-answer-reason") is not None, "where it was typed"
    assert not page.css_first("#say-comment").text(), "and nowhere else"  # type: ignore[union-attr]
    nothing = client.post(f"/cases/{NUMBER}/extend/answer/", {"version": 3, "days": ""})
    assert told_at(nothing, "extend-answer-days").startswith("请填写“工作日")
    assert told_at(nothing, "extend-answer-reason") == "请填写“理由”。"
    assert "没有账号“nobody”" in told_at(kept, "say-comment")
    assert told_at(client.post(f"/cases/{NUMBER}/comment/", {}), "say-comment") == "请填写“留言”。"
    refused = client.post(f"/cases/{NUMBER}/hand-over/", {"login": "hr", "comment": "请接着办"})
    assert told_at(refused, "over-login") and refused.status_code == 409
    assert HTMLParser(refused.content.decode()).css_first("#over-comment").attributes["value"] == "请接着办"  # type: ignore[union-attr]
    assert "已退回队列" in text(client.post(f"/cases/{NUMBER}/release/", follow=True))
    assert list(Notice.objects.filter(user__login="hr").values_list("event", flat=True)) == [
        "case.extended",
        "case.mentioned",
    ]


def test_the_queue_shows_what_waits(opened: Case, as_: Open, user: Login) -> None:
    home = text(as_("bureau").get("/"))
    assert "等我办理 1" in home and "需要户籍人口" in home
    assert "需要户籍人口" in text(as_("bureau").get("/cases/")) and "需要户籍人口" not in text(as_("hr").get("/cases/"))
    assert "没有等您办理的事项" in text(as_("hr").get("/cases/"))
    assert "需要户籍人口" in text(as_("hr").get("/cases/?in=open&type=request&state=checking&organisation=data"))
    assert "需要户籍人口" in text(as_("hr").get("/cases/?in=all&q=SQ-2026"))
    english = as_("bureau")
    english.post("/i18n/setlang/", {"language": "en"})
    assert "Waiting for me" in text(english.get("/cases/")) and "Being checked" in text(english.get("/cases/"))
    assert "2 working days left" in text(english.get(f"/cases/{NUMBER}/"))
    csv = as_("bureau").get("/cases/?export=csv")
    assert NUMBER in b"".join(csv.streaming_content).decode() or csv.status_code == 200  # type: ignore[attr-defined]


def test_clearing_the_filters_stays_in_the_tab(opened: Case, as_: Open) -> None:
    page = parsed(as_("bureau"), "/cases/?in=all&q=nothing-is-called-so")
    assert {node.attributes["href"] for node in page.css("a") if "清除" in node.text()} == {"/cases/?in=all"}


def test_a_queue_page_asks_the_same_however_long_it_is(
    opened: Case, as_: Open, user: Login, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for _ in range(12):
        open_request(user("hr"))
    for login in ("bureau", "hr"):
        client = as_(login)
        for address in ("/cases/", "/cases/?in=all", "/cases/?in=open&due=soon"):
            client.get(address)
            with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
                assert client.get(address).status_code == 200


def test_many_at_once(opened: Case, as_: Open, user: Login) -> None:
    for _ in range(2):
        open_request(user("hr"))
    client = as_("bureau")
    assert "批量：转提供方" in text(client.get("/cases/?type=request"))
    page = parsed(client, "/cases/bulk/?type=request&action=pass_on")
    picked = [node.attributes["value"] for node in page.css("input[name=case]")]
    assert len(picked) == 3
    act(user("bureau"), number=NUMBER, action="ask_back", version=1, comment="补")
    result = client.post("/cases/bulk/", {"type": "request", "action": "pass_on", "case": picked})
    assert "办理 2 件，跳过 1 件" in text(result) and NUMBER in text(result)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["answering", "answering", "asked"]
    assert client.post("/cases/bulk/", {"type": "request", "action": "ask_back", "case": picked}).status_code == 409


def zipped(*names: str) -> bytes:
    """A zip file with empty members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def test_files_are_known_by_their_content(opened: Case, as_: Open, home: Path) -> None:
    client = as_("hr")

    def put(name: str, content: bytes) -> int:
        file = SimpleUploadedFile(name, content, "application/pdf")
        return client.post(f"/cases/{NUMBER}/files/", {"file": file}).status_code

    wrong = {
        "a.pdf": b"<html><script>alert(1)</script>",
        "b.png": b"%PDF-1.7 not a picture",
        "c.exe": b"MZ\x90\x00",
        "d.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "e.docx": zipped("word/document.xml", "word/vbaProject.bin"),
        "f.zip": zipped("a.txt"),
        "g.txt": b"\x00\x01",
    }
    assert {put(name, content) for name, content in wrong.items()} == {415}
    assert put("empty.txt", b"") == 422 and client.post(f"/cases/{NUMBER}/files/").status_code == 422
    assert put("big.txt", b"a" * (20 * 1024 * 1024 + 1)) == 413
    right = {
        "../../etc/说明.pdf": b"%PDF-1.7 x",
        "图.png": PNG,
        "表.xlsx": zipped("xl/workbook.xml"),
        "文.csv": "姓名,是\r\n".encode("gb18030"),
    }
    assert {put(name, content) for name, content in right.items()} == {302}
    rows = list(Attachment.objects.all())
    assert [row.name for row in rows] == ["说明.pdf", "图.png", "表.xlsx", "文.csv"]
    assert len(list((home / "attachments").rglob("*"))) == 8, "four files in four folders, no draft left"
    answer = client.get(f"/cases/{NUMBER}/files/{rows[1].pk}/")
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (
        "sandbox" in answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    )
    for login in ("centre", "citizen"):
        assert as_(login).get(f"/cases/{NUMBER}/files/{rows[1].pk}/").status_code == 404
    assert "说明.pdf" in text(client.get(f"/cases/{NUMBER}/"))


def test_notices_lead_to_their_case(opened: Case, as_: Open, user: Login) -> None:
    client = as_("bureau")
    bell = parsed(client, "/items/").css_first(".bell")
    assert bell is not None and "1" in bell.text()
    notice = Notice.objects.get(user__login="bureau")
    assert "待审核：需要户籍人口" in text(client.get("/notices/"))
    assert as_("hr").get(f"/notices/{notice.pk}/").status_code == 404
    assert client.get(f"/notices/{notice.pk}/").headers["Location"] == f"/cases/{NUMBER}/"
    assert Notice.objects.get(pk=notice.pk).read_at is not None
    comment_on(user("hr"), number=NUMBER, comment="@bureau 请加快")
    client.post("/notices/read/")
    assert not Notice.objects.filter(user__login="bureau", read_at=None).exists()


def test_webhooks_are_set_up_on_the_page(opened: Case, as_: Open) -> None:
    client = as_("bureau")
    wrong = client.post("/webhooks/put/", {"organisation": "hr", "url": "ftp://x", "active": "on"})
    assert wrong.status_code == 200 and "不能作为回调地址" in text(wrong)
    saved = client.post("/webhooks/put/", {"organisation": "hr", "url": "https://x/hook", "active": "on"}, follow=True)
    assert "https://x/hook" in text(saved)
    shown = client.post("/webhooks/hr/key/")
    assert shown.headers["Cache-Control"] == "no-store" and "只显示这一次" in text(shown)
    assert client.post("/webhooks/police/key/").status_code == 404


def test_the_api_does_what_the_pages_do(opened: Case, as_: Open) -> None:
    client = as_("bureau")
    assert client.get("/api/cases").json()["rows"][0]["number"] == NUMBER
    assert client.get("/api/cases/waiting").json()["mine"] == 1
    one = client.get(f"/api/cases/{NUMBER}").json()
    assert one["actions"] == ["pass_on", "ask_back"] and one["timeline"][0]["kind"] == "opened"
    body = {"action": "pass_on", "version": 1}
    assert client.post(f"/api/cases/{NUMBER}/actions", body, "application/json").json()["state"] == "answering"
    again = client.post(f"/api/cases/{NUMBER}/actions", body, "application/json")
    assert again.status_code == 409 and again.json()["code"] == "cases.changed_meanwhile"
    said = client.post(f"/api/cases/{NUMBER}/comments", {"comment": "好"}, "application/json")
    assert said.status_code == 201
    wanted = {"case_type": "request", "title": "x", "parties": {"provider": "police"}, "data": {"purpose": "p"}}
    assert as_("hr").post("/api/cases", wanted, "application/json").json()["state"] == "checking"
    assert client.get("/api/case-types").json()[0]["code"] == "request"


def test_a_late_case_says_so(opened: Case, as_: Open, user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 6, 4, tzinfo=dt.UTC))
    advance_clocks()
    page = text(as_("bureau").get(f"/cases/{NUMBER}/"))
    assert "逾期 2 个工作日" in page and "已升级到小镇人民政府" in page
    assert "等我的 1 件逾期" in text(as_("bureau").get("/"))
    for login, sees in (("bureau", True), ("police", True), ("hr", True), ("centre", False)):
        late = parsed(as_(login), "/").css_first("section[aria-labelledby=late]")
        assert late is not None
        assert [one.attributes["href"] for one in late.css(".rows a")] == ([f"/cases/{NUMBER}/"] if sees else []), login
        assert ("逾期 2 个工作日" in late.text()) == sees
    assert Notice.objects.filter(user__login="leader", event="case.escalated").exists()
    open_request(user("hr"))
    work = parsed(as_("bureau"), "/").css_first("section[aria-labelledby=work]")
    assert work is not None and "等我办理 2" in work.text()
    lines = [" ".join(line.text().split()) for line in work.css(".rows li")]
    assert len(lines) == 2 and lines[1] == "另有 1 件已逾期，列在“已逾期”里", "list and count agree"
