"""The working calendar: a year at a glance, days set by hand, the notice pasted, deadlines that move."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.case_types import REQUEST, open_request
from tests.apps.pages import parsed, told_at

from huitong.apps.accounts import calendar_days
from huitong.apps.accounts.models import CalendarDay, User
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.accounts.services import confirm_calendar_year
from huitong.apps.cases.models import CaseClock
from huitong.apps.cases.services import put_case_type
from huitong.apps.cases.tasks import recount_deadlines
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.registry.calendar import next_provisional_year, year_of
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

TEXT = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕9号
一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。1月9日（周六）上班。
"""
"""An invented notice: it makes a Monday a day off and a Saturday a working day."""


@pytest.fixture
def waiting(town: Path, system: User, user: Login, monkeypatch: pytest.MonkeyPatch) -> CaseClock:
    """A case opened on the last but one day of 2026: its deadline lies in a provisional year."""
    now = dt.datetime(2026, 12, 30, 9, 0, tzinfo=clock.BEIJING)
    monkeypatch.setattr(clock, "now", lambda: now)
    put_case_type(system, spec=REQUEST)
    case = open_request(user("hr"))
    return CaseClock.objects.get(case=case, name="whole")


def perform_recounts() -> None:
    """Do what the worker does: the newest task asked for, with its result kept."""
    task = DBTaskResult.objects.filter(task_path=recount_deadlines.module_path, finished_at=None).latest("enqueued_at")
    task.set_successful(recount_deadlines.func(*task.args_kwargs["args"]))


def test_a_pasted_notice_makes_the_year_official_and_moves_deadlines(waiting: CaseClock, as_user: As) -> None:
    bureau = as_user("bureau")
    page = parsed(bureau, "/calendar/?year=2027")
    assert "暂定" in page.text() and "录入 2027 年放假通知" in page.text()
    assert (waiting.due_on, waiting.provisional) == (dt.date(2027, 1, 13), True)
    read = bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": ""})
    assert "国办发明电〔2026〕9号" in read.text and not CalendarDay.objects.exists(), "read, but not yet in force"
    done = bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": "", "confirm": "1"})
    assert (done.status_code, done["Location"]) == (302, "/calendar/?year=2027")
    assert "期限正在重算" in bureau.get("/calendar/?year=2027").text
    perform_recounts()
    waiting.refresh_from_db()
    assert (waiting.due_on, waiting.provisional) == (dt.date(2027, 1, 14), False), "one Monday off, no Saturday needed"
    page = parsed(bureau, "/calendar/?year=2027")
    figure = next(one.text() for one in page.css(".stat") if "上次重算移动的期限" in one.text())
    assert "2" in figure and "2027-01-14" in page.text()
    entry = AuditEntry.objects.get(action="accounts.enter_calendar_notice")
    assert entry.login == "bureau" and entry.after["notice"] == "国办发明电〔2026〕9号"


def test_a_notice_that_does_not_add_up_is_not_taken(town: Path, as_user: As) -> None:
    wrong = TEXT.replace("周五", "周四")
    answer = as_user("bureau").post("/calendar/2027/notice/", {"text": wrong, "number": "", "confirm": "1"})
    assert answer.status_code == 200 and "星期和日期对不上" in told_at(answer, "id_text")
    unnamed = TEXT.replace("国办发明电〔2026〕9号", "")
    answer = as_user("bureau").post("/calendar/2027/notice/", {"text": unnamed, "number": "", "confirm": "1"})
    assert "没有读出文号" in told_at(answer, "id_number") and not told_at(answer, "id_text")
    empty = as_user("bureau").post("/calendar/2027/notice/", {"text": "没有日期", "number": "x", "confirm": "1"})
    assert "没有读出日期" in told_at(empty, "id_text")
    assert 2027 not in working_calendar().official_years and not CalendarDay.objects.exists()


@pytest.mark.parametrize(("language", "told"), [("zh", "没有写明日期"), ("en", "without its date")])
def test_the_preview_tells_an_order_without_its_date(town: Path, as_user: As, language: str, told: str) -> None:
    bureau, sent = as_user("bureau"), {"text": TEXT.rstrip() + "周六上班。\n", "number": "", "confirm": "1"}
    answer = bureau.post("/calendar/2027/notice/", sent, headers={"accept-language": language})
    notice = HTMLParser(answer.content.decode()).css_first(".notice[role=alert]")
    assert answer.status_code == 200 and notice is not None and not CalendarDay.objects.exists()
    assert told in notice.text() and "周六上班" in notice.text()
    refused = bureau.post("/api/calendar/2027/notice", json.dumps(sent), content_type="application/json").json()
    assert refused["code"] == "calendar.notice_doubtful" and "周六上班" in refused["detail"]


