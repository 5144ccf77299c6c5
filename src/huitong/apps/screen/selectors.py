"""Reads of the screen."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from huitong import __version__
from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.screen.specs import Picture
from huitong.apps.screen.watching import Watch
from huitong.foundation.errors import Terminal

DRAWN_BY = ("site/css/tokens.css", "site/css/dark.css", "site/css/screen.css", "site/js/screen.js")
"""What draws the page, beside its templates."""
MAY_WATCH = ("leader", "bureau")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_watch = Watch()
_watching = threading.Lock()


def require_watcher(viewer: Viewer) -> User:
    """Return the viewer as somebody who may see the screen: leaders and the bureau.

    Raises:
        Terminal: ``people.sign_in_needed``, ``people.not_allowed``.
    """
    if isinstance(viewer, AnonymousUser) or not viewer.is_active:
        raise Terminal("people.sign_in_needed")
    if not viewer.has_role(*MAY_WATCH):
        raise Terminal("people.not_allowed", login=str(viewer))
    return viewer


def picture_html() -> dict[str, str]:
    """Take the next picture for everybody who watches, and draw it in each language."""
    with _watching:
        picture = _watch.look()
    return {name: draw(picture, language) for name, language in LANGUAGES.items()}


def draw(picture: Picture, language: str) -> str:
    """Return what changes on the screen as HTML, with the build of the page that it is for."""
    with translation.override(language):
        context = {"picture": picture, "build": build_of(picture)}
        return render_to_string("screen/_picture.html", context)


def build_of(picture: Picture) -> str:
    """Return what tells the page that it is out of date: another version of the program, or another city's map."""
    return hashlib.sha256(f"{program()}:{picture.division}:{picture.city}".encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def program() -> str:
    """Return a digest of what draws the page, as it was when this process first drew it."""
    found = hashlib.sha256(__version__.encode())
    templates = sorted((Path(__file__).parent / "templates" / "screen").iterdir())
    for path in [*templates, *(Path(str(finders.find(name))) for name in DRAWN_BY)]:
        found.update(path.read_bytes())
    return found.hexdigest()


def picture_now() -> Picture:
    """Take a picture for a page that is just being opened; it takes no movement from the screens that are open."""
    with _watching:
        return _watch.glance()
