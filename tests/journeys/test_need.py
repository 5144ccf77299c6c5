"""Another department applies, the clock runs and escalates, the provider agrees, the interface answers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.apps.town import CITIZEN, SECRET
from tests.journeys.clocks import set_clock
from tests.journeys.test_desk import NARROW, WIDE, Visit, Visitor, visit

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


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_application_to_the_answer(visit: Visit, site: str, clock_of: Path, size: tuple[int, int]) -> None:
    set_clock(clock_of, -days_before(9))
    developer = visit("developer", size)
    developer.open("/services/resident/")
    developer.follow("申请使用")
    developer.says("会怎样办理", "2 个工作日内", "5 个工作日内")
    developer.press("开始填写")
    page = developer.page
    page.locator("#id_purpose").fill("发放技能补贴前核对申请人身份")
    developer.press("保存，下一步")
    developer.says("有 3 处需要改正")
    page.locator("#id_legal_basis").fill("《社会保险法》第七十四条")
    page.locator("#id_matter").fill("技能提升补贴")
    page.locator("#id_audience").fill("补贴审核岗")
    developer.press("保存，下一步")
    page.locator("input[name=fields_asked][value=person_name]").check()
    page.locator("input[name=clear_asked][value=person_name]").check()
    developer.press("保存，下一步")
    page.locator("input[name=app][value=hr-app]").check()
    developer.press("保存，下一步")
    developer.says("公民身份号码、姓名", "hr-app")
    page.locator("#id_sure").check()
    developer.press("提交申请")
    developer.says("合规审查", "数据资源管理局", "还有 2 个工作日")
    address = page.url.removeprefix(site)

    bureau = visit("bureau", size)
    bureau.open(address)
    bureau.page.locator("details.act summary", has_text="转提供部门").click()
    bureau.page.locator("form[action*=pass_on] button").click()
    bureau.page.wait_for_load_state()
    bureau.check()
    developer.open(address)
    developer.says("待提供部门答复", "公安", "还有 5 个工作日")

    set_clock(clock_of, -days_before(1))
    _until_shown(developer, address, "已升级督办")
    developer.says("逾期 3 个工作日", "逾期，已升级")

    set_clock(clock_of, 0)
    police = visit("police", size)
    police.open("/needs/?time=waiting")
    police.open(address)
    police.page.locator("form[action*=approve] input[name=granted_quota]").fill("50")
    police.page.locator("form[action*=approve] button").click()
    police.page.wait_for_load_state()
    police.check()
    police.says("已授权", "逾期答复", "怎样调用")
    grant = police.page.locator("section[aria-labelledby=call] .kv code").first.inner_text()
    assert grant.startswith("G-")

    answer = _answer(site, grant)
    assert answer.status_code == 200
    (record,) = answer.json()["records"]
    assert record["data"] == {"id_number": f"{CITIZEN[:6]}***********{CITIZEN[-1]}", "person_name": "张0"}


def _until_shown(visitor: Visitor, address: str, words: str) -> None:
    """Open a page again until the town's background work has got so far."""
    for _ in range(60):
        visitor.open(address)
        if words in visitor.page.locator("main").inner_text():
            return
        time.sleep(0.5)
    expect(visitor.page.locator("main")).to_contain_text(words)


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
