"""A box to search in: suggestions by keyboard, an input method left alone, and dialogs before what cannot be undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.test_desk import Visit, visit

__all__ = ["visit"]

pytestmark = pytest.mark.browser


def test_suggestions_by_keyboard(visit: Visit) -> None:
    police = visit("police")
    police.open("/items/")
    page, box = police.page, police.page.locator("#catalog-q")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("户籍")
    options = page.locator("#catalog-q-hits [role=option]")
    options.first.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    assert page.locator("#catalog-q-hits [aria-selected=true]").count() == 0, "Enter still searches for what was typed"
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("户籍")
    box.press_sequentially("人")
    options.first.wait_for()
    box.press("ArrowUp")
    target = options.last.get_attribute("href")
    box.press("Enter")
    page.wait_for_url(f"**{target}")
    police.check()


def test_keys_belong_to_the_input_method_while_it_composes(visit: Visit) -> None:
    police = visit("police")
    police.open("/items/")
    page, box = police.page, police.page.locator("#catalog-q")
    box.press_sequentially("户籍")
    page.locator("#catalog-q-hits [role=option]").first.wait_for()
    for key in ("ArrowDown", "Enter"):
        taken = box.evaluate(
            "(box, key) => !box.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true,"
            " isComposing: true}))",
            key,
        )
        assert not taken
    assert page.locator("#catalog-q-hits [aria-selected=true]").count() == 0


def test_nothing_is_suspended_without_being_asked(visit: Visit) -> None:
    """The dialog says what follows; closed by Escape nothing has happened, its button does it."""
    bureau = visit("bureau")
    bureau.open("/grants/hr-resident/")
    page = bureau.page
    page.locator("summary", has_text="暂停授权").click()
    dialog = page.locator("dialog.dialog")
    expect(dialog).to_contain_text("暂停期间网关拒绝调用")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    bureau.says("有效")
    page.locator("summary", has_text="暂停授权").press("Enter")
    dialog.locator("textarea").fill("核对用途")
    dialog.get_by_role("button", name="暂停授权").click()
    page.wait_for_load_state()
    bureau.says("已暂停", "核对用途")
    page.locator("summary", has_text="恢复授权").click()
    dialog.locator("textarea").fill("已核对")
    dialog.get_by_role("button", name="恢复授权").click()
    page.wait_for_load_state()
    bureau.says("有效")
