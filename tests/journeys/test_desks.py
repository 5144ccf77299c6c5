"""Choosing the desk one sits at: a leader looks at one department, wide and on a phone, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.axe import violations
from tests.journeys.test_faces import Walk, walk

pytestmark = pytest.mark.browser
__all__ = ["walk"]


def test_a_leader_looks_at_one_department(walk: Walk) -> None:
    page, phone = walk.page, walk.page.viewport_size["width"] < 600  # type: ignore[index]
    walk.open("/login/")
    walk.click("button[name=login][value=leader]")
    expect(page.locator(".desk-strip")).to_have_count(0)
    walk.open("/runs/")
    walk.sees("社会保险中心", "Insurance Centre")
    if phone:
        page.locator(".nav-toggle").click()
    menu = page.locator(".nav .bar-desk" if phone else ".bar .bar-desk")
    menu.locator("summary").click()
    expect(menu.locator(".menu-list")).to_be_in_viewport()
    walk.check()
    menu.locator("select").select_option("only:police")
    menu.locator(".menu-choice button").click()
    page.wait_for_load_state()
    walk.check()
    expect(page).to_have_url(f"{walk.site}/runs/")  # on the page where it was chosen
    walk.sees("只看“公安”", "Only “Police” is shown")
    expect(page.locator("main [data-listing] tbody")).not_to_contain_text(walk.say("社会保险中心", "Insurance Centre"))
    assert violations(page) == []
    walk.open("/")
    walk.sees("只看“公安”", "Only “Police” is shown")
    walk.open("/items/")
    walk.sees("户籍人口", "Registered residents")
    expect(page.locator("main [data-listing] tbody")).not_to_contain_text(walk.say("参保人员", "Insured people"))
    walk.click(".desk-strip button")
    expect(page.locator(".desk-strip")).to_have_count(0)
    walk.sees("参保人员", "Insured people")


def test_a_department_picked_from_the_list_is_shown_at_once(walk: Walk) -> None:
    """By pointer; arrow keys on the closed list only go through it, until Enter."""
    page, phone = walk.page, walk.page.viewport_size["width"] < 600  # type: ignore[index]
    walk.open("/login/")
    walk.click("button[name=login][value=leader]")
    walk.open("/runs/")
    menu = page.locator(".nav .bar-desk" if phone else ".bar .bar-desk")
    select, strip = menu.locator("select"), page.locator(".desk-strip")

    def unfold() -> None:
        if phone:
            page.locator(".nav-toggle").click()
        menu.locator("summary").click()

    unfold()
    expect(select).to_have_value("")
    menu.locator(".menu-choice button").click()
    expect(strip).to_have_count(0)  # nothing is chosen yet
    select.focus()
    for _press in range(2):
        page.keyboard.press("ArrowDown")
    expect(select).not_to_have_value("")
    page.wait_for_timeout(300)
    expect(strip).to_have_count(0)
    page.keyboard.press("Enter")
    expect(strip).to_have_count(1)
    walk.click(".desk-strip button")
    expect(strip).to_have_count(0)
    unfold()
    select.dispatch_event("pointerdown")
    select.select_option("only:police")
    expect(strip).to_be_visible()
    walk.sees("只看“公安”", "Only “Police” is shown")
