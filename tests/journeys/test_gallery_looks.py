"""The gallery looks as it is kept in pictures; ``HUITONG_GALLERY_IMAGES=1`` (``make looks``) takes them anew.

Kept are a few sheets at half size under ``pictures/``; :mod:`tests.journeys.looks` says what counts as different.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page
from tests.journeys.looks import SHRINK, Box, Sheet, difference, differences

KEPT = Path(__file__).parent / "pictures"
ANEW = "HUITONG_GALLERY_IMAGES"
BOXES = """() => Object.fromEntries([...document.querySelectorAll('main section[aria-labelledby]')]
  .filter(node => node.offsetWidth && !node.parentElement.closest('section'))
  .map(node => { const box = node.getBoundingClientRect(); return [node.getAttribute('aria-labelledby'),
    [box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round)]; }))"""
DRAWN = """() => document.fonts.status === 'loaded'
  && document.querySelectorAll('figure[data-chart].drawn canvas').length >= 2
  && document.querySelectorAll('.map-canvas path.leaflet-interactive').length >= 8"""


@dataclass(frozen=True)
class Look:
    """One way the gallery may look."""

    language: str = "zh-hans"
    theme: str = "light"
    width: int = 1440
    text: str = "normal"
    contrast: str = "normal"

    @property
    def name(self) -> str:
        """The name of its sheet."""
        parts = [self.language[:2], self.theme, str(self.width)]
        parts += [self.text] if self.text != "normal" else []
        return "-".join(parts + (["contrast"] if self.contrast == "high" else []))

    @property
    def file(self) -> Path:
        """Where its sheet is kept."""
        return KEPT / f"{self.name}.webp"


LOOKS = (
    *(Look(language, theme, width) for language in ("zh-hans", "en") for theme in ("light", "dark")
      for width in (1440, 360)),
    Look(contrast="high"),
    Look(theme="dark", contrast="high"),
    Look(width=360, text="largest"),
)  # fmt: skip


def opened(browser: Browser, site: str, look: Look, style: str = "") -> Page:
    """Open the gallery in a look, perhaps with a style that does not belong, in a window as high as the page."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 900}, locale="zh-CN", reduced_motion="reduce", bypass_csp=bool(style)
    )
    chosen = {"django_language": look.language, "huitong_theme": look.theme, "huitong_text": look.text,
              "huitong_contrast": look.contrast}  # fmt: skip
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in chosen.items()])
    page = context.new_page()
    page.goto(f"{site}/design/")
    if style:
        page.add_style_tag(content=style)
    page.set_viewport_size({"width": look.width, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.wait_for_function(DRAWN)
    page.evaluate("document.activeElement.blur()")
    return page


def taken(page: Page) -> Sheet:
    """Take the gallery's parts as they look now."""
    boxes: dict[str, Box] = page.evaluate(BOXES)
    return Sheet.of_page(page.screenshot(animations="disabled", caret="hide"), boxes)


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_gallery_looks_as_kept(browser: Browser, site: str, look: Look, tmp_path: Path) -> None:
    page = opened(browser, site, look)
    now = taken(page)
    page.context.close()
    if os.environ.get(ANEW):
        now.keep(look.file)
    wrong = differences(Sheet.read(look.file), now, tmp_path / look.name)
    assert not wrong, (
        f"{look.name} looks different; was, is and what differs: {tmp_path / look.name}. "
        f"If it should, take the pictures anew: make looks. {wrong}"
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("style", "part"),
    [
        (".button-main { background: #1b7a63 !important }", "buttons"),
        (".stat { padding-left: 28px !important }", "stats"),
        (".level { visibility: hidden !important }", "badges"),
        (".timeline-dot { visibility: hidden !important }", "line"),
        (".chart-canvas { opacity: 0 !important }", "charts"),
        (".field-wrong .error { color: inherit !important }", "forms"),
        (".map-canvas path { fill-opacity: 0.2 !important }", "maps"),
        (".notice-warn { border-color: #dfe3e8 !important }", "notes"),
    ],
    ids=lambda value: value if value.isalpha() else "",
)
def test_a_style_that_does_not_belong_is_seen(
    browser: Browser, site: str, style: str, part: str, tmp_path: Path
) -> None:
    look = LOOKS[0]
    page = opened(browser, site, look, style)
    wrong = differences(Sheet.read(look.file), taken(page), tmp_path)
    page.context.close()
    assert part in {one.partition(":")[0] for one in wrong}, wrong
    assert (tmp_path / f"{part}.png").exists()


def drawn(shift: int = 0, colour: str = "#1b6299", *, badge: bool = True) -> Image.Image:
    """A part as a page may draw it, at full size: a button with smoothed edges, a badge, lines of text."""
    part = Image.new("RGB", (600, 240), "white")
    pen = ImageDraw.Draw(part)
    pen.rounded_rectangle((40 + shift, 40, 160 + shift, 80), 6, fill=colour)
    if badge:
        pen.ellipse((200, 50, 220, 70), fill="#ad2f1d")
    for line in range(4):
        pen.text((40, 110 + 25 * line), "0123456789 letters of a line", fill="#17202b")
    return part


def shrunk(part: Image.Image) -> Image.Image:
    """The part as a sheet keeps it."""
    return part.reduce(SHRINK)


@pytest.fixture
def before() -> Iterator[Image.Image]:
    """A part as it was."""
    yield shrunk(drawn())


def test_smoothing_is_forgiven(before: Image.Image) -> None:
    assert difference(before, shrunk(drawn().filter(ImageFilter.GaussianBlur(0.4)))) is None
    assert difference(before, shrunk(drawn(colour="#1e659c"))) is None


@pytest.mark.parametrize(
    "after",
    [drawn(colour="#1b7a63"), drawn(shift=4), drawn(badge=False), drawn().crop((0, 0, 600, 236))],
    ids=["colour", "shifted", "missing", "lower"],
)
def test_a_change_is_seen(before: Image.Image, after: Image.Image) -> None:
    assert difference(before, shrunk(after))
