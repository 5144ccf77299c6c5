"""Large type and strong contrast (适老化): one tap that says what it does, and nothing cut off on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.test_desk import NARROW, Visit, visit
from tests.journeys.test_paper import filed_demand

__all__ = ["visit"]

pytestmark = pytest.mark.browser
OPEN_TO_ALL = ("/", "/papers/", "/open/", "/hotline/", "/mine/", "/help/", "/search/?q=参保", "/items/",
               "/items/CENTRE-01/", "/login/", "/design/")  # fmt: skip
FOR_OFFICIALS = ("/", "/cases/", "/items/", "/items/CENTRE-01/", "/services/", "/issues/", "/find/?q=户籍")
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