def test_a_day_is_set_by_hand(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    sent = {"day": "2026-08-03", "working": "0", "note": "抗洪停工"}
    assert bureau.post("/calendar/day/", sent)["Location"] == "/calendar/?year=2026"
    assert not working_calendar().is_working(dt.date(2026, 8, 3))
    cell = parsed(bureau, "/calendar/?year=2026").css_first('td[title="抗洪停工"]')
    assert cell is not None and "cal-off" in (cell.attributes["class"] or "") and "休" in cell.text()
    assert "日期要在" in bureau.post("/calendar/day/", {**sent, "day": "1926-08-03"}).text
    assert as_user("police").post("/calendar/day/", sent).status_code == 403
    assert as_user("police").post("/calendar/2027/notice/", {"text": TEXT, "confirm": "1"}).status_code == 403
    assert "设定一天" not in as_user("police").get("/calendar/").text, "others read the calendar"


def test_the_page_costs_the_same_whatever_there_is(
    waiting: CaseClock, as_user: As, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    bureau = as_user("bureau")
    with django_assert_max_num_queries(15):
        bureau.get("/calendar/?year=2027")


def test_the_coming_year_is_asked_for_until_it_is_there(
    town: Path, user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 1, tzinfo=clock.BEIJING))
    assert next_provisional_year() == 2027
    confirm_calendar_year(user("bureau"), year=2027, notice="国办发明电〔2026〕9号")
    assert next_provisional_year() == 0


def test_the_api_gives_and_takes_the_calendar(town: Path, as_user: As) -> None:
    bureau, json_type = as_user("bureau"), "application/json"
    year = bureau.get("/api/calendar/2026").json()
    assert (year["official"], year["working_days"], year["moved"]) == (True, 248, None)
    assert {"day": "2026-02-14", "working": True, "note": "Spring Festival", "by_hand": False} in year["days"]
    path = "/api/calendar/2027/notice"
    wrong = bureau.post(path, json.dumps({"text": TEXT.replace("周五", "周四")}), content_type=json_type)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "calendar.notice_doubtful")
    unnamed = bureau.post(path, json.dumps({"text": TEXT.replace("国办发明电〔2026〕9号", "")}), content_type=json_type)
    assert unnamed.json()["code"] == "calendar.notice_unnamed"
    taken = bureau.post(path, json.dumps({"text": TEXT}), content_type=json_type).json()
    assert taken["official"] and {one["day"] for one in taken["days"]} == {
        "2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04", "2027-01-09",
    }  # fmt: skip
    day = bureau.put("/api/calendar/days/2027-03-01", json.dumps({"working": False}), content_type=json_type).json()
    assert "2027-03-01" in {one["day"] for one in day["days"]}
    for method in (bureau.get, as_user("citizen").get):
        assert method("/api/calendar/1900").status_code in (403, 422)
    refused = as_user("police").post(path, json.dumps({"text": TEXT}), content_type=json_type)
    assert refused.status_code == 403


def test_a_corrected_notice_undoes_the_days_of_the_first(
    town: Path, as_user: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, recounted = as_user("bureau"), []
    monkeypatch.setattr(calendar_days, "calendar_changed", recounted.append)
    more = "二、春节：2月8日至9日放假，共2天。2028年1月3日放假。\n"
    bureau.post("/calendar/2027/notice/", {"text": TEXT + more, "number": "", "confirm": "1"})
    assert not working_calendar().is_working(dt.date(2027, 2, 8)) and recounted == [2027, 2028]
    recounted.clear()
    told = bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": "", "confirm": "1"}, follow=True)
    calendar = working_calendar()
    assert calendar.is_working(dt.date(2027, 2, 8)) and calendar.is_working(dt.date(2028, 1, 3))
    assert not calendar.is_working(dt.date(2027, 1, 4)), "what both name stays"
    assert recounted == [2027, 2028] and "3 天与原来不同" in told.text


def test_days_set_by_hand_outlast_a_notice_and_are_told(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    bureau.post("/calendar/day/", {"day": "2027-01-04", "working": "1", "note": "抗洪"})
    bureau.post("/calendar/day/", {"day": "2027-03-01", "working": "0", "note": "校庆"})
    told = bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": "", "confirm": "1"}, follow=True)
    assert "仍按手工设定：2027-01-04。" in told.text
    assert AuditEntry.objects.get(action="accounts.enter_calendar_notice").after["kept_by_hand"] == ["2027-01-04"]
    assert {one.day.isoformat() for one in year_of(2027).days if one.by_hand} == {"2027-01-04", "2027-03-01"}
    bureau.post("/calendar/day/", {"day": "2027-01-09", "working": "0"})
    bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": "", "confirm": "1"})
    assert not working_calendar().is_working(dt.date(2027, 1, 9)), "set by hand after the notice"


def test_days_of_notices_entered_before_the_mark_get_it(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    bureau.post("/calendar/2027/notice/", {"text": TEXT, "number": "", "confirm": "1"})
    bureau.post("/calendar/day/", {"day": "2027-01-09", "working": "0", "note": "抗洪"})
    CalendarDay.objects.update(notice_year=None)
    migration = import_module("huitong.apps.accounts.migrations.0004_calendar_notice")
    migration.mark_days_of_notices(apps, None)
    assert CalendarDay.objects.filter(notice_year=2027).count() == 4
    assert CalendarDay.objects.get(day="2027-01-09").notice_year is None


def test_years_that_no_calendar_has_are_no_errors_of_ours(town: Path, as_user: As) -> None:
    bureau = as_user("bureau")
    for year in ("9" * 5000, "-1", "x", "٣"):
        assert bureau.get("/calendar/", {"year": year}).status_code == 200
    for year in ("99999999999", "1900", "0"):
        answer = bureau.post(f"/calendar/{year}/notice/", {"text": TEXT, "number": "x", "confirm": "1"})
        assert answer.status_code == 422 and "2004-2099" in answer.text, year
