"""Readers in a hurry, late answers, and hands that slip: what was asked for last counts, and nothing is lost by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

LIST = "/items/"
PAGED = "/design/?page=23"


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The bureau at a browser; what goes wrong in a script fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{site}/login/")
    opened.locator("button[name=login][value=bureau]").click()
    opened.wait_for_load_state()
    yield opened
    context.close()
    assert not errors


class Held:
    """Answers to an address wait until the test lets them go."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.waiting: list[Route] = []
        self.open = False
        page.route(address, self.take)

    def take(self, route: Route) -> None:
        """Keep a request, or let it pass."""
        if self.open:
            route.continue_()
        else:
            self.waiting.append(route)

    def until_asked(self, count: int) -> None:
        """Wait until so many requests are held."""
        for _ in range(100):
            if len(self.waiting) >= count:
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"only {len(self.waiting)} requests of {count}")

    def let_go(self) -> None:
        """Answer in the order in which they were asked; nobody may wait for the first any more."""
        self.open = True
        for route in self.waiting:
            with suppress(Error):
                route.continue_()


def orders(page: Page) -> Locator:
    """The headings that order the list."""
    return page.locator("[data-listing] thead a[id^=sort]")


def test_of_two_orders_the_later_counts(page: Page, site: str) -> None:
    """The answer to the first comes first: the list must not stay with it, nor say another order than its address."""
    page.goto(f"{site}{LIST}")
    wanted = str(orders(page).nth(1).get_attribute("id"))
    answers = Held(page, f"**{LIST}?**")
    orders(page).nth(0).click()
    answers.until_asked(1)
    orders(page).nth(1).click()
    answers.until_asked(2)
    answers.let_go()
    name = wanted.rpartition("-")[2]
    page.wait_for_url(re.compile(rf"order=-?{name}\b"))
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    expect(page.locator(f"th[aria-sort] a#{wanted}")).to_be_visible()
    expect(page.locator("[data-listing][aria-busy=true]")).to_have_count(0)


def test_what_failed_last_is_asked_for_again(page: Page, site: str) -> None:
    page.goto(f"{site}{LIST}")
    wanted = str(orders(page).nth(1).get_attribute("id")).rpartition("-")[2]
    page.route(f"**{LIST}?**", lambda route: route.fulfill(status=503, body="no"))
    orders(page).nth(0).click()
    expect(page.locator(".failing [data-when=server]")).to_be_visible()
    page.unroute(f"**{LIST}?**")
    page.route(f"**{LIST}?**", lambda route: route.abort())
    orders(page).nth(1).click()
    expect(page.locator(".failing [data-when=connection]")).to_be_visible()
    expect(page.locator(".failing")).to_have_count(1)
    page.unroute(f"**{LIST}?**")
    page.locator(".failing button").click()
    page.wait_for_url(re.compile(rf"order=-?{wanted}\b"))


