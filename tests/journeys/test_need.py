"""Another department applies, the clock runs and escalates, the provider agrees, the interface answers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.apps.town import CITIZEN, SECRET
from tests.journeys.clocks import set_clock
from tests.journeys.test_desk import BOTH, Visit, Visitor, Word, visit

from huitong.foundation.calendar import seeded_calendar

pytestmark = pytest.mark.browser
__all__ = ["visit"]


@pytest.fixture
def clock_of(site_home: Path) -> Iterator[Path]:
    """The town's home, whose clock is set back at the end."""
    yield site_home
    set_clock(site_home, 0)


def days_before(working: int) -> int:
    """Calendar days from the day that lies so many working days back."""
    today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date()
    return (today - seeded_calendar().add_working_days(today, -working).day).days


@BOTH
def test_from_the_application_to_the_answer(visit: Visit, site: str, clock_of: Path) -> None:
    set_clock(clock_of, -days_before(9))
    developer = visit("developer")
    developer.open("/services/resident/")
    developer.follow(("申请使用", "Apply"))
    developer.says(("会怎样办理", "What happens"), ("2 个工作日内", "within 2 working days"))
    developer.says(("5 个工作日内", "within 5 working days"))
    developer.press(("开始填写", "Begin"))
    page, onwards = developer.page, ("保存，下一步", "Save, next step")
    page.locator("#id_purpose").fill("发放技能补贴前核对申请人身份")
    developer.press(onwards)
    developer.says(("有 3 处需要改正", "3 things to correct"))
    page.locator("#id_legal_basis").fill("《社会保险法》第七十四条")
    page.locator("#id_matter").fill("技能提升补贴")
    page.locator("#id_audience").fill("补贴审核岗")
    developer.press(onwards)
    page.locator("input[name=fields_asked][value=person_name]").check()
    page.locator("input[name=clear_asked][value=person_name]").check()
    developer.press(onwards)
    page.locator("input[name=app][value=hr-app]").check()
    developer.press(onwards)
    developer.says(("公民身份号码、姓名", "Citizen ID number, Name"), "hr-app")
    page.locator("#id_sure").check()
    developer.press(("提交申请", "Send the application"))
    developer.says(("合规审查", "Being checked"), ("数据资源管理局", "Data Bureau"))
    developer.says(("还有 2 个工作日", "2 working days left"))
    address = page.url.removeprefix(site)

    bureau = visit("bureau")
    bureau.open(address)
    bureau.page.locator("details.act summary", has_text=bureau.say(("转提供部门", "Pass on"))).click()
    bureau.click("form[action*=pass_on] button")
    developer.open(address)
    developer.says(("待提供部门答复", "With the provider"), ("公安", "Police"))
    developer.says(("还有 5 个工作日", "5 working days left"))

    set_clock(clock_of, -days_before(1))
    _until_shown(developer, address, ("已升级督办", "Escalated"))
    developer.says(("逾期 3 个工作日", "3 working days late"), ("逾期，已升级", "Overdue, escalated"))

    set_clock(clock_of, 0)
    police = visit("police")
    police.open("/needs/?time=waiting")
    police.open(address)
    police.page.locator("form[action*=approve] input[name=granted_quota]").fill("50")
    police.click("form[action*=approve] button")
    police.says(("已授权", "Granted"), ("逾期答复", "Answered late"), ("怎样调用", "How to call it"))
    grant = police.page.locator("section[aria-labelledby=call] .kv code").first.inner_text()
    assert grant.startswith("G-")

    answer = _answer(site, grant)
    assert answer.status_code == 200
    (record,) = answer.json()["records"]
    assert record["data"] == {"id_number": f"{CITIZEN[:6]}***********{CITIZEN[-1]}", "person_name": "张0"}


def _until_shown(visitor: Visitor, address: str, word: Word) -> None:
    """Open a page again until the town's background work has got so far."""
    for _ in range(60):
        visitor.open(address)
        if visitor.say(word) in visitor.page.locator("main").inner_text():
            return
        time.sleep(0.5)
    visitor.says(word)


def _answer(site: str, grant: str) -> httpx.Response:
    """Call the service under the grant; the gateway takes a second or two to know of it."""
    credentials = {"grant_type": "client_credentials", "client_id": "hr-app", "client_secret": SECRET}
    token = httpx.post(f"{site}/gateway/token", data=credentials, trust_env=False).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Purpose": grant}
    for _ in range(20):
        answer = httpx.get(
            f"{site}/gateway/v1/resident/records?key={CITIZEN}", headers=headers, timeout=20, trust_env=False
        )
        if answer.status_code == 200:
            break
        time.sleep(0.3)
    return answer
