"""What every list costs a reader who has never been here: little to load, nothing that is not drawn, nothing moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MOST_BYTES = 200_000
MOST_SHIFT = 0.0005
"""Share of the window: nothing that an eye sees moves. Pages are painted when they are whole, also under load."""
LISTS = (
    *("/items/", "/elements/", "/runs/", "/issues/", "/grants/", "/apps/", "/evidence/", "/audit/"),
    *("/cases/?in=all", "/needs/", "/systems/", "/projects/", "/organisations/"),
    *("/items/POLICE-01/rows/raw/", "/items/POLICE-01/rows/quarantine/", "/libraries/population/rows/"),
)
WATCH = """() => { window.moved = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput)
    moved.push([e.value, e.sources.map(s => (s.node && (s.node.className || s.node.nodeName)) + '').join(' ')]); }))
    .observe({ type: 'layout-shift', buffered: true }); }"""
LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .map(entry => [entry.name, entry.transferSize])"""


@pytest.fixture(scope="module")
def cookies(browser: Browser, site: str) -> list[object]:
    """Of the bureau, signed in."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.locator("button[name=login][value=bureau]").click()
    page.wait_for_load_state()
    found = list(context.cookies())
    context.close()
    return found  # type: ignore[return-value]


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "phone"])
def page(browser: Browser, cookies: list[object], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser that has nothing of the site yet."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.add_init_script(f"({WATCH})()")
    yield opened
    context.close()


def opened(page: Page, address: str) -> dict[str, int]:
    """Open a page; return what was loaded for it with the bytes over the wire."""
    page.goto(address, wait_until="networkidle")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    return {name: int(size) for name, size in page.evaluate(LOADED)}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_light_and_still(page: Page, site: str, path: str) -> None:
    loaded = opened(page, site + path)
    assert page.locator(".listing").count(), "a list"
    assert 20_000 < sum(loaded.values()) < MOST_BYTES, sorted(loaded.items(), key=lambda one: -one[1])[:5]
    assert not any("leaflet" in name for name in loaded) or page.locator("[data-map]").count()
    assert not any("echarts" in name for name in loaded) or page.locator("[data-chart]").count()
    moved = page.evaluate("moved")
    assert sum(value for value, _what in moved) < MOST_SHIFT, moved


@pytest.mark.parametrize("path", ["/items/POLICE-01/", "/items/CENTRE-01/", "/organisations/police/", "/calendar/"])
def test_what_scripts_add_moves_nothing(page: Page, site: str, path: str) -> None:
    """Such as the button that prints, beside others."""
    opened(page, site + path)
    moved = page.evaluate("moved")
    assert not [what for _value, what in moved if what.startswith("button") or "FORM" in what], moved
    assert sum(value for value, _what in moved) < MOST_SHIFT, moved


def test_scripts_that_draw_come_where_something_is_drawn(page: Page, site: str) -> None:
    """Else the test above could not fail: the gallery draws everything."""
    page.goto(f"{site}/design/")
    page.locator("figure[data-chart]").first.scroll_into_view_if_needed()
    page.locator(".chart-canvas canvas").first.wait_for()
    loaded = {name for name, _size in page.evaluate(LOADED)}
    assert any("leaflet" in name for name in loaded) and any("echarts" in name for name in loaded)


@pytest.mark.parametrize("path", ["/items/POLICE-01/rows/raw/", "/items/", "/runs/"])
def test_headings_cover_no_row(page: Page, site: str, path: str) -> None:
    """They stay in sight while rows pass below them, and at first stand above the first."""
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, site + path)
    bottom = "nodes => Math.max(...nodes.map(node => node.getBoundingClientRect().bottom))"
    heading = page.locator(".listing thead th").evaluate_all(bottom)
    row = page.locator(".listing tbody tr").first.evaluate("node => node.getBoundingClientRect().top")
    assert heading <= row + 1