def test_turning_pages_keeps_the_focus(page: Page, site: str) -> None:
    page.goto(site + PAGED)
    number = page.locator("#list-sample .pager [aria-current=page]")
    page.locator("#next-sample").focus()
    for following in ("24", "25"):
        page.keyboard.press("Enter")
        expect(number).to_have_text(following)
        assert page.evaluate("document.querySelector('#list-sample').contains(document.activeElement)")
        if following == "24":
            expect(page.locator("#next-sample")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#list-sample').contains(document.activeElement)"), "the list's first"


def test_another_language_keeps_the_filter(page: Page, site: str) -> None:
    page.goto(f"{site}/runs/")
    chosen = page.locator(".list-tools select").first
    value = str(chosen.locator("option").nth(1).get_attribute("value"))
    chosen.select_option(value)
    page.wait_for_url(re.compile(f"={value}(&|$)"))
    page.locator("button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert re.search(f"={value}(&|$)", page.url), page.url
    expect(page.locator(".list-tools select").first).to_have_value(value)


def test_enter_asks_once(page: Page, site: str) -> None:
    """The field has changed and the form is sent: that is one question, by Enter or by the button, fast or slow."""
    page.goto(f"{site}/services/")
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    answers = Held(page, "**/services/?**")
    box, found = page.locator("#list-q"), page.locator("[data-listing] tbody tr")
    for text, send in (("参保", "Enter"), ("人口", "button")):
        answers.open, answers.waiting = False, []
        box.fill("")
        box.press_sequentially(text)
        if send == "Enter":
            box.press(send)
        else:
            page.locator(".list-tools button").click()
        answers.until_asked(1)
        page.wait_for_timeout(300)
        assert len(answers.waiting) == 1, send
        answers.let_go()
        expect(found).to_have_count(1)
        expect(found).to_contain_text(text)
    with page.expect_request("**/services/?**"):
        box.press("Enter")
    page.wait_for_load_state("networkidle")
    assert not complaints


def test_hits_that_come_late_do_not_open_a_field_left(page: Page, site: str) -> None:
    page.goto(f"{site}/items/")
    answers = Held(page, "**/items/suggest/**")
    box, hits = page.locator("#catalog-q"), page.locator("#catalog-q-hits [role=option]")
    box.press_sequentially("户籍")
    answers.until_asked(1)
    page.keyboard.press("Tab")
    answers.let_go()
    page.wait_for_timeout(500)
    expect(hits).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("人")
    hits.first.wait_for()


def test_what_is_composed_goes_to_the_palette_whole(page: Page, site: str) -> None:
    page.goto(f"{site}/items/")
    page.locator(".bar .bar-search input").focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "hu ji", "selectionStart": 5, "selectionEnd": 5})
    expect(page.locator("#palette")).to_be_hidden()
    keyboard.send("Input.insertText", {"text": "户籍"})
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#palette input[name=q]")).to_have_value("户籍")
    expect(page.locator("#palette-hits [role=option]").first).to_be_visible()


def test_a_code_copied_twice_is_called_the_same_again(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/services/resident/")
    button = page.locator("[data-copy]").first
    for _ in range(2):
        button.click()
        expect(button).to_contain_text("已复制")
    expect(button).to_contain_text("复制", timeout=5_000)
    expect(button.locator("span")).to_have_text("复制", timeout=5_000)


def test_marking_text_closes_no_dialog(page: Page, site: str) -> None:
    page.goto(f"{site}/grants/hr-resident/")
    page.locator("summary", has_text="暂停授权").click()
    dialog = page.locator("dialog.dialog")
    typed = dialog.locator("textarea")
    typed.fill("核对用途")
    inside = typed.bounding_box()
    assert inside is not None
    page.mouse.move(inside["x"] + 5, inside["y"] + 10)
    page.mouse.down()
    page.mouse.move(20, 20, steps=4)
    page.mouse.up()
    expect(dialog).to_be_visible()
    whole = dialog.bounding_box()
    assert whole is not None
    page.mouse.click(whole["x"] + 4, whole["y"] + 4)  # its own edge
    expect(dialog).to_be_visible()
    page.mouse.click(20, 20)
    expect(dialog).to_have_count(0)


def test_what_cannot_be_drawn_is_its_table(page: Page, site: str) -> None:
    page.route("**/echarts*", lambda route: route.abort())
    page.route("**/divisions/**", lambda route: route.abort())
    page.goto(f"{site}/design/")
    for figure in page.locator("figure[data-chart], figure[data-map]").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("table").first).to_be_visible()
        expect(figure.locator(".chart-tools")).to_be_hidden()


