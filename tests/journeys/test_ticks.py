"""Ticks of a list to choose from: looking into a row and coming back loses none, in whatever way one comes back."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.journeys.test_unsaved import asked_when_leaving

pytestmark = pytest.mark.browser

CHECK = "/items/confirm/"
BULK = "/cases/bulk/?type=application&action=pass_on"
SignedIn = Callable[[str, str], Page]


@pytest.fixture
def signed_in(browser: Browser) -> Iterator[SignedIn]:
    """Somebody at a browser; a question on leaving fails the test, and so does what goes wrong in a script."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append(dialog.type), dialog.accept()))

    def opened(address: str, login: str) -> Page:
        page.goto(f"{address}/login/")
        page.locator(f"button[name=login][value={login}]").click()
        page.wait_for_load_state()
        return page

    yield opened
    context.close()
    assert not problems


def boxes(page: Page) -> Locator:
    """What can be ticked."""
    return page.locator("main form [data-tick]")


def ticked(page: Page) -> list[str]:
    """What is ticked."""
    return [
        str(value) for value in page.evaluate("[...document.querySelectorAll('[data-tick]:checked')].map(b => b.value)")
    ]


def count(page: Page) -> Locator:
    """How many are said to be ticked."""
    return page.locator("main form [data-ticked]")


def from_menu(page: Page, button: str) -> None:
    """Press a button of the account's menu."""
    page.locator("details.menu summary", has=page.locator(".avatar")).click()
    with page.expect_navigation():
        page.locator(f"details.menu {button}").click()


def test_ticks_are_there_again_after_looking_into_a_row(signed_in: SignedIn, site: str) -> None:
    page = signed_in(site, "bureau")
    page.goto(site + CHECK)
    expect(count(page)).to_be_hidden()
    for at in (0, 1):
        boxes(page).nth(at).check()
    chosen = ticked(page)
    assert len(chosen) == 2
    expect(count(page)).to_have_text("已勾选 2 项")
    row = page.locator("main td.head a").first
    for back in (page.go_back, lambda: page.goto(site + CHECK), page.reload):
        row.click()
        page.wait_for_url(re.compile(r"/items/(?!confirm)"))
        if back == page.reload:
            page.go_back()
        back()
        expect(count(page)).to_have_text("已勾选 2 项")
        assert ticked(page) == chosen
    boxes(page).first.uncheck()
    page.goto(f"{site}/items/")
    page.goto(site + CHECK)
    assert ticked(page) == chosen[1:]
    page.goto(f"{site}{CHECK}?provider=police")
    assert ticked(page) == [], "another list"


def test_what_has_been_dealt_with_is_not_ticked_again(signed_in: SignedIn, site: str) -> None:
    page = signed_in(site, "hr")
    page.goto(site + CHECK)
    boxes(page).first.check()
    page.locator("main form.panel button.button-main").click()
    expect(page.locator(".notice-good")).to_be_visible()
    page.goto(site + CHECK)
    assert boxes(page).count() and ticked(page) == []


def test_ticks_are_one_persons_and_go_with_signing_out(signed_in: SignedIn, site: str) -> None:
    page = signed_in(site, "police")
    page.goto(site + CHECK)
    boxes(page).first.check()
    from_menu(page, "button[name=login][value=bureau]")
    page.goto(site + CHECK)
    assert boxes(page).count() and ticked(page) == []
    from_menu(page, "button[name=login][value=police]")
    page.goto(site + CHECK)
    assert len(ticked(page)) == 1
    from_menu(page, "form[data-sign-out] button")
    assert page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('ticks'))") == []


def test_tables_chosen_for_drafts(signed_in: SignedIn, site: str, site_home: Path) -> None:
    with closing(sqlite3.connect(site_home / "town" / "police.sqlite")) as con, con:
        con.execute("CREATE TABLE ticked_here (lsh INTEGER PRIMARY KEY, sfzh TEXT)")
    page = signed_in(site, "police")
    source = f"{site}/compile/scan/police-db/"
    page.goto(source)
    boxes(page).last.check()
    chosen = ticked(page)
    page.locator("main td.head a").first.click()
    page.wait_for_url("**/object/**")
    page.goto(source)
    expect(count(page)).to_have_text("已勾选 1 项")
    assert len(chosen) == 1 and ticked(page) == chosen
    page.locator("main form.panel button.button-main").click()
    page.wait_for_url(re.compile(r"/compile/(\d+/.*)?$"))
    page.goto(source)
    assert boxes(page).count() and ticked(page) == [], "what was drafted is not drafted again"


def test_a_case_left_out_stays_left_out(signed_in: SignedIn, furnished_site: str) -> None:
    """There all are ticked from the start: what was left out, to be looked into, must not be passed on after all."""
    page = signed_in(furnished_site, "bureau")
    page.goto(furnished_site + BULK)
    some = boxes(page).count()
    assert some
    expect(count(page)).to_have_text(f"已勾选 {some} 项")
    boxes(page).first.uncheck()
    left = ticked(page)
    page.locator(".case-pick a").first.click()
    page.wait_for_url("**/cases/**")
    page.goto(furnished_site + BULK)
    assert boxes(page).count() == some and ticked(page) == left


def test_where_nothing_can_be_kept_leaving_asks(browser: Browser, site: str) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', {get() {throw new DOMException('no', 'SecurityError')}})"
    )
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator("button[name=login][value=police]").click()
    page.wait_for_load_state()
    page.goto(site + CHECK)
    boxes(page).first.check()
    assert asked_when_leaving(page, site) == ["beforeunload"]
    context.close()
