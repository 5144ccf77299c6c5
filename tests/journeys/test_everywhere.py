"""Everybody everywhere: a crawl of every kind of page as every role, in both languages.

On each page: it answers, the console is silent, there is a way on, axe finds nothing wrong in light and in dark
colours, and at 360 px nothing sticks out or is cut off. Pages are opened by turns wide and narrow, and what one
language opens wide the other opens narrow. That every single link leads somewhere is proven without a browser, by
``tests/apps/test_pages.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, ViewportSize
from tests.apps.pages import PAGES, ROLES
from tests.journeys.axe import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=360, height=780)
ELSEWHERE = ("/static/", "/gateway/", "/api/", "/divisions/", "/dcat/")
NOWHERE = "/nowhere/"
FILES = (".pdf", ".xlsx", ".csv", ".zip", ".parquet", ".json")

LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(one => one.getAttribute('href'))"
SCROLLS = ".table-wrap, .graph, .code, pre, .tabs, .palette-hits, .chart-table, nav"
CUT = """scrolls => {
  const cut = [];
  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wider > 0) cut.push(`${wider} px too wide`);
  const note = (how, node) => cut.push(`${how} ${node.className}: ${node.textContent.trim().slice(0, 40)}`);
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest('.sr, svg, .skip')) continue;
    const style = getComputedStyle(node);
    if (style.clipPath !== 'none') continue;
    const clips = style.overflowX === 'hidden' || style.overflowX === 'clip';
    if (clips && node.scrollWidth > node.clientWidth + 2 && !node.title) note('cut', node);
    const box = node.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1 && !node.closest(scrolls)) note('out', node);
  }
  return cut;
}"""


def shape_of(address: str) -> str:
    """Return which kind of page an address leads to: the view's name, and its place where one has several."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return address
    return f"{match.view_name} {match.kwargs.get('schema', '')}".strip()


@dataclass
class Crawl:
    """One reader in one language, and what they stumbled over."""

    page: Page
    site: str
    axe: Axe
    """Shared between readers."""
    sizes: list[ViewportSize]
    wrong: list[object] = field(default_factory=list)
    here: str = ""

    def run(self, starts: list[str]) -> None:
        """Visit the starts, and one page of every other kind that links lead to."""
        self.page.on("pageerror", lambda error: self.note("script", str(error)))
        self.page.on("console", lambda m: self.note("console", m.text) if m.type in ("error", "warning") else None)
        todo, shapes = list(starts), {shape_of(start) for start in starts}
        while todo:
            for link in self.visit(todo.pop(0)):
                shape = shape_of(link)
                if shape not in shapes:
                    shapes.add(shape)
                    todo.append(link)
        assert len(shapes) < 150, "the crawl does not end"

    def note(self, kind: str, *what: object) -> None:
        """Remember what is wrong with the page at hand."""
        if self.here != NOWHERE or kind != "console":  # browsers tell of an answer that is no 200
            self.wrong.append((self.here, kind, *what))

    def visit(self, path: str) -> list[str]:
        """Look at one page in both widths; return where it leads."""
        self.here = path
        response = self.page.goto(self.site + path)
        if response is None or response.status != (404 if path == NOWHERE else 200):
            self.note("status", response and response.status)
            return []
        found = self.page.evaluate(LINKS)
        links = [link.partition("#")[0] for link in found if link.startswith(("/", "?"))]
        links = [link if link.startswith("/") else urlsplit(path).path + link for link in links]
        links = [link for link in links if not link.startswith(ELSEWHERE) and "export=" not in link]
        links = [link for link in links if not urlsplit(link).path.endswith(FILES)]
        if not links:
            self.note("way on", "none")
        for size in self.sizes:
            if self.page.viewport_size != size:
                self.page.set_viewport_size(size)
            self.check(size)
        self.sizes.reverse()
        return links

    def check(self, size: ViewportSize) -> None:
        """Nothing sticks out of a phone, no text is cut off; on a desk axe looks."""
        if size is NARROW:
            for text in self.page.evaluate(CUT, SCROLLS):
                self.note("narrow", text)
        else:
            for violation in self.axe.look(self.page, shape_of(self.here)):
                self.note(*violation)


CHINESE = Axe()
LOOKS = {"zh-hans": CHINESE, "en": Axe(texts=CHINESE.texts)}
"""A colour is the same in both languages: contrast is measured in the one that comes first."""


@pytest.mark.parametrize("language", list(LOOKS))
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_everything_as(browser: Browser, furnished_site: str, role: str, language: str) -> None:
    site, sizes = furnished_site, [WIDE, NARROW] if language == "en" else [NARROW, WIDE]
    context = browser.new_context(viewport=WIDE, locale="zh-CN", color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    if role:
        page.goto(f"{site}/login/")
        page.locator(f"button[name=login][value={role}]").click()
        page.wait_for_load_state()
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    page.set_viewport_size(sizes[0])
    crawl = Crawl(page, site, LOOKS[language], sizes)
    crawl.run([*(path for path, who in PAGES.items() if role in who), NOWHERE])
    context.close()
    assert not crawl.wrong, "\n".join(map(str, crawl.wrong))
