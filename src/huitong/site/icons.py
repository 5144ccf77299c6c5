"""Icons: the vendored Tabler outlines, drawn inside the page so that they take the text's colour."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static" / "vendor" / "tabler-icons-3.51.0" / "outline"
_SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>")
_BACKGROUND = 'd="M0 0h24v24H0z"'


@cache
def icon_svg(name: str) -> SafeString:
    """Return the icon ``name`` as SVG, hidden from screen readers: the text beside it says what it means.

    Raises:
        FileNotFoundError: no such icon is vendored.
    """
    drawn = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    shapes = "".join(shape for shape in _SHAPES.findall(drawn) if _BACKGROUND not in shape)
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{shapes}</svg>')
