"""Large type and strong contrast (适老化): one tap that says what it does, and nothing cut off on a phone."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.test_desk import NARROW, Visit, visit
from tests.journeys.test_paper import filed_demand

__all__ = ["visit"]

pytestmark = pytest.mark.browser
OPEN_TO_ALL = ("/", "/papers/", "/open/", "/hotline/", "/mine/", "/help/", "/search/?q=参保", "/items/",
               "/items/CENTRE-01/", "/login/", "/design/")  # fmt: skip
FOR_OFFICIALS = ("/", "/cases/", "/items/", "/items/CENTRE-01/", "/services/", "/issues/", "/calendar/",
                 "/find/?q=户籍")  # fmt: skip
WIDTHS = (1440, 1280, 1024, 768, 360)
LONGEST = "node => { node.textContent = 'Gaocheng Human Resources and Social Security Bureau' }"
STILL = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
CROWDED = """() => {
  const bar = document.querySelector('.bar'), shown = [...bar.querySelectorAll('.brand, .bar-search, .bar-tools > *')];
  const boxes = shown.map(node => node.getBoundingClientRect()).filter(box => box.width);
  return boxes.some(box => box.right > innerWidth + 1) || boxes.some((box, at) => at
    && box.left < boxes[at - 1].right - 1 && box.top < boxes[at - 1].bottom - 1);
}"""
LOOK = "[document.documentElement.dataset.text, document.documentElement.dataset.contrast]"


def test_one_tap_there_and_one_back(browser: Browser, site: str) -> None:
    """It works without scripts, stays on every page, and one tap undoes it."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/hotline/")
    page.get_by_role("button", name="大字版").click()
    assert page.url == f"{site}/hotline/"
    expect(page.locator("html[data-text=largest][data-contrast=high]")).to_have_count(1)
    page.goto(f"{site}/items/")
    expect(page.locator("html[data-text=largest][data-contrast=high]")).to_have_count(1)
    page.get_by_role("button", name="标准版").click()
    expect(page.locator("html[data-text=normal][data-contrast=normal]")).to_have_count(1)
    context.close()


@pytest.mark.parametrize("text", ["large", "largest"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages_fit_a_phone(browser: Browser, site: str, text: str, language: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN")
    chosen = {"huitong_text": text, "huitong_contrast": "high", "django_language": language}
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in chosen.items()])
    page = context.new_page()
    for path in OPEN_TO_ALL:
        answer = page.goto(site + path)
        assert answer is not None and answer.status == 200, path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, (path, wider)
    assert page.evaluate(LOOK) == [text, "high"]
    assert float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")) >= 20
    context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_desk_fits_a_phone(visit: Visit, site: str, language: str) -> None:
    bureau = visit("bureau", NARROW)
    chosen = {"huitong_text": "largest", "huitong_contrast": "high", "django_language": language}
    bureau.page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in chosen.items()])
    for path in FOR_OFFICIALS:
        bureau.open(path)
    bureau.open(f"/cases/{filed_demand(visit, f'办理状态 {language}')}/")
    expect(bureau.page.locator("#line")).to_be_visible()


def test_the_desk_fits_every_window(visit: Visit, site: str) -> None:
    """Whatever the size of its type, with one department looked at whose name is as long as they get."""
    bureau = visit("bureau")
    page = bureau.page
    page.locator(".bar .bar-desk summary").click()
    page.locator(".bar .bar-desk select").select_option("only:police")
    page.locator(".bar .bar-desk .menu-choice button").click()
    page.wait_for_load_state()
    expect(page.locator(".desk-strip")).to_be_visible()
    for language, text in product(("zh-hans", "en"), ("normal", "large", "largest")):
        chosen = {"huitong_text": text, "django_language": language}
        page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in chosen.items()])
        for path in ("/", "/items/"):
            bureau.open(path)
            page.locator(".bar .bar-desk .label").evaluate(LONGEST)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(STILL)
                bureau.check()
                assert not page.evaluate(CROWDED), (path, language, text, width)
