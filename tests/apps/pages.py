"""The site's pages for tests: which there are, who may open them, and how to read their HTML."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

ROLES = ("bureau", "leader", "police", "hr", "developer", "citizen", "")
"""Logins of the town that stand for the roles; "" is nobody. ``police`` provides, ``hr`` is foreign to it."""

OPEN = ("bureau", "leader", "police", "hr", "developer", "citizen", "")
SIGNED_IN = ("bureau", "leader", "police", "hr", "developer", "citizen")
OFFICIALS = ("bureau", "leader", "police", "hr", "developer")
OF_POLICE = ("bureau", "leader", "police")
OF_CITY = ("bureau", "leader")

PAGES: dict[str, tuple[str, ...]] = {
    "/": SIGNED_IN,
    "/login/": ("",),
    "/design/": OPEN,
    "/organisations/": OPEN,
    "/elements/": OPEN,
    "/items/": OPEN,
    "/items/CENTRE-01/": OPEN,
    "/items/POLICE-01/": OFFICIALS,
    "/items/HR-01/": OFFICIALS,
    "/items/POLICE-01/rows/raw/": OF_POLICE,
    "/items/POLICE-01/rows/std/": OF_POLICE,
    "/items/POLICE-01/rows/quarantine/": OF_POLICE,
    "/flow/": OFFICIALS,
    "/runs/": OFFICIALS,
    "/issues/": OFFICIALS,
    "/libraries/": OFFICIALS,
    "/libraries/population/": OFFICIALS,
    "/libraries/population/rows/": OF_CITY,
    "/look-up/": ("bureau", "leader", "police", "hr"),
    "/services/": OFFICIALS,
    "/services/resident/": OFFICIALS,
    "/services/insurance/": OFFICIALS,
    "/grants/": OFFICIALS,
    "/grants/hr-resident/": OFFICIALS,
    "/grants/police-insurance/": (*OF_POLICE, "hr", "developer"),
    "/evidence/": SIGNED_IN,
    "/audit/": OFFICIALS,
}
"""Each page of the town and which of :data:`ROLES` may open it."""


def parsed(client: Client, path: str) -> HTMLParser:
    """Open a page that must be there."""
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return HTMLParser(response.content.decode())


def nodes(page: HTMLParser) -> Iterator[Node]:
    """Every element of a page."""
    assert page.root is not None
    yield from page.root.traverse(include_text=False)


def links(page: HTMLParser) -> set[str]:
    """Addresses of the site that a page leads to, without fragments."""
    found = set()
    for node in page.css("a[href]"):
        href = (node.attributes.get("href") or "").partition("#")[0]
        if href.startswith("/") and not href.startswith(("/static/", "/gateway/")):
            found.add(href)
    return found


def shown_text(page: HTMLParser) -> str:
    """What a reader sees, without the button that is in the other language on purpose."""
    for node in page.css("script, button[name=language]"):
        node.decompose()
    assert page.body is not None
    return page.body.text(separator="\n")