def test_a_run_that_ends_says_so_in_its_head(page: Page, site: str) -> None:
    """The part that is fetched anew brings the state along, which stands above it."""
    address = f"{site}/runs/1/"
    page.goto(address)
    ended = page.locator("#run-state").inner_text()
    whole = page.content()
    asks = 'data-part hx-get="/runs/1/" hx-select="#run" hx-select-oob="#run-state:innerHTML" hx-trigger="every 1s"'
    running = whole.replace("data-part", f'{asks} hx-swap="outerHTML"', 1).replace(ended, "运行中")
    body = "<!doctype html>" + running
    page.route(address, lambda route: route.fulfill(body=body, content_type="text/html"), times=1)
    page.goto(address)
    expect(page.locator("#run-state")).to_contain_text("运行中")
    expect(page.locator("#run-state")).to_have_text(ended, timeout=10_000)


SEARCHED = "/elements/"


@pytest.mark.parametrize("sent", [False, True])
def test_an_order_asked_for_while_text_is_being_sent_keeps_it(page: Page, site: str, sent: bool) -> None:
    page.goto(site + SEARCHED)
    page.locator("#list-q").fill("姓名")
    answers = Held(page, f"**{SEARCHED}?**")
    if sent:
        page.locator("#list-q").press("Enter")
        answers.until_asked(1)
    orders(page).nth(1).click()
    answers.until_asked(2)  # leaving the box sends its text as well
    answers.let_go()
    page.wait_for_url(re.compile(r"[?&]order=level\b"))
    expect(page.locator("th[aria-sort] #sort-elements-level")).to_be_visible()
    expect(page.locator("#list-q")).to_have_value("姓名")
    rows = page.locator("[data-listing] tbody tr")
    assert rows.count() and rows.filter(has_text="姓名").count() == rows.count()


def caret(page: Page) -> object:
    """Where the caret stands in the field that has the focus, and which one that is."""
    return page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]")


@pytest.mark.parametrize("sent_by", ["Enter", "Tab"])
def test_letters_typed_while_another_order_comes_stay_and_are_searched_for(page: Page, site: str, sent_by: str) -> None:
    """The box is the same one before and after, with the caret where it was; it is searched for as it always is."""
    page.goto(site + SEARCHED)
    box = page.locator("#list-q")
    box.evaluate("box => { box.same = true }")
    answers = Held(page, f"**{SEARCHED}?**")
    orders(page).nth(1).click()
    answers.until_asked(1)
    box.click()
    box.press_sequentially("姓")
    page.keyboard.type("名x")
    for key in ("Backspace", "ArrowLeft"):
        page.keyboard.press(key)
    answers.let_go()
    expect(page.locator("th[aria-sort] #sort-elements-level")).to_be_visible()
    expect(box).to_have_value("姓名")
    assert caret(page) == ["list-q", 1]
    assert box.evaluate("box => box.same")
    assert "q=" not in page.url, page.url
    page.keyboard.press(sent_by)
    page.wait_for_url(re.compile(r"[?&]q=[^&]"))
    assert re.search(r"[?&]order=level(&|$)", page.url), page.url
    expect(box).to_have_value("姓名")
    rows = page.locator("[data-listing] tbody tr")
    assert rows.count() and rows.filter(has_text="姓名").count() == rows.count()
    expect(page.locator("[data-listing].htmx-request, [data-listing][aria-busy=true]")).to_have_count(0)


def test_what_is_composed_while_another_order_comes_stays(page: Page, site: str) -> None:
    """An input method goes on as if nothing had happened: what it has composed goes into the box once."""
    page.goto(site + SEARCHED)
    box = page.locator("#list-q")
    box.evaluate(
        "box => { window.composed = []; for (const name of ['compositionstart', 'compositionend', 'blur'])"
        " box.addEventListener(name, () => window.composed.push(name)) }"
    )
    answers = Held(page, f"**{SEARCHED}?**")
    orders(page).nth(1).click()
    answers.until_asked(1)
    box.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "xing", "selectionStart": 4, "selectionEnd": 4})
    answers.let_go()
    expect(page.locator("th[aria-sort] #sort-elements-level")).to_be_visible()
    keyboard.send("Input.imeSetComposition", {"text": "xing ming", "selectionStart": 9, "selectionEnd": 9})
    expect(box).to_have_value("xing ming")
    keyboard.send("Input.insertText", {"text": "姓名"})
    expect(box).to_have_value("姓名")
    assert page.evaluate("window.composed") == ["compositionstart", "compositionend"]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"[?&]q=[^&]"))
    assert re.search(r"[?&]order=level(&|$)", page.url), page.url


