"""Icons: the vendored Tabler outlines, drawn inside the page so that they take the text's colour."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static" / "vendor" / "tabler-icons-3.51.0" / "outline"
_LINES = re.compile(r'<path\b[^>]*? d="(M[^"]+)"')
_BACKGROUND = "M0 0h24v24H0z"


@cache
def icon_svg(name: str) -> SafeString:
    """Return the icon ``name`` as SVG, hidden from screen readers: the text beside it says what it means.

    Its lines are one path, which looks the same: a list of five hundred rows has thousands of icons.

    Raises:
        FileNotFoundError: no such icon is vendored.
    """
    drawn = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    lines = "".join(line for line in _LINES.findall(drawn) if line != _BACKGROUND)
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{lines}"/></svg>')
