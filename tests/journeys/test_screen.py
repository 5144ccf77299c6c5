"""The screen on real walls: legible, whole, alive for a day, and back after whatever happens to its server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from tests.journeys.pictures import drawn, full
from tests.journeys.processes import Served, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WALLS = ((1920, 1080), (3440, 1440))
LAPTOPS = ((1120, 700), (1366, 768), (1440, 900))
TONGUES = {"zh": "zh-hans", "en": "en"}

FEED = """window.EventSource = class {
  static CONNECTING = 0; static OPEN = 1; static CLOSED = 2;
  constructor() { this.readyState = 1; window.feed = this; setTimeout(() => this.onopen && this.onopen(), 0); }
  close() { this.readyState = 2; }
};"""
"""In place of the stream: the test gives the pictures."""

READ = """() => {
  const main = document.querySelector("main.screen"), seen = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, of = node.parentElement;
    if (!node.data.trim() || !of.checkVisibility({ visibilityProperty: true })) continue;
    if (of.closest(".sr, .skip, .s-asof, title, script, style, .s-state:not(.s-lost) a")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const line = of.closest(".s-note")?.getBoundingClientRect();
    if (!box.width || (line && (box.top + box.bottom) / 2 > line.bottom)) continue; // left out whole
    const scale = of.ownerSVGElement ? of.getScreenCTM().d : 1;
    const frame = of.closest(".s-panel, .s-figure, .s-head, .s-ranks, .s-lanes li, .s-hub, .demo-strip");
    const around = frame ? frame.getBoundingClientRect() : main.getBoundingClientRect();
    const across = Math.max(around.left - box.left, box.right - around.right);
    const size = parseFloat(getComputedStyle(of).fontSize) * scale;
    const middle = (box.top + box.bottom) / 2; // of a line: a font says that it is taller than what it draws
    const down = box.height > 2 * size ? box.bottom - around.bottom : middle + size / 2 - around.bottom;
    const out = Math.max(across, around.top - middle + size / 2, down);
    seen.push({ text: node.data.trim(), size,
      out: of.closest(".s-short") ? 0 : out });
  }
  const panels = [...document.querySelectorAll(".s-panel, .s-ranks")];
  return { texts: seen, wide: document.documentElement.scrollWidth - innerWidth,
    long: document.documentElement.scrollHeight - innerHeight,
    cut: panels.filter(one => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth)
      .map(one => [one.className, one.scrollWidth, one.clientWidth, one.scrollHeight, one.clientHeight].join(" ")) };
}"""
"""Every text that is seen: how large, and how far it reaches out of its panel; every panel whose contents are cut."""


@pytest.fixture(scope="module")
def city(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a served city: its pictures are given by the tests."""
    served = Served.start("tests.journeys.small_city", tmp_path_factory.mktemp("city") / "var", free_port())
    served.wait()
    yield served.address
    served.stop()


def watching(browser: Browser, site: str, *, tongue: str = "zh", size: tuple[int, int] = (1440, 900)) -> BrowserContext:
    """A browser of the leader's, signed in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.add_cookies([{"name": "django_language", "value": TONGUES[tongue], "url": site}])
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator("button[name=login][value=leader]").click()
    page.wait_for_load_state()
    page.close()
    return context


def fed(context: BrowserContext, site: str, *htmls: str) -> Page:
    """The screen with pictures of the test's instead of the server's."""
    page = context.new_page()
    page.add_init_script(FEED)
    page.goto(f"{site}/screen/")
    until(page, "Boolean(window.feed)")
    page.evaluate("document.querySelector('main').dataset.build = ''")
    for html in htmls:
        show(page, html)
    return page


def until(page: Page, expression: str, seconds: float = 90) -> None:
    """Wait until an expression is true; the pages' policy forbids what Playwright would wait with."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Error):  # the page is just being loaded again
            if page.evaluate(expression):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {expression}")


