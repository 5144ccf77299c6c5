"""A quarter closes in a real browser: frozen, commented on, answered, published, and the PDF opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.apps.assessing import NOW
from tests.apps.pdf_text import pdf_text
from tests.journeys.test_desk import NARROW, SERIOUS, Visit, visit

__all__ = ["visit"]

pytestmark = pytest.mark.browser
LAST = NOW.previous.code


def test_a_quarter_closes_and_the_pdf_opens(visit: Visit) -> None:
    bureau, hr = visit("bureau"), visit("hr")
    bureau.open("/assessment/")
    bureau.agree(f"定稿 {LAST}")
    bureau.says("已定稿，待发布", "公安", "人社")
    hr.open(f"/assessment/{LAST}/")
    hr.says("本单位：人力资源和社会保障局", "排名在数据管理部门发布通报后公布")
    hr.follow("为什么是这个分")
    hr.says("怎样提高", "挂接率")
    hr.page.get_by_role("link", name="挂接率").first.click()
    hr.page.wait_for_load_state()
    hr.check()
    hr.says("职业技能证书", "丢分", "怎样算出来的")
    hr.open(f"/assessment/{LAST}/of/hr/")
    hr.page.locator("#id_text").fill("职业技能证书下月挂接")
    hr.press("提交意见")
    hr.says("等待数据管理部门答复")
    bureau.open(f"/assessment/{LAST}/")
    bureau.follow("人力资源和社会保障局")
    bureau.page.locator("textarea[name=text]").fill("请按期完成")
    bureau.press("答复")
    bureau.open(f"/assessment/{LAST}/")
    bureau.press("核验")
    bureau.page.locator(".notices").get_by_text("核验一致").wait_for()
    bureau.agree("发布通报")
    bureau.says("已发布")
    hr.open("/assessment/")
    hr.says("公安")
    hr.follow("通报")
    hr.says("职业技能证书下月挂接", "请按期完成", "附件三 事实文件")
    with hr.page.expect_download() as waiting:
        hr.page.get_by_role("link", name="PDF").click()
    text = pdf_text(Path(waiting.value.path()).read_bytes())
    assert "数据共享考核通报" in text and "请按期完成" in text
    with hr.page.expect_download() as waiting:
        hr.page.get_by_role("link", name="Excel").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"PK")
    _reads_well(visit)


def _reads_well(visit: Visit) -> None:
    """The pages of a quarter, for everybody: contrast, labels, phones, both languages and colours."""
    paths = [f"/assessment/{LAST}/{path}" for path in ("", "of/hr/", "of/hr/rows/link_rate/", "bulletin/")]
    for scheme in ("light", "dark"):
        reader = visit("bureau", color_scheme=scheme)
        for path in paths:
            reader.open(path)
            found = Axe().run(reader.page, options=SERIOUS).response["violations"]
            assert [(path, one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    for language in ("zh-hans", "en"):
        reader = visit("hr", NARROW)
        reader.page.context.add_cookies([{"name": "django_language", "value": language, "url": reader.site}])
        for path in paths:
            reader.open(path)
    expect(reader.page.locator("h1")).to_be_visible()
