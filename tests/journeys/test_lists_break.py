"""Lists when something breaks under them: the session ends, the server fails, the line is cut, the answer is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

NOTICE = ".failing"
LIST = "/items/POLICE-01/rows/raw/"
ASKED = f"**{LIST}?**"


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The bureau at a list of rows."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    opened.goto(f"{site}/login/")
    opened.locator("button[name=login][value=bureau]").click()
    opened.wait_for_load_state()
    opened.goto(f"{site}{LIST}?size=100")
    expect(rows(opened)).not_to_have_count(0)
    yield opened
    context.close()


def rows(page: Page) -> Locator:
    """The rows of the list at hand."""
    return page.locator("[data-listing] tbody tr")


def sort(page: Page) -> None:
    """Click the heading of a column: rows come without leaving the page."""
    page.locator("[data-listing] thead a").first.click()


def broken(page: Page, shown: int) -> None:
    """The reader is told, nothing is lost, and the list is not busy for ever."""
    expect(page.locator(NOTICE)).to_have_count(1)
    expect(page.locator(NOTICE)).to_be_in_viewport()
    expect(page.locator(NOTICE)).to_have_attribute("role", "alert")
    expect(rows(page)).to_have_count(shown)
    expect(page.locator("[data-listing][aria-busy=true], [data-listing].htmx-request")).to_have_count(0)


def test_an_ended_session_leads_to_sign_in_and_back(page: Page, site: str) -> None:
    page.context.clear_cookies()
    sort(page)
    page.wait_for_url("**/login/**")
    assert page.url == f"{site}/login/?next={LIST}%3Fsize%3D100"
    page.locator("button[name=login][value=bureau]").click()
    page.wait_for_url(f"{site}{LIST}?size=100")
    expect(rows(page)).not_to_have_count(0)


@pytest.mark.parametrize("status", [500, 502, 404])
def test_a_failing_server_is_named_and_asked_again(page: Page, status: int) -> None:
    shown, address = rows(page).count(), page.url
    page.route(ASKED, lambda route: route.fulfill(status=status, body="<h1>no</h1>"))
    sort(page)
    broken(page, shown)
    expect(page.locator(f"{NOTICE} [data-when=server]")).to_be_visible()
    expect(page.locator(f"{NOTICE} [data-when=connection]")).to_be_hidden()
    assert page.url == address
    page.locator(f"{NOTICE} button").click()
    broken(page, shown)
    page.unroute(ASKED)
    page.locator(f"{NOTICE} button").click()
    expect(page.locator(NOTICE)).to_have_count(0)
    expect(page.locator("[data-listing] th[aria-sort]")).to_have_count(1)
    page.wait_for_url(re.compile("order="))
    expect(rows(page)).to_have_count(shown)


def test_without_a_connection_what_was_there_stays(page: Page) -> None:
    shown = rows(page).count()
    page.context.set_offline(True)
    sort(page)
    broken(page, shown)
    expect(page.locator(f"{NOTICE} [data-when=connection]")).to_be_visible()
    page.context.set_offline(False)
    page.locator(f"{NOTICE} button").click()
    expect(page.locator(NOTICE)).to_have_count(0)
    page.wait_for_url(re.compile("order="))


def test_a_filter_asked_again_asks_for_what_is_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}/runs/")
    page.route("**/runs/?**", lambda route: route.abort())
    chosen = page.locator(".list-tools select").first
    value = chosen.locator("option").nth(1).get_attribute("value")
    chosen.select_option(value)
    expect(page.locator(NOTICE)).to_have_count(1)
    page.unroute("**/runs/?**")
    page.locator(f"{NOTICE} button").click()
    page.wait_for_url(re.compile(f"={value}(&|$)"))
    expect(page.locator(NOTICE)).to_have_count(0)


def test_an_answer_without_the_list_never_replaces_it(page: Page) -> None:
    shown = rows(page).count()
    page.route(ASKED, lambda route: route.fulfill(status=200, content_type="text/html", body="<p>elsewhere</p>"))
    sort(page)
    broken(page, shown)


def test_a_list_that_leads_elsewhere_goes_there(page: Page, site: str) -> None:
    def away(route: Route) -> None:
        route.fulfill(status=302, headers={"Location": f"{site}/grants/"})

    page.route(ASKED, away)
    sort(page)
    page.wait_for_url("**/grants/")


def test_the_palette_says_so_too(page: Page, site: str) -> None:
    page.keyboard.press("Control+k")
    hits = page.locator("#palette-hits [role=option]")
    expect(hits).not_to_have_count(0)
    page.route("**/find/**", lambda route: route.fulfill(status=500, body="no"))
    page.locator("#palette input[name=q]").fill("公安")
    expect(page.locator(f"#palette {NOTICE}")).to_be_visible()
    expect(hits).to_have_count(0)
    page.unroute("**/find/**")
    page.locator(f"#palette {NOTICE} button").click()
    expect(hits).not_to_have_count(0)
    expect(page.locator(NOTICE)).to_have_count(0)
    page.context.clear_cookies()
    page.locator("#palette input[name=q]").fill("人口")
    page.wait_for_url(f"**/login/?next={LIST}**")


def test_a_run_that_is_watched_stays_on_the_page(page: Page, site: str) -> None:
    """A page that asks for itself every few seconds: its answer fails, and comes again."""
    page.goto(f"{site}/runs/1/")
    page.route("**/runs/1/", lambda route: route.fulfill(status=503, body="no"))
    ask = "() => htmx.ajax('get', location.pathname, { target: '#run', select: '#run', swap: 'outerHTML' })"
    page.evaluate(ask)
    page.evaluate(ask)
    expect(page.locator(NOTICE)).to_have_count(1)
    expect(page.locator("#run")).to_be_visible()
    page.unroute("**/runs/1/")
    page.evaluate(ask)
    expect(page.locator(NOTICE)).to_have_count(0)


def test_the_notice_speaks_english(page: Page, site: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
    page.reload()
    page.context.set_offline(True)
    sort(page)
    expect(page.locator(NOTICE)).to_contain_text("Try again")
