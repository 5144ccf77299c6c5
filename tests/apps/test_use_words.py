"""A citizen sees what was used about them: every field by its title, the whole receipt, on the page and in files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import parsed, shown_text
from tests.apps.test_ledger import evidence, write
from tests.apps.town import IDS, INSURANCE, INSURED, PERSON

from huitong.apps.accounts.models import User
from huitong.apps.catalog.services import put_item
from huitong.apps.labels import LABELS
from huitong.apps.ledger.selectors import subject_of
from huitong.apps.ledger.services import import_evidence, record_audit
from huitong.apps.sharing.services import put_service
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.projects import Project

pytestmark = pytest.mark.django_db
Open = Callable[[str], Client]
LIBRARY = ("id_number", "person_name", "sex", "mobile", "insured", "never_declared")
ENGLISH = {"accept-language": "en"}


def test_what_people_decided_reads_as_a_sentence(as_user: Open, user: Callable[[str], User]) -> None:
    assert LABELS["audited"].keys() == LABELS["audit_kind"].keys()
    for action, kind in (("catalog.draft_change", "draft"), ("cases.act_on_case", "case")):
        record_audit(user("bureau"), action=action, kind=kind, target="x-1")
    record_audit(user("bureau"), action="disputes.open_dispute", kind="dispute", target="x-1")
    record_audit(user("bureau"), action="assessment.comment_on_score", kind="comment", target="x-1")
    page = as_user("bureau").get("/audit/?target=x-1", headers=ENGLISH).text
    for told in ("Began a draft of an item", "Acted on a case", "Opened a dispute", "Commented on a score"):
        assert told in page
    assert user("bureau").shown_name in page, "who did it has a name"
    assert "办理办件" in as_user("bureau").get("/audit/?target=x-1").text


def test_a_thing_that_only_has_a_number_is_called_by_its_title(as_user: Open, user: Callable[[str], User]) -> None:
    project = Project(title="居住证系统升级", title_en="Permits", organisation="police", kind="upgrade", asked=1)
    for after in (project, None):
        target = "3" if after else "4"
        record_audit(user("bureau"), action="registry.save_project", kind="project", target=target, after=after)
    record_audit(user("bureau"), action="registry.put_calendar_year", kind="calendar_year", target="2026")
    page = HTMLParser(as_user("bureau").get("/audit/").text)
    told = {cell.text(separator=" ", strip=True) for cell in page.css("td[data-label=对象]")}
    assert {"居住证系统升级 信息化项目 #3", "第 4 号 信息化项目 #4"} <= told
    assert any(one.startswith("2026 ") for one in told), "a year is itself"
    assert "No. 4" in as_user("bureau").get("/audit/", headers=ENGLISH).text
    badge = HTMLParser(as_user("bureau").get("/audit/?kind=project&target=3").text).css_first(".page-head .badge")
    assert badge is not None and badge.text(strip=True) == "居住证系统升级"


def test_purposes_that_pages_and_grants_state_are_read_in_english(as_user: Open, town: Path, home: Path) -> None:
    write(
        home,
        evidence(),
        evidence(purpose="侦查取证", grant="police-insurance"),
        evidence(purpose="办理群众或企业申请的事项：公积金提取", grant=""),
        evidence(purpose="对数据提出异议", grant="", service=f"item:{PERSON.code}"),
    )
    import_evidence()
    english, chinese = rows_of(as_user("bureau"), "csv", ENGLISH), rows_of(as_user("bureau"), "csv")
    assert "Verify who is insured" in english and "侦查取证" in english, "a grant without English words keeps its own"
    assert "Handle what a person or company applied for: 公积金提取" in english and "To dispute a value" in english
    assert "核验参保人身份" in chinese and "办理群众或企业申请的事项：公积金提取" in chinese


def test_a_rule_without_a_title_is_told_by_its_field(as_user: Open, town: Path) -> None:
    (panel,) = parsed(as_user("bureau"), f"/items/{PERSON.code}/").css("section[aria-labelledby=rules]")
    assert "姓名：" in panel.text() and "name_given" not in panel.text()


def rows_of(client: Client, form: str, headers: dict[str, str] | None = None) -> str:
    """The list as a file, as text."""
    response = client.get(f"/evidence/?export={form}", headers=headers)
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    if form == "csv":
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_every_field_and_the_whole_receipt_open_in_the_row(as_user: Open, town: Path, home: Path) -> None:
    (receipt,) = write(home, evidence(service="library:population", kind="look_up", fields=LIBRARY))
    import_evidence()
    citizen = as_user("citizen")
    fields, kept = parsed(citizen, "/evidence/").css("tbody details.brief")
    brief = fields.css_first("summary").text()  # type: ignore[union-attr]
    assert brief == "公民身份号码、姓名、性别、手机号码 等 6 项"
    whole = fields.css_first("summary + span").text()  # type: ignore[union-attr]
    assert whole.startswith("公民身份号码、姓名、性别、手机号码、") and whole.endswith(
        "never_declared（没有名称的项目）"
    )
    assert kept.css_first("summary + span").text() == receipt  # type: ignore[union-attr]
    heading, line = csv.reader(io.StringIO(rows_of(citizen, "csv")))
    told = dict(zip(heading, line, strict=True))
    assert (told["用到的项目"], told["回执"]) == (whole, receipt)
    book = rows_of(citizen, "xlsx")
    assert whole in book and receipt in book
    assert receipt in rows_of(as_user("bureau"), "csv"), "officials take it away whole, too"


def test_a_row_leads_a_citizen_to_its_record_without_others(as_user: Open, town: Path, home: Path) -> None:
    mine, others = write(
        home, evidence(subjects=(subject_of(IDS[0]), subject_of(IDS[1]))), evidence(subjects=(subject_of(IDS[1]),))
    )
    import_evidence()
    citizen = as_user("citizen")
    link = parsed(citizen, "/evidence/").css_first("tbody td.head a")
    assert link is not None and link.attributes["href"] == f"/evidence/{mine}/"
    page = shown_text(parsed(citizen, f"/evidence/{mine}/"))
    assert mine in page and "公民身份号码、姓名" in page and "谁用过我的数据" in page
    assert "小王" not in page and subject_of(IDS[1]) not in page and "hr-app" not in page
    assert citizen.get(f"/evidence/{others}/").status_code == 404
    assert Client().get(f"/evidence/{mine}/").status_code in (302, 401, 403)
    assert "小王" in shown_text(parsed(as_user("bureau"), f"/evidence/{mine}/"))


def test_fields_are_called_as_their_item_calls_them(as_user: Open, town: Path, home: Path, system: User) -> None:
    """A column at the source, a service's field that no element is named by: the item's own title, else the element's.

    What a department calls a field wins over its element, and the reader's language decides.
    """
    own = ItemField(column="qlr", name="owner_name", element="person_name", title="权利人", title_en="Owner")
    put_item(system, spec=msgspec.structs.replace(INSURED, fields=(*INSURED.fields, own)))
    put_service(system, spec=msgspec.structs.replace(INSURANCE, fields=(*INSURANCE.fields, "owner_name")))
    write(
        home,
        evidence(service=f"item:{PERSON.code}", kind="look_up", fields=(PERSON.fields[0].column, "qlr")),
        evidence(service=INSURANCE.code, fields=("owner_name",)),
    )
    import_evidence()
    page = shown_text(parsed(as_user("citizen"), "/evidence/"))
    assert "权利人" in page and "owner_name" not in page and PERSON.title in page and "item:" not in page
    assert "qlr（没有名称的项目）" in page, "another item's column"
    english = rows_of(as_user("bureau"), "csv", ENGLISH)
    assert "Owner" in english and "qlr (a field without a title)" in english and PERSON.title_en in english
