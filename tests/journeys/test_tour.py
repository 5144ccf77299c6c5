"""The tour of the demo: all five steps, wide and on a phone, in both languages; and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SIZES = {"desktop": (1440, 900), "phone": (360, 780)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
STRIP = ".tour-strip"
NEXT = f"{STRIP} .button-main"


@dataclass
class Tourist:
    """Somebody who has never been here."""

    page: Page
    site: str
    english: bool
    complaints: list[str] = field(default_factory=list)

    def at(self, number: int, path: str, zh: str, en: str) -> None:
        """The strip tells of this step, on this page, and neither hides nor widens the page."""
        expect(self.page.locator(f"{STRIP}[data-step='{number}']")).to_contain_text(en if self.english else zh)
        assert self.page.url.removeprefix(self.site).startswith(path), self.page.url
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"step {number} is {wider} px too wide"
        self.page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
        foot = self.page.evaluate("document.querySelector('footer').getBoundingClientRect().bottom")
        assert foot <= self.page.evaluate(f"document.querySelector('{STRIP}').getBoundingClientRect().top"), "hidden"
        assert not self.complaints, self.complaints

    def press(self, selector: str) -> None:
        """Press a button that leads to another page."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()


def _tourist(browser: Browser, site: str, size: str, tongue: str, **options: bool) -> Tourist:
    window = {"width": SIZES[size][0], "height": SIZES[size][1]}
    context = browser.new_context(viewport=window, locale="zh-CN", **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "django_language", "value": LANGUAGES[tongue], "url": site}])
    context.set_default_timeout(90_000)
    one = Tourist(context.new_page(), site, tongue == "en")
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("console", lambda m: one.complaints.append(m.text) if m.type in ("error", "warning") else None)
    return one


@pytest.fixture(params=[(size, tongue) for size in SIZES for tongue in LANGUAGES], ids="-".join)
def tourist(browser: Browser, furnished_site: str, request: pytest.FixtureRequest) -> Iterator[Tourist]:
    """A fresh browser profile for each size and language."""
    one = _tourist(browser, furnished_site, *request.param)
    yield one
    one.page.context.close()


def _walk(one: Tourist) -> None:
    one.page.goto(one.site + "/")
    one.press(".tour .button-main")
    one.at(1, "/flow/", "部门的数据到了", "data has arrived")
    one.press(NEXT)
    one.at(2, "/issues/", "先检查，再使用", "Checked first")
    one.press(NEXT)
    one.at(3, "/applications/YS", "先申请，有时限", "the clock runs")
    one.press(NEXT)
    one.at(4, "/services/resident/", "留下存证", "keeps evidence")
    one.page.locator("#id_case").fill(case := f"DL-{SIZES_SEEN.pop()}")
    one.page.locator("main form[action='#reply'] button.button-main").click()
    one.page.wait_for_load_state()
    expect(one.page.locator(".receipt").first).to_be_visible()
    one.at(4, "/services/resident/", "留下存证", "keeps evidence")
    one.press(NEXT)
    one.at(5, "/evidence/", "谁查过自己", "who looked")
    row = one.page.locator("#list-evidence tbody tr").first
    for _ in range(
        60
    ):  # the worker brings evidence from the ledger every two seconds; a reader of the receipt is slower
        if case in (row.text_content() or ""):
            break
        one.page.wait_for_timeout(500)
        one.page.reload()
    expect(row).to_contain_text(case)


SIZES_SEEN = [f"{number:03}" for number in range(50)]
"""A case number for each walk: the citizen must see the very call that was made a moment before."""


def test_all_five_steps(tourist: Tourist) -> None:
    _walk(tourist)
    tourist.press(NEXT)
    expect(tourist.page).to_have_url(f"{tourist.site}/help/tour/")
    expect(tourist.page.locator(".notice-good")).to_contain_text(
        "The tour is over" if tourist.english else "导览结束了"
    )
    expect(tourist.page.locator(STRIP)).to_have_count(0)
    tourist.page.goto(tourist.site + "/")
    expect(tourist.page.locator(".tour")).to_have_count(0)


def test_all_five_steps_without_javascript(browser: Browser, furnished_site: str) -> None:
    one = _tourist(browser, furnished_site, "phone", "zh", java_script_enabled=False)
    _walk(one)
    one.press(NEXT)
    expect(one.page).to_have_url(f"{one.site}/help/tour/")
    one.page.context.close()


def test_wandering_off_and_back_and_ending(browser: Browser, furnished_site: str) -> None:
    one = _tourist(browser, furnished_site, "desktop", "zh")
    one.page.goto(one.site + "/help/tour/")
    one.press("ol.guide button[value='3']")
    one.press(f"{STRIP} .button[value='2']")
    one.at(2, "/issues/", "先检查", "")
    one.page.locator(".nav").get_by_role("link", name="数据目录").click()
    expect(one.page.locator(STRIP)).to_contain_text("回到这一步")
    assert violations(one.page) == []
    one.press(NEXT)
    one.at(2, "/issues/", "先检查", "")
    one.press(f"{STRIP} .button-quiet")
    expect(one.page).to_have_url(re.compile("/issues/$"))
    expect(one.page.locator(STRIP)).to_have_count(0)
    one.page.context.close()


def test_the_tour_by_keyboard(browser: Browser, furnished_site: str) -> None:
    one = _tourist(browser, furnished_site, "desktop", "zh")
    one.page.goto(one.site + "/help/tour/")
    one.press("ol.guide button[value='1']")
    one.page.keyboard.press("Tab")
    expect(one.page.locator(".skip")).to_be_focused()
    one.page.keyboard.press("Tab")
    expect(one.page.locator(f"{STRIP} summary")).to_be_focused()
    one.page.keyboard.press("Tab")
    expect(one.page.locator(NEXT)).to_be_focused()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/issues/**")
    one.at(2, "/issues/", "先检查", "")
    one.page.context.close()
