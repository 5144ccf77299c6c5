"""Which section of which guide tells about the page at hand: the help that each page leads to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.urls import reverse

from huitong.apps.help.guide import guide
from huitong.apps.help.specs import Section
from huitong.apps.labels import language

GUIDES: Mapping[str, str] = {
    "bureau": "bureau",
    "leader": "leader",
    "data_officer": "data-officer",
    "developer": "developer",
    "citizen": "citizen",
    "": "citizen",
}
"""The guide of each role; of those who are nobody yet, that of citizens."""
EVERYBODY = "start"
"""The guide that all others stand on."""
BELOW: Mapping[str, str] = {
    "/apply/": "demand:needs",
    "/drafts/": "demand:needs",
    "/applications/": "demand:needs",
    "/demands/": "demand:needs",
    "/disputes/": "cases:queue",
    "/login/": "accounts:security",
}
"""Pages that do not lie below the address of the place they belong to."""


def help_address(role: str, path: str) -> str:
    """Return the address of the section about a page: of the reader's guide, else of the one for everybody.

    A page that no section is about leads to the top of the reader's guide.

    Args:
        role: the reader's most telling role, "" for nobody.
        path: address of the page.
    """
    own = GUIDES.get(role, EVERYBODY)
    for name in (own, EVERYBODY):
        if anchor := _anchor(name, path):
            return f"{reverse('help:guide', args=[name])}#{anchor}"
    return reverse("help:guide", args=[own])


def _anchor(name: str, path: str) -> str:
    found = guide(name, language())
    if found is None:
        return ""
    place = next((place for prefix, place in BELOW.items() if path.startswith(prefix)), "")
    about = _about(found.sections)
    if place:
        return next((anchor for name, _address, anchor in about if name == place), "")
    fitting = [
        (address, anchor)
        for _name, address, anchor in about
        if path == address or (address != "/" and path.startswith(address))
    ]
    return max(fitting, key=lambda one: len(one[0]))[1] if fitting else ""


@lru_cache(maxsize=32)
def _about(sections: tuple[Section, ...]) -> tuple[tuple[str, str, str], ...]:
    """Of each place that a guide tells about: its name, its address, and the section's anchor."""
    anchors = {section.place: section.anchor for section in sections if section.place}
    return tuple((place, reverse(place), anchor) for place, anchor in anchors.items())