def show(page: Page, html: str) -> None:
    """Let the stream bring a picture, of the build that the page has."""
    page.evaluate(
        """html => { const frame = new DOMParser().parseFromString(html, 'text/html');
        document.querySelector('main').dataset.build = frame.querySelector('[data-build]').dataset.build;
        feed.onmessage({ data: html }); }""",
        html,
    )


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("size", [*WALLS, *LAPTOPS], ids=lambda size: f"{size[0]}x{size[1]}")
def test_full_lists_are_whole_and_legible(browser: Browser, city: str, size: tuple[int, int], tongue: str) -> None:
    context = watching(browser, city, tongue=tongue, size=size)
    page = fed(context, city, drawn(full())[tongue])
    expect(page.locator(".s-list li")).to_have_count(9)
    page.wait_for_timeout(100)
    found = page.evaluate(READ)
    assert found["wide"] <= 0 and found["long"] <= 0 and not found["cut"], found["cut"]
    assert len(found["texts"]) > 80
    assert not [one for one in found["texts"] if one["out"] > 1]
    least = 0.022 * size[1] if size in WALLS else 12
    assert not [one for one in found["texts"] if one["size"] < least]
    context.close()


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_phone_reads_it_from_top_to_bottom(browser: Browser, city: str, tongue: str) -> None:
    context = watching(browser, city, tongue=tongue, size=(360, 780))
    page = fed(context, city, drawn(full())[tongue])
    found = page.evaluate(READ)
    assert found["wide"] <= 0 and not found["cut"], found["cut"]
    assert not [one for one in found["texts"] if one["out"] > 1 or one["size"] < 12]
    context.close()


def test_marks_explain_to_who_has_a_pointer_or_a_keyboard(browser: Browser, city: str) -> None:
    """A wall shows none; what is open stays open, and keeps the focus, when the next picture comes."""
    context = watching(browser, city)
    first, second = drawn(full())["zh"], drawn(full(moved=100))["zh"]
    page = fed(context, city, first)
    marks = page.locator(".s-terms-flow")
    expect(marks).to_have_css("opacity", "0")
    page.locator(".s-flow h2").hover()
    expect(marks).to_have_css("opacity", "1")
    expect(page.locator(".s-terms-work")).to_have_css("opacity", "0")
    page.mouse.move(1, 1)
    expect(marks).to_have_css("opacity", "0")
    mark = marks.locator("summary").nth(2)
    mark.focus()
    expect(marks).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    told = marks.locator(".what-text").nth(2)
    expect(told).to_contain_text("隔离区")
    expect(told).to_be_in_viewport(ratio=1)
    show(page, second)
    expect(told).to_be_visible()
    expect(mark).to_be_focused()
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    context.close()


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_phone_has_the_words_below(browser: Browser, city: str, tongue: str) -> None:
    context = watching(browser, city, tongue=tongue, size=(360, 780))
    page = fed(context, city, drawn(full())[tongue])
    word = page.locator(".s-terms .what-word").last
    word.scroll_into_view_if_needed()
    expect(word).to_be_visible()
    page.locator(".s-terms summary").last.click()
    expect(page.locator(".s-terms .what-text").last).to_be_in_viewport(ratio=1)
    context.close()


def test_dots_run_where_rows_moved_and_nowhere_else(browser: Browser, city: str) -> None:
    context = watching(browser, city)
    still, moving = drawn(full())["zh"], drawn(full(moved=100))["zh"]
    page = fed(context, city, still)
    page.wait_for_timeout(300)
    assert page.locator(".s-dot").count() == 0
    show(page, moving)
    assert page.locator(".s-dot").count() == 100, "2 + 4 log 100 on each of ten lanes"
    places = "[...document.querySelectorAll('.s-dot[d]')].map(dot => dot.getAttribute('d')).join()"
    until(page, f"Boolean({places})")
    before = page.evaluate(places)
    until(page, f"{places} !== {before!r}")
    expect(page.locator(".s-dot")).to_have_count(0, timeout=30_000)
    page.emulate_media(reduced_motion="reduce")
    show(page, moving)
    assert page.locator(".s-dot").count() == 0, "not for those who want nothing to move"
    context.close()


