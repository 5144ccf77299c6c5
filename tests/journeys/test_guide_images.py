"""The guide's pictures are of the pages as they are.

Beside each picture lies what its page showed when it was taken: headings, labels, table heads, buttons, navigation and
the classes of components, without figures and days. A page that shows something else fails here until all pictures
are taken again, of the furnished town of the tests, by the command that the failure names.
"""

from __future__ import annotations

import difflib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

IMAGES = Path(__file__).parents[2] / "src" / "huitong" / "site" / "static" / "guide"
COMMAND = "HUITONG_GUIDE_IMAGES=1 python -m pytest tests/journeys/test_guide_images.py"
WINDOW = (1120, 700)
PICTURES = (
    ("public-home", "", "/"),
    ("citizen-evidence", "citizen", "/evidence/"),
    ("officer-issues", "police", "/issues/"),
    ("officer-item", "police", "/items/POLICE-01/"),
    ("officer-compile", "police", "/compile/"),
    ("worker-cases", "police", "/cases/"),
    ("developer-service", "developer", "/services/resident/"),
    ("developer-apply", "developer", "/apply/item/POLICE-01/"),
    ("bureau-flow", "bureau", "/flow/"),
    ("bureau-islands", "bureau", "/islands/"),
    ("bureau-sources", "bureau", "/sources/"),
    ("bureau-assessment", "bureau", "/assessment/"),
    ("leader-screen", "leader", "/screen/"),
)
"""Name, login, address."""
SHOWN = """() => {
  const lines = new Set();
  const say = (kind, text) => {
    const words = text.replace(/\\s+/g, ' ').replace(/[0-9]+([-.,:/ ]?[0-9]+)*/g, '#').trim();
    if (words) lines.add(`${kind}: ${words}`);
  };
  const moving = 'tbody, svg, .tour-strip, .badge, .code, .timeline, time, .s-panel li, .s-panel p, .s-figure';
  for (const [kind, chosen] of Object.entries({
    heading: 'h1, h2, h3', label: 'label, legend, dt', column: 'thead th', button: 'button, a.button, summary',
    link: 'nav a, .tabs a',
  })) for (const node of document.querySelectorAll(chosen)) {
    if (node.closest(moving) || node.closest('.palette')) continue;
    const copy = node.cloneNode(true);
    for (const part of copy.querySelectorAll('small, .count, .bell-count, kbd, time, .badge')) part.remove();
    say(kind, copy.textContent);
  }
  const state = /(^|-)(good|bad|warn|info|new|done|current|late|today|soon|live|lost|over)$|^htmx|^fits$/;
  for (const node of document.body.querySelectorAll('[class]')) {
    if (node.closest(moving)) continue;
    for (const name of node.classList) if (!state.test(name)) lines.add(`class: ${name}`);
  }
  return [...lines].sort();
}"""


@pytest.fixture(scope="module")
def pages(browser: Browser, furnished_site: str) -> Iterator[dict[str, Page]]:
    """One signed-in page a login, kept for both languages."""
    kept: dict[str, Page] = {}
    for login in dict.fromkeys(login for _name, login, _path in PICTURES):
        calm = {"reduced_motion": "reduce", "color_scheme": "light"}
        context = browser.new_context(viewport={"width": WINDOW[0], "height": WINDOW[1]}, locale="zh-CN", **calm)  # type: ignore[arg-type]
        context.set_default_timeout(90_000)
        context.add_cookies([{"name": "huitong_tour", "value": "done", "url": furnished_site}])
        page = kept[login] = context.new_page()
        if login:
            page.goto(f"{furnished_site}/login/")
            page.locator(f"button[name=login][value={login}]").click()
            page.wait_for_load_state()
    yield kept
    for page in kept.values():
        page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("name", "login", "path"), PICTURES, ids=[name for name, _login, _path in PICTURES])
def test_pictures_of_the_guide(
    pages: dict[str, Page], furnished_site: str, name: str, login: str, path: str, language: str
) -> None:
    page = pages[login]
    tongue = "zh-hans" if language == "zh" else "en"
    page.context.add_cookies([{"name": "django_language", "value": tongue, "url": furnished_site}])
    answer = page.goto(furnished_site + path)
    assert answer is not None and answer.status == 200
    expect(page.locator("h1").first).to_be_visible()
    shown: list[str] = page.evaluate(SHOWN)
    assert len(shown) > 15, shown
    if os.environ.get("HUITONG_GUIDE_IMAGES"):
        page.wait_for_timeout(1500)
        _keep(page.screenshot(), shown, f"{name}-{language}")
        return
    told = IMAGES / f"{name}-{language}.txt"
    before = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    changes = list(difflib.unified_diff(before, shown, "pictured", "now", lineterm="", n=0))
    assert not changes, f"{path} is no more as in its picture; take all again: {COMMAND}\n" + "\n".join(changes)


def test_a_changed_page_is_noticed(pages: dict[str, Page], furnished_site: str) -> None:
    """What must be seen, and what must not: a heading, a column and a class are; a figure and a row are not."""
    page = pages["police"]
    page.goto(f"{furnished_site}/issues/")
    before = page.evaluate(SHOWN)
    page.evaluate("document.querySelector('tbody tr').remove()")
    assert page.evaluate(SHOWN) == before
    said = []
    for words in ("共 12 项，2026-01-02 15:30", "共 3,456 项，2027-11-30 9:05"):
        page.evaluate("words => { document.querySelector('h1').textContent = words }", words)
        said.append(page.evaluate(SHOWN))
    assert said[0] == said[1] != before
    for change in ("h1').textContent = '别的", "thead th').textContent = '别的", "main div').className += ' another"):
        page.reload()
        page.evaluate(f"document.querySelector('{change}'")
        assert page.evaluate(SHOWN) != before, change


def _keep(shot: bytes, shown: list[str], name: str) -> None:
    from PIL import Image

    IMAGES.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(shot)).convert("RGB").save(IMAGES / f"{name}.webp", "WEBP", quality=68, method=6)
    (IMAGES / f"{name}.txt").write_text("\n".join(shown) + "\n", encoding="utf-8")
