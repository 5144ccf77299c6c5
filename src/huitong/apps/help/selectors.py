"""Reads of the help."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from huitong.apps.help.contexts import help_address
from huitong.apps.help.glossary import term, terms
from huitong.apps.help.guide import guide, guides
from huitong.apps.help.tour import address_of, guides_of_tour, number_of, shown_stop
from huitong.apps.labels import language
from huitong.apps.public.specs import Found

__all__ = [
    "address_of",
    "guide",
    "guides",
    "guides_of_tour",
    "help_address",
    "hits",
    "number_of",
    "shown_stop",
    "term",
    "terms",
]


def hits(text: str) -> Sequence[Found]:
    """Return what the help says about ``text``: terms named so, then pages of the guide."""
    wanted, tongue = text.casefold(), language()
    pages = [
        Found(page.title, page.lead, reverse("help:guide", args=[page.name]))
        for page in guides(tongue)
        if wanted in page.title.casefold() or wanted in page.text.casefold()
    ]
    home = reverse("help:glossary")
    words = [
        Found(one.en if tongue == "en" else one.zh, one.meaning, f"{home}#{one.anchor}")
        for one in terms(tongue)
        if wanted in one.zh.casefold() or wanted in one.en.casefold()
    ]
    return [*words, *pages]
