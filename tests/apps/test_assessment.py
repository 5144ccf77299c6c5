"""Assessment through its services, pages, API and files: the town's two departments in the quarter it was built in."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.assessing import INDICATORS, NOW, freeze_now, put_indicators
from tests.apps.pages import links, parsed, shown_text, told_at
from tests.apps.pdf_text import pdf_text
from tests.apps.test_ledger import evidence, write
from tests.apps.town import PACK

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.assessment.assessed import assessed_of_units
from huitong.apps.assessment.bulletin import bulletin_of
from huitong.apps.assessment.commenting import may_comment
from huitong.apps.assessment.freezing import facts_root
from huitong.apps.assessment.models import Comment, Indicator, Quarter, Score, ScorePart, WeightVersion
from huitong.apps.assessment.selectors import ranking, verify_quarter
from huitong.apps.assessment.services import (
    answer_comment,
    comment_on_score,
    freeze_quarter,
    publish_quarter,
    refresh_preview,
    set_weights,
)
from huitong.apps.assessment.tasks import renew_preview
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.ledger.services import import_evidence
from huitong.apps.packs.services import apply_pack
from huitong.engine.assessment.facts import file_of
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
Q = NOW.code


@pytest.fixture
def town_year(system: User, home: Path, run_town: None) -> None:
    """The town after its first run, with two calls of its services, and the shipped indicators."""
    write(home, evidence(), evidence(consumer="police-app", service="insurance", kind="verify", subjects=()))
    import_evidence()
    put_indicators(system)


@pytest.fixture
def frozen(town_year: None, system: User, monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """The town's quarter, frozen."""
    return freeze_now(system, monkeypatch)


def refused(code: str, call: Callable[[], object]) -> Terminal:
    """What a call is refused with."""
    with pytest.raises(Terminal) as error:
        call()
    assert error.value.code == code
    return error.value


def values(organisation: str) -> dict[str, tuple[float, float, float]]:
    """Numerator, denominator and score of each indicator of one organisation."""
    parts = ScorePart.objects.filter(score__quarter__code=Q, score__code=organisation)
    return {part.indicator: (part.numerator, part.denominator, part.points_of_100) for part in parts}


def test_who_is_assessed(town: Path) -> None:
    organisations = Organisation.objects.order_by("path")
    assert {code: top.code for code, top in assessed_of_units(organisations).items()} == {
        "police": "police",
        "hr": "hr",
        "centre": "hr",
    }


def test_the_towns_values_by_hand(frozen: Quarter) -> None:
    police = values("police")
    in_time = {"freshness", "issue_mending"}  # these hang on the day of the quarter on which the town was built
    assert {code: police[code] for code in police if code not in in_time} == {
        "catalog_completeness": (8, 12, 16.67),  # no category, class, code, condition: 66.67 %, marks 60 and 100
        "catalog_timeliness": (1, 1, 100.0),
        "link_rate": (1, 1, 100.0),
        "quality": (8, 9, 0.0),  # 88.89 % lies below the mark of 90
        "use": (1, 1, 100.0),
        "open_data": (0, 1, 0.0),
    }
    assert values("hr")["link_rate"] == (1, 2, 0.0)
    assert values("hr")["quality"] == (9, 9, 100.0)
    assert values("hr")["open_data"] == (1, 2, 100.0)
    assert values("hr")["use"] == (1, 1, 100.0)
    assert "answer_time" not in values("hr"), "nothing to answer: it does not apply"
    scores = {score.code: score for score in Score.objects.filter(quarter=frozen)}
    for code, score in scores.items():
        assert score.total == round(sum(part.points for part in score.parts.all()), 2), code
        assert (
            abs(sum(100 * part.weight for part in score.parts.all()) / sum(p.weight for p in score.parts.all()) - 100)
            < 1e-9
        )
    assert {score.rank for score in scores.values()} == {1, 2} and {score.of for score in scores.values()} == {2}


