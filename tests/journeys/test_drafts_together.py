"""Two officers at browsers in one draft, on a desk and on a phone, without scripts too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.axe import violations

pytestmark = pytest.mark.browser

ABSTRACT = "main textarea[name=abstract]"


def signed_in(browser: Browser, site: str, login: str, *, width: int, scripts: bool) -> Page:
    """Open the site as somebody."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", java_script_enabled=scripts, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator(f"button[name=login][value='{login}']").click()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize(("width", "scripts"), [(1440, True), (390, True), (1440, False)])
def test_the_second_is_told_and_saves_over_it(browser: Browser, site: str, width: int, scripts: bool) -> None:
    police, bureau = (signed_in(browser, site, login, width=width, scripts=scripts) for login in ("police", "bureau"))
    police.goto(f"{site}/compile/new/")
    police.locator("main input[name=title]").fill(f"居住证信息 {width} {scripts}")
    police.locator("main form button").click()
    police.wait_for_url("**/basic/")
    bureau.goto(police.url)
    words = f"局长写的摘要，{width} 像素，{scripts}"
    bureau.locator(ABSTRACT).fill(words)
    bureau.locator("main form button[value=next]").click()
    expect(bureau).to_have_url(police.url.replace("/basic/", "/fields/"))
    police.locator(ABSTRACT).fill("警员写的摘要")
    police.locator("main form button[value=next]").click()
    expect(police.locator("main form [role=alert]")).to_contain_text("局长于")
    expect(police.locator("main form [role=alert]")).to_be_in_viewport()
    expect(police.locator(ABSTRACT)).to_have_value("警员写的摘要")
    expect(police.locator("table.differences")).to_contain_text(words)
    if scripts:
        assert violations(police) == []
        assert police.evaluate("document.documentElement.scrollWidth <= innerWidth")
    police.locator("main form button[name=over]").click()
    expect(police.locator("main form button[name=over]")).to_have_count(0)
    expect(police.locator(ABSTRACT)).to_have_value("警员写的摘要")
    police.context.close()
    bureau.context.close()
