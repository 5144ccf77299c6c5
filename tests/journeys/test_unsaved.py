"""What was typed is not lost by leaving: browsers ask first, on a form just typed in and on one that came back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OFFICER = "police"


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A department's data officer at a browser."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    opened.goto(f"{site}/login/")
    opened.locator(f"button[name=login][value='{OFFICER}']").click()
    opened.wait_for_load_state()
    yield opened
    context.close()


def asked_when_leaving(page: Page, site: str) -> list[str]:
    """Go elsewhere; return what the browser asked on the way."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site}/items/")
    return asked


def test_a_form_typed_in(page: Page, site: str) -> None:
    page.goto(f"{site}/compile/new/")
    page.locator("main input[name=title]").press_sequentially("户")
    assert asked_when_leaving(page, site) == ["beforeunload"]


def test_a_form_only_looked_at(page: Page, site: str) -> None:
    page.goto(f"{site}/compile/new/")
    page.locator("main input[name=title]").click()
    assert asked_when_leaving(page, site) == []


def test_a_form_that_came_back(page: Page, site: str) -> None:
    """Nothing is typed after the refusal: what was typed before is still unsaved."""
    page.goto(f"{site}/compile/new/")
    page.locator("main form[data-guard] button").click()
    page.locator("[data-errors]").wait_for()
    page.locator("h1").click()
    assert asked_when_leaving(page, site) == ["beforeunload"]


def test_a_form_that_was_sent(page: Page, site: str) -> None:
    page.goto(f"{site}/compile/new/")
    page.locator("main input[name=title]").press_sequentially("户籍")
    page.locator("main form[data-guard] button").click()
    page.locator("h1").click()
    assert asked_when_leaving(page, site) == []


def test_another_language_on_a_form_that_came_back(page: Page, site: str) -> None:
    """The page cannot be answered anew in the other language with what was typed: browsers ask before it is lost."""
    for address, button in (
        ("/compile/new/", "main form[data-guard] button"),
        ("/look-up/", "form:has(#id_key) button"),
    ):
        page.goto(f"{site}{address}")
        page.locator(button).last.click()
        page.locator("[data-errors]").wait_for()
        assert page.evaluate("document.activeElement.matches('[data-errors]')"), address
        page.locator("h1").click()
        asked: list[str] = []
        page.once("dialog", lambda dialog, asked=asked: (asked.append(dialog.type), dialog.dismiss()))
        page.locator("button[name=language]").first.click(no_wait_after=True)
        page.wait_for_timeout(500)
        assert asked == ["beforeunload"] and page.locator("[data-errors]").is_visible(), address
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto(f"{site}/items/")


def test_a_file_that_is_refused(page: Page, site: str) -> None:
    """It is said at the file, and the reader is led there."""
    page.goto(f"{site}/compile/import/")
    page.locator("#id_file").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.locator("main form[data-guard] button").click()
    page.locator("[data-errors] a").click()
    field = page.locator("#id_file")
    assert field.evaluate("node => node === document.activeElement")
    assert "id_file_error" in str(field.get_attribute("aria-describedby")).split()
    assert field.get_attribute("aria-invalid") == "true" and page.locator("#id_file_error").is_visible()


def test_what_a_project_shares_can_be_written(page: Page, site: str) -> None:
    """Its lines stand below their heading in full width, and what is wrong in one stands there."""
    page.goto(f"{site}/projects/new/")
    page.locator("[name=s0-elements]").fill("没有的")
    assert page.locator("[name=s0-title]").bounding_box()["width"] > 100  # type: ignore[index]
    page.locator("main form.panel button.button-main").click()
    page.locator("#s0-elements-error").wait_for()
    assert page.locator("[name=s0-elements]").input_value() == "没有的"