def test_a_quarter_is_frozen_once_and_by_the_bureau(
    town_year: None, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused("assessment.not_over", lambda: freeze_quarter(user("bureau"), quarter=Q))
    refused("people.not_allowed", lambda: freeze_quarter(user("police"), quarter=NOW.previous.code))
    refused("assessment.bad_quarter", lambda: freeze_quarter(user("bureau"), quarter="2026"))
    freeze_now(user("bureau"), monkeypatch)
    refused("assessment.already_frozen", lambda: freeze_now(user("bureau"), monkeypatch))
    entry = AuditEntry.objects.get(action="assessment.freeze_quarter")
    assert entry.target == Q and len(entry.after["files"]) == 9
    assert len(list(facts_root().iterdir())) == 1, "facts of the refused attempt are gone"


def test_nothing_is_frozen_without_indicators(run_town: None, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    refused("assessment.no_indicators", lambda: freeze_now(system, monkeypatch))
    assert not Quarter.objects.exists() and list(facts_root().iterdir()) == []


def test_a_preview_is_replaced_and_gives_way(
    town_year: None,
    system: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        first = refresh_preview(system)
        second = refresh_preview(system)
    assert Quarter.objects.get().pk == second.pk != first.pk and Quarter.objects.get().weights is None
    assert [folder.name for folder in facts_root().iterdir()] == [second.typed_manifest().folder]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        frozen = freeze_now(system, monkeypatch)
    assert Quarter.objects.get().state == "frozen"
    assert [folder.name for folder in facts_root().iterdir()] == [frozen.typed_manifest().folder]


def test_the_preview_task_may_come_twice(town_year: None) -> None:
    assert renew_preview.call() == "computed"
    assert renew_preview.call() == "fresh"
    assert Quarter.objects.count() == 1


def test_what_was_frozen_does_not_follow_the_city(frozen: Quarter, system: User) -> None:
    before = values("police")
    apply_pack(system, msgspec.structs.replace(PACK, items=PACK.items[1:], services=(), grants=(), libraries=()))
    Indicator.objects.all().delete()
    assert values("police") == before and verify_quarter(system, quarter=Q).whole


def test_a_changed_byte_is_named(frozen: Quarter, system: User) -> None:
    assert verify_quarter(system, quarter=Q).whole
    file = file_of(facts_root(), frozen.typed_manifest(), "items")
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    found = verify_quarter(system, quarter=Q)
    assert not found.whole and [one.what for one in found.differences] == ["items.parquet"]
    file.unlink()
    assert verify_quarter(system, quarter=Q).differences[0].found == ""


def test_changed_results_and_methods_are_named(frozen: Quarter, system: User) -> None:
    ScorePart.objects.filter(score__code="hr", indicator="link_rate").update(value=99.5)
    Score.objects.filter(code="police").update(rank=7)
    assert {one.what for one in verify_quarter(system, quarter=Q).differences} == {"hr/link_rate/value", "police/rank"}
    method = frozen.method
    method[2]["weight"] = 50.0
    Quarter.objects.filter(pk=frozen.pk).update(method=method)
    found = {one.what: (one.kept, one.found) for one in verify_quarter(system, quarter=Q).differences}
    assert found["weights/link_rate"] == ("50.0", "15.0") and "hr/total" in found
    Score.objects.filter(code="hr").delete()
    assert {"hr/total", "hr/rank"} <= {one.what for one in verify_quarter(system, quarter=Q).differences}


def test_weights_are_versions_with_a_reason(
    frozen: Quarter, user: Login, system: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau = user("bureau")
    weights = {one.code: one.weight for one in INDICATORS}
    assert WeightVersion.objects.get().weights == weights
    refused("people.not_allowed", lambda: set_weights(user("hr"), weights=weights, reason="x"))
    refused("assessment.reason_missing", lambda: set_weights(bureau, weights=weights, reason="  "))
    for wrong in ({}, {**weights, "use": -1.0}, {**weights, "nothing": 1.0}, dict.fromkeys(weights, 0.0)):
        refused("assessment.weights_missing", lambda wrong=wrong: set_weights(bureau, weights=wrong, reason="调整"))
    version = set_weights(bureau, weights={**weights, "use": 30.0}, reason="突出数据应用")
    assert version.number == 2 and Indicator.objects.get(code="use").as_spec().weight == 30.0
    kept = Quarter.objects.get(pk=frozen.pk)
    assert kept.weights.number == 1 and verify_quarter(system, quarter=Q).whole  # type: ignore[union-attr]
    assert AuditEntry.objects.get(action="assessment.set_weights").after["reason"] == "突出数据应用"
    apply_pack(system, msgspec.structs.replace(PACK, name="kpi", indicators=INDICATORS))
    Quarter.objects.filter(pk=frozen.pk).update(code="2020Q1")
    refresh_preview(system)
    again = freeze_now(system, monkeypatch)
    assert again.weights.number == 3 and again.weights.reason == ""  # type: ignore[union-attr]


def test_who_comments_is_an_officer_there(frozen: Quarter, user: Login, town: Path) -> None:
    hr = Organisation.objects.get(code="hr")
    user("police").memberships.create(organisation=hr, role="developer")
    user("bureau").memberships.create(organisation=hr, role="data_officer")

    def spoken(login: str) -> list[str]:
        return [code for code in ("police", "hr") if may_comment(User.objects.get(login=login), code)]

    assert spoken("police") == ["police"], "an officer of one department who develops for another is none there"
    assert spoken("bureau") == ["hr"], "who sees every score speaks for the department whose officer they are"
    assert spoken("centre") == ["hr"] and spoken("developer") == spoken("leader") == []
    officer = User.objects.get(login="police")
    wanted = {"quarter": Q, "organisation": "hr", "text": "不是本单位"}
    refused("people.not_allowed", lambda: comment_on_score(officer, **wanted))


def test_comments_and_answers(frozen: Quarter, user: Login) -> None:
    hr, bureau = user("hr"), user("bureau")

    def say(login: str, **changes: str) -> Comment:
        wanted = {"quarter": Q, "organisation": "hr", "text": "证书目录正在挂接", "indicator": "link_rate", **changes}
        return comment_on_score(user(login), **wanted)  # type: ignore[arg-type]

    refused("people.not_found", lambda: say("police"))
    refused("people.not_allowed", lambda: say("developer"))
    refused("people.not_allowed", lambda: say("bureau"))
    refused("people.not_found", lambda: say("hr", indicator="nothing"))
    refused("assessment.text_missing", lambda: say("hr", text="  "))
    refused("assessment.text_missing", lambda: say("hr", text="长" * 2001))
    comment = say("hr")
    refused("people.not_allowed", lambda: answer_comment(hr, comment=comment.pk, text="好"))
    answer_comment(bureau, comment=comment.pk, text="请于下季度完成")
    refused("assessment.answered_already", lambda: answer_comment(bureau, comment=comment.pk, text="再答"))
    publish_quarter(bureau, quarter=Q)
    refused("assessment.already_published", lambda: publish_quarter(bureau, quarter=Q))
    late = say("centre", indicator="")
    annex = bulletin_of(user("police"), Q).annex
    assert [(one.text, one.answer) for one in annex] == [("证书目录正在挂接", "请于下季度完成")]
    assert Comment.objects.visible_to(user("police")).count() == 0
    assert Comment.objects.visible_to(hr).get(pk=late.pk)


def test_who_sees_what_before_and_after_publication(frozen: Quarter, user: Login) -> None:
    seen = {
        login: [row.code for row in ranking(user(login), Q).rows] for login in ("bureau", "leader", "police", "centre")
    }
    assert seen["bureau"] == seen["leader"] and set(seen["bureau"]) == {"police", "hr"}
    assert (seen["police"], seen["centre"]) == (["police"], ["hr"])
    refused("people.not_found", lambda: bulletin_of(user("police"), Q))
    refused("people.not_found", lambda: ranking(user("citizen"), Q))
    publish_quarter(user("bureau"), quarter=Q)
    assert ranking(user("police"), Q).rows == ranking(user("bureau"), Q).rows
    refused("people.not_allowed", lambda: verify_quarter(user("police"), quarter=Q))


PAGES = {
    # path below the quarter: who may open it before publication, and who after
    "": (("bureau", "leader", "police", "hr", "centre", "developer"),) * 2,
    "of/police/": (("bureau", "leader", "police"), ("bureau", "leader", "police", "hr", "centre", "developer")),
    "of/hr/": (
        ("bureau", "leader", "hr", "centre", "developer"),
        ("bureau", "leader", "police", "hr", "centre", "developer"),
    ),
    "of/police/rows/quality/": (("bureau", "leader", "police"),) * 2,
    "of/hr/rows/link_rate/": (("bureau", "leader", "hr", "centre", "developer"),) * 2,
    "of/hr/rows/nothing/": ((), ()),
    "of/nobody/": ((), ()),
    "bulletin/": (("bureau", "leader"), ("bureau", "leader", "police", "hr", "centre", "developer")),
    "bulletin.xlsx": (("bureau", "leader"), ("bureau", "leader", "police", "hr", "centre", "developer")),
    "bulletin.pdf": (("bureau", "leader"), ("bureau", "leader", "police", "hr", "centre", "developer")),
    "facts/items.parquet": (("bureau",), ("bureau",)),
    "facts.zip": (
        ("bureau", "police", "hr", "centre", "developer"),
        ("bureau", "leader", "police", "hr", "centre", "developer"),
    ),
    "facts/secrets.parquet": ((), ()),
}


@pytest.mark.parametrize("published", [False, True], ids=["frozen", "published"])
def test_every_page_as_everybody(frozen: Quarter, user: Login, as_user: As, published: bool) -> None:
    if published:
        publish_quarter(user("bureau"), quarter=Q)
    everybody = ("bureau", "leader", "police", "hr", "centre", "developer", "citizen")
    wrong = []
    for login in everybody:
        client = as_user(login)
        for path, allowed in PAGES.items():
            if path == "bulletin.pdf" and login not in ("bureau", "police", "citizen"):
                continue  # each takes a second
            status = client.get(f"/assessment/{Q}/{path}").status_code
            if (status == 200) != (login in allowed[published]) or status not in (200, 403, 404):
                wrong.append((login, path, status))
    assert wrong == []
    assert Client().get(f"/assessment/{Q}/").status_code == 302
    assert as_user("bureau").get("/assessment/2019Q1/").status_code == 404
    assert as_user("bureau").get("/assessment/2019Q9/").status_code == 404


def derived(client: Client, folder: Path) -> tuple[dict[str, dict[str, float]], set[str]]:
    """Take the facts away and compute every indicator anew with nothing but DuckDB; whose rows were in it."""
    answer = client.get(f"/assessment/{Q}/facts.zip")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    folder.mkdir()
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        bundle.extractall(folder)
    found: dict[str, dict[str, float]] = {}
    with duckdb.connect() as con:
        for file in (folder / "facts").glob("*.parquet"):
            con.execute(f"CREATE TABLE {file.stem} AS FROM '{file}'")
        for statement in (folder / "sql").glob("*.sql"):
            rows = con.execute(statement.read_text(encoding="utf-8"))
            place = [one[0] for one in rows.description].index("value")
            found[statement.stem] = {row[0]: row[place] for row in rows.fetchall()}
        whose = {row[0] for row in con.execute("SELECT DISTINCT organisation FROM items").fetchall()}
    assert "DuckDB" in (folder / "README.txt").read_text(encoding="utf-8")
    return found, whose


def test_departments_derive_their_scores_from_their_own_facts(frozen: Quarter, as_user: As, tmp_path: Path) -> None:
    kept: dict[str, dict[str, float]] = {}
    for part in ScorePart.objects.select_related("score"):
        kept.setdefault(part.score.code, {})[part.indicator] = part.value
    assert set(kept) == {"police", "hr"}
    for login in kept:
        found, whose = derived(as_user(login), tmp_path / login)
        assert whose == {login}, "nobody else's rows"
        mine = {code: values[login] for code, values in found.items() if values.get(login) is not None}
        assert mine == pytest.approx(kept[login])
    whole, everybody = derived(as_user("bureau"), tmp_path / "bureau")
    assert everybody == {"police", "hr"} and whole["link_rate"]["hr"] == pytest.approx(kept["hr"]["link_rate"])


def test_who_took_which_facts_is_kept_and_no_file_stays(frozen: Quarter, as_user: As) -> None:
    for login in ("hr", "bureau"):
        answer = as_user(login).get(f"/assessment/{Q}/facts.zip")
        blocks = list(answer.streaming_content)  # type: ignore[attr-defined]
        assert answer["Content-Length"] == str(sum(map(len, blocks)))
    assert as_user("bureau").get(f"/assessment/{Q}/facts/items.parquet").status_code == 200
    assert as_user("leader").get(f"/assessment/{Q}/facts.zip").status_code == 403
    taken = AuditEntry.objects.filter(action="assessment.export_facts", target=Q).order_by("pk")
    assert [(one.login, one.after.get("organisations"), one.after.get("table")) for one in taken] == [
        ("hr", "hr", None), ("bureau", None, None), ("bureau", None, "items"),
    ]  # fmt: skip
    assert list(facts_root().glob(".bundle-*")) == []


def test_a_unit_sees_its_own_rows_only(frozen: Quarter, as_user: As) -> None:
    path = f"/assessment/{Q}/of/hr/rows/link_rate/"
    whole, part = (shown_text(parsed(as_user(login), path)) for login in ("hr", "centre"))
    assert "职业技能证书" in whole and "参保人员" in whole
    assert "职业技能证书" not in part and "参保人员" in part and "只列出本单位承担的数据" in part
    unmet = shown_text(parsed(as_user("hr"), f"{path}?show=unmet"))
    assert "职业技能证书" in unmet and "参保人员" not in unmet
    assert "/items/HR-01/" in links(parsed(as_user("hr"), path))
    rows = as_user("centre").get(f"/api/assessment/quarters/{Q}/hr/link_rate").json()
    assert [(row["key"], row["met"]) for row in rows["rows"]] == [("CENTRE-01", True)]
    assert as_user("police").get(f"/api/assessment/quarters/{Q}/hr/link_rate").status_code == 403


def test_the_way_of_a_quarter_on_the_pages(
    town_year: None, system: User, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, hr = as_user("bureau"), as_user("hr")
    assert "还没有考核结果" in shown_text(parsed(bureau, "/assessment/"))
    assert bureau.post("/assessment/preview/", follow=True).status_code == 200
    assert "这是预览" in shown_text(parsed(bureau, f"/assessment/{Q}/"))
    assert hr.post("/assessment/preview/").status_code == 403
    assert bureau.post(f"/assessment/{Q}/freeze/").status_code == 409
    freeze_now(system, monkeypatch)
    page = parsed(hr, f"/assessment/{Q}/")
    assert "本单位：人力资源和社会保障局" in shown_text(page) and "公安" not in shown_text(page)
    answer = hr.post(f"/assessment/{Q}/of/hr/comment/", {"text": "请核对挂接率", "indicator": "link_rate"}, follow=True)
    assert "请核对挂接率" in answer.content.decode()
    empty = hr.post(f"/assessment/{Q}/of/hr/comment/", {"text": "", "indicator": "link_rate"})
    assert empty.status_code == 422 and told_at(empty, "id_text") == "请填写“意见”。"
    assert HTMLParser(empty.content.decode()).css_first("option[value=link_rate][selected]"), "what was chosen stays"
    assert "等待答复的意见" in shown_text(parsed(bureau, f"/assessment/{Q}/"))
    comment = Comment.objects.get()
    silent = bureau.post(f"/assessment/comments/{comment.pk}/answer/", {"text": " "})
    assert silent.status_code == 422 and told_at(silent, f"answer-{comment.pk}-text") == "请填写“答复”。"
    assert hr.post(f"/assessment/comments/{comment.pk}/answer/", {"text": " "}).status_code == 403
    bureau.post(f"/assessment/comments/{comment.pk}/answer/", {"text": "已核对"}, follow=True)
    assert "已核对" in shown_text(parsed(hr, f"/assessment/{Q}/of/hr/"))
    verified = bureau.post(f"/assessment/{Q}/verify/", follow=True).content.decode()
    assert "核验一致" in verified
    bureau.post(f"/assessment/{Q}/publish/")
    assert "公安" in shown_text(parsed(hr, f"/assessment/{Q}/"))
    Score.objects.update(rank=9)
    assert "police/rank" in bureau.post(f"/assessment/{Q}/verify/").content.decode()


def test_weights_on_the_page(frozen: Quarter, as_user: As) -> None:
    bureau = as_user("bureau")
    form = {f"weight_{one.code}": str(one.weight) for one in INDICATORS}
    wrong = bureau.post("/assessment/weights/", {**form, "weight_use": "-2", "reason": "重在应用"})
    assert wrong.status_code == 422 and told_at(wrong, "id_weight_use")
    page = HTMLParser(wrong.content.decode())
    assert page.css_first("details[open] #id_reason[value=重在应用]"), "what was typed stays, in sight"
    unsaid = bureau.post("/assessment/weights/", {**form, "reason": ""})
    assert told_at(unsaid, "id_reason") == "请填写“理由”。"
    nothing = bureau.post("/assessment/weights/", {**dict.fromkeys(form, "0"), "reason": "x"})
    assert "合计大于零" in told_at(nothing, f"id_{next(iter(form))}")
    right = bureau.post("/assessment/weights/", {**form, "weight_use": "20", "reason": "重在应用"}, follow=True)
    assert "权重第 2 版已生效" in right.content.decode() and "重在应用" in right.content.decode()
    assert as_user("hr").post("/assessment/weights/", form).status_code == 403
    assert "调整权重" not in shown_text(parsed(as_user("hr"), "/assessment/method/"))


@pytest.mark.parametrize("path", ["", "of/hr/", "of/police/rows/quality/", "bulletin/", "../method/"])
def test_pages_in_english(frozen: Quarter, user: Login, as_user: As, path: str) -> None:
    publish_quarter(user("bureau"), quarter=Q)
    client = as_user("bureau")
    client.cookies["django_language"] = "en"
    text = shown_text(parsed(client, f"/assessment/{Q}/{path}" if path != "../method/" else "/assessment/method/"))
    nameless = ("局", "局长", "公安", "人社")  # people and organisations of the town without an English name
    left = [line.strip() for line in text.splitlines() if any("\u4e00" <= sign <= "\u9fff" for sign in line)]
    assert [line for line in left if not line.startswith(nameless)] == []


def test_the_bulletin_is_a_pdf_with_chinese_text(frozen: Quarter, user: Login, as_user: As) -> None:
    comment_on_score(user("hr"), quarter=Q, organisation="hr", text="附件里要有这句话")
    publish_quarter(user("bureau"), quarter=Q)
    response = as_user("hr").get(f"/assessment/{Q}/bulletin.pdf")
    assert response.headers["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")
    text = pdf_text(response.content)
    total = Score.objects.get(code="police").total
    for words in ("数据共享考核通报", "总体情况", "公安", "目录完整率", f"{total:.2f}", "附件里要有这句话", "SHA-256"):
        assert words in text, words
    client = as_user("hr")
    client.cookies["django_language"] = "en"
    assert "Annex 1. Method" in pdf_text(client.get(f"/assessment/{Q}/bulletin.pdf").content)


def test_without_the_systems_libraries_the_pdf_says_what_to_install(
    frozen: Quarter, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    response = as_user("bureau").get(f"/assessment/{Q}/bulletin.pdf")
    assert response.status_code == 503 and "libpangoft2-1.0-0" in response.content.decode()


def test_the_workbook_has_the_pages_numbers(frozen: Quarter, user: Login, as_user: As) -> None:
    content = as_user("bureau").get(f"/assessment/{Q}/bulletin.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert sheet.title == "市直部门"
    page = parsed(as_user("bureau"), f"/assessment/{Q}/")
    shown = [[cell.text(strip=True) for cell in row.css("td.num, th")] for row in page.css(".assess-ranking tbody tr")]
    written = [
        [str(row[0]), str(row[1]), f"{row[2]:.2f}", *("—" if score is None else f"{score:.1f}" for score in row[4:])]
        for row in sheet.iter_rows(min_row=3, values_only=True)
    ]
    names = {"公安局": "公安", "人力资源和社会保障局": "人社"}
    assert shown == [[row[0], names[row[1]], *row[2:]] for row in written]
    values_sheet = book["分项数值"]
    numbers = {(row[0], row[1]): row[2] for row in values_sheet.iter_rows(min_row=3, values_only=True)}
    assert numbers["公安局", "数据合格率"] == pytest.approx(800 / 9, abs=1e-5)


def test_the_api(frozen: Quarter, as_user: As) -> None:
    client = as_user("bureau")
    ranked = client.get(f"/api/assessment/quarters/{Q}").json()
    assert ranked["whole"] and {row["code"] for row in ranked["rows"]} == {"police", "hr"}
    assert client.get("/api/assessment/quarters").json()[0]["code"] == Q
    assert len(client.get("/api/assessment/indicators").json()) == len(INDICATORS)
    assert client.get(f"/api/assessment/quarters/{Q}/verification").json()["whole"] is True
    assert client.get(f"/api/assessment/quarters/{Q}/hr").json()["parts"][0]["indicator"] == "catalog_completeness"
    assert client.get(f"/api/assessment/quarters/{Q}/hr/comments").json() == []
    for path in ("quarters", f"quarters/{Q}", "indicators", f"quarters/{Q}/hr"):
        assert as_user("citizen").get(f"/api/assessment/{path}").status_code == 403, path
    assert as_user("police").get(f"/api/assessment/quarters/{Q}/verification").status_code == 403


def test_queries_stay_flat(frozen: Quarter, user: Login, as_user: As) -> None:
    publish_quarter(user("bureau"), quarter=Q)
    client = as_user("bureau")
    paths = (f"/assessment/{Q}/", f"/assessment/{Q}/of/hr/", f"/assessment/{Q}/bulletin/", "/assessment/method/")

    def counted(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    before = {path: counted(path) for path in paths}
    period = NOW
    for _ in range(6):
        period = period.previous
        _copied(frozen, period.code)
    for number in range(30):
        _another(frozen, f"d{number}")
    after = {path: counted(path) for path in paths}
    assert {path: (before[path], count) for path, count in after.items() if count > before[path]} == {}
    assert max(after.values()) < 30


def _copied(quarter: Quarter, code: str) -> None:
    scores = list(Score.objects.filter(quarter=quarter))
    copy = Quarter.objects.get(pk=quarter.pk)
    copy.pk, copy.code = None, code
    copy.save()
    for score in scores:
        score.pk, score.quarter = None, copy
        score.save()


def _another(quarter: Quarter, code: str) -> None:
    score = Score.objects.get(quarter=quarter, code="hr")
    parts = list(score.parts.all())
    score.pk, score.code = None, code
    score.save()
    for part in parts:
        part.pk, part.score = None, score
        part.save()


def test_an_indicator_that_cannot_run_is_refused_by_apply(system: User, town: Path) -> None:
    broken = msgspec.structs.replace(INDICATORS[0], sql="SELECT * FROM read_csv('/etc/passwd')")
    error = refused(
        "assessment.bad_statement",
        lambda: apply_pack(system, msgspec.structs.replace(PACK, name="kpi", indicators=(broken,))),
    )
    with translation.override("en"):
        assert "catalog_completeness/sql" in error.detail("en")
    assert not Indicator.objects.exists()


def test_a_late_freeze_counts_the_quarter_only(town_year: None, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quarter before the town was built: its items were not listed yet, so nobody can be assessed."""
    row = freeze_quarter(system, quarter=NOW.previous.code)
    assert row.until == NOW.previous.ends and not Score.objects.filter(quarter=row).exists()
    assert verify_quarter(system, quarter=row.code).whole
    assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - row.computed_at
