"""A quarter closes in a real browser: frozen, commented on, answered, published, and the PDF opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.apps.assessing import NOW
from tests.apps.pdf_text import pdf_text
from tests.journeys.axe import violations
from tests.journeys.clocks import set_clock
from tests.journeys.test_desk import NARROW, WIDE, Visit, visit

from huitong.foundation.clock import beijing_today

__all__ = ["visit"]

pytestmark = pytest.mark.browser
LAST = NOW.previous
WALKS = [(NARROW, "en"), (WIDE, "zh")]
EARLIER_FIRST = pytest.mark.parametrize("visit", WALKS, ids=["narrow-en", "wide-zh"], indirect=True)
"""A quarter closes once, and none before one that is closed: the English walk lives three months earlier."""


@pytest.fixture
def clock_of(site_home: Path) -> Iterator[Path]:
    """The town's home, whose clock is set back at the end."""
    yield site_home
    set_clock(site_home, 0)


@EARLIER_FIRST
def test_a_quarter_closes_and_the_pdf_opens(visit: Visit, clock_of: Path) -> None:
    bureau, hr = visit("bureau"), visit("hr")
    quarter = LAST.code
    if bureau.english:
        quarter = LAST.previous.code
        set_clock(clock_of, (LAST.starts - beijing_today()).days)
    bureau.open("/assessment/")
    bureau.agree((f"定稿 {quarter}", f"Freeze {quarter}"))
    bureau.says(("已定稿，待发布", "Frozen, not published yet"), ("公安", "Police"), ("人社", "Human Resources"))
    hr.open(f"/assessment/{quarter}/")
    hr.says(("本单位：人力资源和社会保障局", "Human Resources"))
    hr.says(("排名在数据管理部门发布通报后公布", "The ranking is shown once the bureau publishes"))
    hr.follow(("为什么是这个分", "Why this score"))
    hr.says(("怎样提高", "How to improve"))
    hr.follow(("挂接率", "Link rate"))
    hr.says(("职业技能证书", "Skill certificates"), ("丢分", "Costs points"), ("怎样算出来的", "How it is computed"))
    hr.open(f"/assessment/{quarter}/of/hr/")
    hr.page.locator("#id_text").fill("职业技能证书下月挂接")
    hr.press(("提交意见", "Submit comment"))
    hr.says(("等待数据管理部门答复", "Waiting for the bureau's answer"))
    bureau.open(f"/assessment/{quarter}/")
    bureau.follow(("人力资源和社会保障局", "Human Resources"))
    bureau.page.locator("textarea[name=text]").fill("请按期完成")
    bureau.click("form:has(textarea[name=text]) button")
    bureau.open(f"/assessment/{quarter}/")
    bureau.click("form[action$='/verify/'] button")
    expect(bureau.page.locator(".notices")).to_contain_text(bureau.say(("核验一致", "Verified")))
    bureau.agree(("发布通报", "Publish bulletin"))
    bureau.says(("已发布", "Published"))
    hr.open(f"/assessment/{quarter}/")
    hr.says(("公安", "Police"))
    hr.follow(("通报", "Bulletin"))
    hr.says("职业技能证书下月挂接", "请按期完成", ("附件三 事实文件", "Annex 3. Files of facts"))
    with hr.page.expect_download() as waiting:
        hr.page.get_by_role("link", name="PDF").click()
    text = pdf_text(Path(waiting.value.path()).read_bytes())
    assert hr.say(("数据共享考核通报", "bulletin on data sharing")) in text and "请按期完成" in text
    with hr.page.expect_download() as waiting:
        hr.page.get_by_role("link", name="Excel").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"PK")
    for path in ("", "of/hr/", "of/hr/rows/link_rate/", "bulletin/"):
        bureau.open(f"/assessment/{quarter}/{path}")
        assert violations(bureau.page) == []
        hr.open(f"/assessment/{quarter}/{path}")
