"""Rows of lists to the eye: code stands on its row's line, and on a phone a tick stands before the name of its card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

BASELINES = """row => [...row.cells].map(cell => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && !texts.currentNode.textContent.trim());
  const first = texts.currentNode.parentElement.closest('.badge') || texts.currentNode;
  const mark = document.createElement('span');
  mark.style.display = 'inline-block';
  first.before(mark);
  const line = mark.getBoundingClientRect().bottom;
  mark.remove();
  return line;
})"""
"""Where the first line of each cell stands."""


def opened(browser: Browser, site: str, login: str, path: str, width: int) -> Page:
    """A page as somebody sees it."""
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
    page.goto(f"{site}/login/")
    page.locator(f"button[name=login][value={login}]").click()
    page.wait_for_load_state()
    page.goto(site + path)
    return page


@pytest.mark.parametrize(
    ("login", "path"), [("bureau", "/evidence/"), ("citizen", "/evidence/"), ("hr", "/organisations/")]
)
def test_code_stands_on_its_rows_line(browser: Browser, furnished_site: str, login: str, path: str) -> None:
    page = opened(browser, furnished_site, login, path, 1440)
    row = page.locator("tbody tr:has(td.mono)").last
    lines = row.evaluate(BASELINES)
    assert max(lines) - min(lines) < 0.5, lines
    page.context.close()


def test_a_tick_stands_before_the_name_of_its_card(browser: Browser, furnished_site: str) -> None:
    page = opened(browser, furnished_site, "bureau", "/items/confirm/", 375)
    row = page.locator("tbody tr").first
    tick, name, owner = (row.locator(part).bounding_box() for part in (".scan-pick label", ".head", "td:nth-child(3)"))
    card = row.bounding_box()
    assert tick and name and owner and card
    assert tick["x"] - card["x"] < 24 and tick["width"] >= 24 and tick["height"] >= 24
    assert tick["x"] + tick["width"] <= name["x"] + 1 and abs(tick["y"] - name["y"]) < 8, "on the name's line"
    assert owner["y"] >= tick["y"] + tick["height"] - 1 and owner["x"] - card["x"] < 24, "what follows is not moved in"
    page.context.close()