def test_a_choice_made_while_another_order_comes_counts(page: Page, site: str) -> None:
    """A select that is open when the list comes is the same one after; what it says is what is asked for."""
    page.goto(site + SEARCHED)
    chosen = page.locator("#list-level")
    chosen.evaluate("chosen => { chosen.same = true }")
    answers = Held(page, f"**{SEARCHED}?**")
    orders(page).nth(1).click()
    answers.until_asked(1)
    chosen.focus()
    answers.let_go()
    expect(page.locator("th[aria-sort] #sort-elements-level")).to_be_visible()
    assert chosen.evaluate("chosen => chosen.same && chosen === document.activeElement")
    for level in ("3", ""):
        chosen.select_option(level)
        page.wait_for_url(re.compile(r"[?&]level=3(&|$)" if level else r"[?&]level=(&|$)"))
        expect(page.locator("[data-listing][aria-busy=true]")).to_have_count(0)
        expect(chosen).to_have_value(level)
        assert chosen.evaluate("chosen => chosen.same && chosen.querySelector('[selected]')?.value || ''") == level
        assert re.search(r"[?&]order=level(&|$)", page.url), page.url


def test_pages_of_what_was_searched_for_with_a_space_follow_each_other(page: Page, site: str) -> None:
    """The server trims what it is asked for; the box that stays says the same with or without the space."""
    page.goto(f"{site}/design/")
    page.locator("#list-q").fill("人口 ")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"[?&]q=[^&]"))
    expect(page.locator("#list-q")).to_have_value("人口 ")
    page.locator("#next-sample").click()
    expect(page.locator("#list-sample .pager [aria-current=page]")).to_have_text("2")


def test_an_order_asked_for_by_key_keeps_what_was_erased_and_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}{SEARCHED}?q=姓名&page=1")
    page.evaluate(
        "() => {document.querySelector('#list-q').value = ''; document.querySelector('#list-level').value = '3';"
        " document.querySelector('#sort-elements-level').click()}"
    )
    page.wait_for_url(re.compile(r"[?&]order=level\b"))
    assert "q=" not in page.url and re.search(r"[?&]level=3(&|$)", page.url), page.url
    expect(page.locator("#list-level")).to_have_value("3")


def test_a_page_of_the_rows_that_were_is_not_asked_of_those_that_come(page: Page, site: str) -> None:
    page.goto(site + PAGED)
    page.evaluate(
        "() => {document.querySelector('#list-q').value = '人口'; document.querySelector('#next-sample').click()}"
    )
    page.wait_for_url(re.compile(r"[?&]q=[^&]"))
    expect(page.locator("#list-sample .pager [aria-current=page]")).to_have_text("1")
    expect(page.locator("#list-q")).to_have_value("人口")
    page.locator("#next-sample").click()
    expect(page.locator("#list-sample .pager [aria-current=page]")).to_have_text("2")
    assert "q=" in page.url, page.url


def test_back_finds_menus_palette_and_keys_closed(page: Page, site: str) -> None:
    """What led away from a page is open in the browser's memory of it; Chromium keeps none of a page under test."""
    back = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    page.goto(site + LIST)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.evaluate(back)
    expect(page.locator("#palette")).to_be_hidden()
    menu = page.locator("details.menu", has=page.locator("summary .avatar"))
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.evaluate(back)
    expect(page.locator("details.menu[open]")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.evaluate(back)
    expect(page.locator("#keys")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    expect(page.locator("#palette")).to_be_visible()
