"""The gallery in a real browser: components do what they say, and both themes are one design."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

WIDE = {"width": 1440, "height": 900}
BOXES = """() => Object.fromEntries([...document.querySelectorAll('main section[aria-labelledby]')].map(
  node => { const b = node.getBoundingClientRect(); return [node.getAttribute('aria-labelledby'),
    [Math.round(b.left), Math.round(b.top + scrollY), Math.round(b.width), Math.round(b.height)]]; }))"""
PAINTED = """canvases => canvases.every(canvas => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return data.some((value, at) => at % 4 === 3 && value > 0); })"""


def opened(browser: Browser, site: str, **options: object) -> Page:
    """Open the gallery and wait until it has drawn everything."""
    context = browser.new_context(viewport=WIDE, locale="zh-CN", reduced_motion="reduce", **options)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{site}/design/")
    if options.get("java_script_enabled", True):
        page.locator(".map-canvas path").first.wait_for()
        page.locator("figure[data-chart]").last.scroll_into_view_if_needed()
        page.locator(".chart-canvas canvas").last.wait_for()
        page.evaluate("scrollTo(0, 0)")
    assert not wrong, wrong
    return page


def test_both_themes_are_one_design(browser: Browser, site: str) -> None:
    """Colours differ, places do not. How it looks is compared in ``test_gallery_looks.py``."""
    light, dark = opened(browser, site, color_scheme="light"), opened(browser, site, color_scheme="dark")
    boxes = light.evaluate(BOXES)
    assert len(boxes) > 12 and boxes == dark.evaluate(BOXES)
    places = sorted((left, top, width, height) for left, top, width, height in boxes.values())
    for at, (left, top, width, height) in enumerate(places):
        for other_left, other_top, _width, _height in places[at + 1 :]:
            beside = other_left >= left + width or other_top >= top + height or other_top < top
            assert beside, "two components lie on each other"


def test_charts_and_maps_draw_within_the_policy(browser: Browser, site: str) -> None:
    page = opened(browser, site)
    assert page.locator(".chart-canvas canvas").evaluate_all(PAINTED)
    first = page.locator("figure[data-chart]").first
    expect(first.locator("table")).to_be_hidden()
    first.locator("[data-chart-table]").click()
    expect(first.locator("table")).to_be_visible()
    with page.expect_download() as saved:
        first.locator("[data-chart-save]").click()
    assert saved.value.suggested_filename.endswith(".png")
    with Image.open(saved.value.path()) as picture:
        assert picture.size == (1920, 960), "as large as ever while the table is shown"
    first.locator("[data-chart-table]").click()
    expect(page.locator(".map-canvas path.leaflet-interactive")).to_have_count(8)


def test_without_scripts_the_numbers_are_there(browser: Browser, site: str) -> None:
    page = opened(browser, site, java_script_enabled=False)
    expect(page.locator("figure[data-chart] table").first).to_be_visible()
    expect(page.locator("figure[data-map] table").first).to_be_visible()
    page.locator("[data-dialog] > summary").click()
    expect(page.locator(".unfold-body")).to_be_visible()


def test_dialogs_open_and_close_by_keyboard(browser: Browser, site: str) -> None:
    page = opened(browser, site)
    page.locator("[data-dialog] > summary").press("Enter")
    expect(page.locator("dialog.dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.dialog")).to_have_count(0)
    expect(page.locator("[data-dialog] > summary")).to_be_focused()
    expect(page.locator("[data-dialog] .unfold-body")).to_have_count(1)


def test_unsaved_changes_are_guarded(browser: Browser, site: str) -> None:
    page = opened(browser, site)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("form[data-guard] #id_name").fill("改过")
    page.locator("form[data-guard] #id_name").blur()
    page.goto(f"{site}/items/")
    assert asked == ["beforeunload"]


def test_rows_by_keyboard(browser: Browser, site: str) -> None:
    page = opened(browser, site)
    page.goto(f"{site}/items/")
    links = page.locator("[data-listing] tbody tr a")
    page.keyboard.press("j")
    expect(links.first).to_be_focused()
    page.keyboard.press("k")
    expect(links.first).to_be_focused()
    address = links.first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
