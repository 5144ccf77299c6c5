"""Reads of the help."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from huitong.apps.everyday import close_readings
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
    wanted, tongue = tuple(one.casefold() for one in close_readings(text)), language()
    pages = [
        Found(page.title, page.lead, reverse("help:guide", args=[page.name]))
        for page in guides(tongue)
        if any(one in f"{page.title}\n{page.text}".casefold() for one in wanted)
    ]
    home = reverse("help:glossary")
    words = [
        Found(one.en if tongue == "en" else one.zh, one.meaning, f"{home}#{one.anchor}")
        for one in terms(tongue)
        if any(word in f"{one.zh}\n{one.en}".casefold() for word in wanted)
    ]
    return [*words, *pages]
