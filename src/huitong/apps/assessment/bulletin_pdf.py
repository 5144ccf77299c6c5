"""The bulletin as PDF. WeasyPrint is imported only here and only when asked: it needs libraries of the system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from huitong.apps.assessment.bulletin import Bulletin
from huitong.foundation.errors import Terminal

STYLES = "site/css/bulletin.css"


def bulletin_pdf(bulletin: Bulletin) -> bytes:
    """Return the bulletin on A4 pages, fonts embedded; nothing is fetched from anywhere.

    Raises:
        Terminal: ``assessment.pdf_unavailable`` where the system lacks pango.
    """
    try:
        from weasyprint import CSS, HTML
    except (OSError, ImportError) as error:
        raise Terminal("assessment.pdf_unavailable", reason=str(error).splitlines()[0]) from error
    page = render_to_string("assessment/bulletin_pdf.html", {"bulletin": bulletin})
    found = finders.find(STYLES)
    styles = Path(str(found)).read_text(encoding="utf-8")
    written: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(stylesheets=[CSS(string=styles)])
    return written


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"the bulletin fetches nothing: {url}")
