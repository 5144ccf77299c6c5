"""What people put into a file: items, cases and bulletins printed, black on white, with all they say."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.apps.assessing import NOW
from tests.apps.pdf_text import pdf_text
from tests.journeys.test_desk import Visit, Visitor, visit

__all__ = ["visit"]

pytestmark = pytest.mark.browser
LAST = NOW.previous.code
GONE = (".bar", ".nav", ".crumbs", ".tabs", ".list-menus", ".chart-canvas", "main form", "main .button", ".demo-strip")
DARK = """() => [...document.querySelectorAll('main, main section, main article, main td, main .badge, main .notice')]
  .filter(node => node.checkVisibility()).map(node => getComputedStyle(node).backgroundColor)
  .filter(colour => !['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(colour))"""
FAINT = """() => [...document.querySelectorAll('main *')].filter(node => node.checkVisibility()
  && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .map(node => getComputedStyle(node).color)
  .filter(colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return r + g + b > 3 * 110; })"""


def printed(reader: Visitor, path: str) -> str:
    """Open a page in the dark, look at it as paper shows it, print it; return the words on the paper."""
    page: Page = reader.page
    reader.open(path)
    expect(page.locator("[data-print]")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    for gone in GONE:
        expect(page.locator(gone).locator("visible=true")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(DARK) == []
    assert page.evaluate(FAINT) == []
    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="screen")
    assert len(re.findall(rb"/Type /Page\b", pdf)) <= 4
    return pdf_text(pdf)


def test_an_item_on_paper(visit: Visit) -> None:
    text = printed(visit("centre", color_scheme="dark"), "/items/CENTRE-01/")
    assert all(word in text for word in ("CENTRE-01", "提供部门", "信息项", "更新周期"))
    assert "申请使用" not in text


def filed_demand(visit: Visit, title: str) -> str:
    """File a demand of a department; return its case's number."""
    hr = visit("hr")
    hr.open("/demands/new/")
    for name, words in (("title", title), ("what", "居民补办身份证到哪一步"), ("matter", "就业登记")):
        hr.page.locator(f"#id_{name}").fill(words)
    hr.page.locator("main form[data-guard] button.button-main").click()
    hr.page.locator("button[name=confirm]").click()
    hr.page.wait_for_url(re.compile(r"/demands/(?!new)[^/]+/$"))
    return hr.page.url.rstrip("/").rpartition("/")[2]


def test_a_case_on_paper(visit: Visit) -> None:
    number = filed_demand(visit, "补办身份证的进度")
    text = printed(visit("bureau", color_scheme="dark"), f"/cases/{number}/")
    assert all(word in text for word in (number, "补办身份证的进度", "办理过程", "提出", "时限", "当事方", "就业登记"))
    assert "各方都能看到" not in text, "what one would write in is not printed"


def test_a_bulletin_on_paper(visit: Visit) -> None:
    bureau = visit("bureau", color_scheme="dark")
    bureau.open("/assessment/")
    if bureau.page.locator("summary", has_text=f"定稿 {LAST}").count():
        bureau.agree(f"定稿 {LAST}")
    text = printed(bureau, f"/assessment/{LAST}/bulletin/")
    assert all(word in text for word in ("通报", "名次", "公安", "附件一", "附件三"))
    assert "Excel" not in text


def test_a_notice_that_says_something_is_printed(visit: Visit) -> None:
    reader = visit("centre", color_scheme="dark")
    reader.open("/design/")
    reader.page.emulate_media(media="print")
    expect(reader.page.locator("section[aria-labelledby=notes] .notice").locator("visible=true")).to_have_count(4)
