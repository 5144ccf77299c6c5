"""Everybody everywhere: a crawl of every kind of page as every role, in both languages.

On each page: it answers, the console is silent, there is a way on, axe finds nothing wrong in light and in dark
colours, and at 360 px nothing sticks out or is cut off. A page whose elements were all checked before is not handed
to axe again, which is what makes the crawl fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

ROLES = ("bureau", "leader", "police", "developer", "citizen", "")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
ELSEWHERE = ("/static/", "/gateway/", "/api/", "/divisions/", "/dcat/")

LINKS = "nodes => nodes.filter(n => !n.hasAttribute('download')).map(n => n.getAttribute('href'))"
PARTS = "() => [...new Set([...document.querySelectorAll('*')].map(n => n.tagName + '.' + n.getAttribute('class')))]"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCROLLS = ".table-wrap, .graph, .code, pre, .tabs, .palette-hits, .chart-table, nav"
CUT = """scrolls => {
  const cut = [];
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
    seen: set[frozenset[str]]
    """Sets of elements that axe has checked, shared between readers."""
    wrong: list[object] = field(default_factory=list)
    here: str = ""

    def run(self, *starts: str) -> None:
        """Visit one page of every kind that links lead to."""
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

    def note(self, kind: str, what: object) -> None:
        """Remember what is wrong with the page at hand."""
        self.wrong.append((self.here, kind, what))

    def visit(self, path: str) -> list[str]:
        """Look at one page; return where it leads."""
        self.here = path
        response = self.page.goto(self.site + path)
        if response is None or response.status != 200:
            self.note("status", response and response.status)
            return []
        found = self.page.eval_on_selector_all("a[href]", LINKS)
        links = [link.partition("#")[0] for link in found if link.startswith(("/", "?"))]
        links = [link if link.startswith("/") else urlsplit(path).path + link for link in links]
        links = [link for link in links if not link.startswith(ELSEWHERE) and "export=" not in link]
        if not links:
            self.note("way on", "none")
        self.check_colours()
        self.check_narrow()
        return links

    def check_colours(self) -> None:
        """Run axe, in light and in dark colours."""
        parts = frozenset(self.page.evaluate(PARTS))
        if any(parts <= known for known in self.seen):
            return
        self.seen.add(parts)
        self.axe(RULES)
        self.page.emulate_media(color_scheme="dark")
        self.axe(COLOURS)
        self.page.emulate_media(color_scheme="light")

    def axe(self, rules: dict[str, object]) -> None:
        """Note every violation."""
        for violation in Axe().run(self.page, options=rules).response["violations"]:
            for node in violation["nodes"]:
                self.note(violation["id"], (node["target"], node["failureSummary"]))

    def check_narrow(self) -> None:
        """Nothing sticks out of a phone, no text is cut off."""
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        if (wider := self.page.evaluate(WIDER)) > 0:
            self.note("too wide", wider)
        for text in self.page.evaluate(CUT, SCROLLS):
            self.note("cut off", text)
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


CHECKED: dict[str, set[frozenset[str]]] = {"zh-hans": set(), "en": set()}


@pytest.mark.parametrize("language", list(CHECKED))
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_everything_as(browser: Browser, site: str, role: str, language: str) -> None:
    calm = {"color_scheme": "light", "reduced_motion": "reduce"}
    context = browser.new_context(viewport=WIDE, locale="zh-CN", **calm)  # type: ignore[arg-type]
    page = context.new_page()
    if role:
        page.goto(f"{site}/login/")
        page.locator(f"button[name=login][value={role}]").click()
        page.wait_for_load_state()
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    crawl = Crawl(page, site, CHECKED[language])
    crawl.run("/") if role else crawl.run("/", "/login/", "/items/", "/design/")
    context.close()
    assert not crawl.wrong, "\n".join(map(str, crawl.wrong))