def test_two_thousand_pictures_leave_nothing_behind(browser: Browser, city: str) -> None:
    """As many as 2 hours 47 minutes bring; nodes, listeners and heap as after the first hundred."""
    context = watching(browser, city)
    still, moving = drawn(full())["zh"], drawn(full(moved=100))["zh"]
    page = fed(context, city, still)
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")

    def measured(pictures: int) -> dict[str, float]:
        for _ in range(pictures // 100):
            page.evaluate(
                """([still, moving]) => {
                for (let n = 0; n < 100; n += 1) feed.onmessage({ data: n % 2 ? still : moving }); }""",
                [still, moving],
            )
        show(page, still)
        until(page, "!document.querySelector('.s-dot')")
        tools.send("HeapProfiler.collectGarbage")
        found = tools.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    early, late = measured(100), measured(2_000)
    assert page.evaluate("document.querySelectorAll('*').length") < 1_000
    assert late["Nodes"] <= early["Nodes"] * 1.05 + 50, (early["Nodes"], late["Nodes"])
    assert late["JSEventListeners"] <= early["JSEventListeners"] + 5
    assert late["JSHeapUsedSize"] <= early["JSHeapUsedSize"] + 2_000_000
    context.close()


# --- a server that dies, comes back, comes back as another version; a session that ends


def test_the_screen_outlives_its_server(browser: Browser, chromium: str, tmp_path: Path) -> None:
    small = Served.start("tests.journeys.small_city", tmp_path / "var", free_port())
    small.wait()
    site, port = small.address, int(small.address.rpartition(":")[2])
    context = watching(browser, site)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{site}/screen/")
    state = page.locator(".s-state span")
    expect(state).to_have_text("连接正常")
    expect(page.locator(".s-next")).to_contain_text("还没有登记部门和目录")
    page.evaluate("window.same = true")
    small.kill()
    page.clock.fast_forward(11_000)  # a stream that ended may be back within ten seconds
    expect(state).to_contain_text("连接中断，正在重连。最后更新", timeout=60_000)
    expect(page.locator(".s-figure").first).to_be_visible()
    before = page.locator(".s-asof").text_content()
    again = Served.start("tests.journeys.small_city", tmp_path / "var", port)
    try:
        again.wait()
        expect(state).to_have_text("连接正常", timeout=90_000)
        expect(page.locator(".s-asof")).not_to_have_text(str(before), timeout=30_000)
        assert page.evaluate("window.same"), "the same version: no need to load the page again"
        asked = time.monotonic()
        again.stop()
        assert time.monotonic() - asked < 10, "a screen that watches does not keep its server from stopping"
        again = Served.start("tests.journeys.small_city", tmp_path / "var", port, "another-version")
        again.wait()
        until(page, "!window.same")
        expect(page.locator(".s-state span")).to_have_text("连接正常", timeout=30_000)
    finally:
        again.stop()
    context.close()


def test_a_session_that_has_ended_asks_for_signing_in_once(browser: Browser, city: str) -> None:
    context = watching(browser, city)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{city}/screen/")
    state = page.locator(".s-state")
    expect(state.locator("span")).to_have_text("连接正常")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method) if one.url == f"{city}/screen/stream/" else None)
    context.clear_cookies(name="huitong_session")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.fast_forward(3_000)
    expect(state).to_contain_text("登录已失效", timeout=60_000)
    calls = len(asked)
    assert asked.count("HEAD") == 1
    for _ in range(10):
        page.clock.fast_forward(60_000)
        page.wait_for_timeout(50)
    assert len(asked) == calls, "nobody goes on knocking, not in ten minutes"
    expect(page.locator(".s-figure").first).to_be_visible()
    state.locator("a").click()
    page.locator("button[name=login][value=leader]").click()
    page.wait_for_url("**/screen/")
    expect(page.locator(".s-state span")).to_have_text("连接正常")
    context.close()
