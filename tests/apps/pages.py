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
    "/": OPEN,
    "/search/": OPEN,
    "/search/?q=人": OPEN,
    "/open/": OPEN,
    "/open/CENTRE-01/": OPEN,
    "/open/POLICE-01/": (),
    "/papers/": OPEN,
    "/hotline/": OPEN,
    "/mine/": ("bureau", "leader", "police", "hr", "developer", ""),
    "/about/": OPEN,
    "/privacy/": OPEN,
    "/contact/": OPEN,
    "/login/": ("",),
    "/design/": OPEN,
    "/organisations/": OPEN,
    "/help/": OPEN,
    "/help/start/": OPEN,
    "/help/bureau/": OPEN,
    "/help/developer/": OPEN,
    "/help/glossary/": OPEN,
    "/help/tour/": OPEN,
    "/screen/": ("bureau", "leader"),
    "/account/": SIGNED_IN,
    "/account/code/": SIGNED_IN,
    "/account/passkeys/add/": SIGNED_IN,
    "/account/password/": SIGNED_IN,
    "/account/confirm/": SIGNED_IN,
    "/account/inactive/": OPEN,
    "/account/oidc/cancelled/": OPEN,
    "/users/": ("bureau",),
    "/users/hr/": ("bureau",),
    "/cases/": SIGNED_IN,
    "/cases/?in=all": SIGNED_IN,
    "/notices/": SIGNED_IN,
    "/webhooks/": ("bureau",),
    "/elements/": OPEN,
    "/items/": OPEN,
    "/items/CENTRE-01/": OPEN,
    "/items/POLICE-01/": OFFICIALS,
    "/items/HR-01/": OFFICIALS,
    "/items/POLICE-01/rows/raw/": OF_POLICE,
    "/items/POLICE-01/rows/std/": OF_POLICE,
    "/items/POLICE-01/rows/quarantine/": OF_POLICE,
    "/items/POLICE-01/versions/": OFFICIALS,
    "/items/POLICE-01/cancel/": ("bureau", "police"),
    "/compile/": OFFICIALS,
    "/compile/new/": ("bureau", "police", "hr"),
    "/compile/import/": ("bureau", "police", "hr"),
    "/compile/scan/": ("bureau", "police", "hr"),
    "/compile/scan/police-db/": ("bureau", "police"),
    "/compile/scan/police-db/object/?object=person": ("bureau", "police"),
    "/responsibilities/": OFFICIALS,
    "/responsibilities/police/": OFFICIALS,
    "/systems/": OFFICIALS,
    "/systems/new/": ("bureau", "police", "hr"),
    "/systems/police-sys/": OFFICIALS,
    "/systems/police-sys/edit/": ("bureau", "police"),
    "/islands/": OFFICIALS,
    "/organisations/police/": OPEN,
    "/organisations/police/contacts/": ("bureau", "police"),
    "/calendar/": OFFICIALS,
    "/calendar/?year=2027": OFFICIALS,
    "/organisations/new/": ("bureau",),
    "/organisations/police/edit/": ("bureau",),
    "/organisations/police/remit/": ("bureau",),
    "/items/confirm/": ("bureau", "police", "hr"),
    "/projects/": OFFICIALS,
    "/projects/new/": ("bureau", "police", "hr"),
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
    "/needs/": OFFICIALS,
    "/needs/?time=waiting&kind=application": OFFICIALS,
    "/needs/figures/": OFFICIALS,
    "/apply/service/resident/": OFFICIALS,
    "/apply/item/POLICE-01/": OFFICIALS,
    "/apply/item/HR-01/": OFFICIALS,
    "/demands/new/": ("bureau", "police", "hr", "developer"),
    "/sources/": OFFICIALS,
    "/sources/sex/": OFFICIALS,
    "/apps/": OFFICIALS,
    "/apps/new/": ("bureau", "police", "hr", "developer"),
    "/apps/hr-app/": ("bureau", "leader", "hr", "developer"),
    "/evidence/": SIGNED_IN,
    "/audit/": OFFICIALS,
    "/assessment/": OFFICIALS,
    "/assessment/method/": OFFICIALS,
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


def told_at(response: object, field: str) -> str:
    """What an answer says is wrong at a field, which says so to screen readers and above its form; "" for nothing."""
    page = HTMLParser(getattr(response, "content").decode())  # noqa: B009 - an answer of the test client
    error = page.css_first(f"#{field}_error")
    if error is None:
        return ""
    box = page.css_first(f"#{field}") or page.css_first(f"#{field}_group")
    assert box is not None and f"{field}_error" in (box.attributes.get("aria-describedby") or "").split(), field
    assert box.tag == "fieldset" or box.attributes.get("aria-invalid") == "true", field
    linked = [node.attributes["href"] for node in page.css("form [data-errors] a")]
    assert f"#{box.attributes['id']}" in linked, f"{field} is not named above its form, which gets the focus"
    return error.text(strip=True)


def shown_text(page: HTMLParser) -> str:
    """What a reader sees, without the button that is in the other language on purpose."""
    for node in page.css("script, button[name=language], .terms small[lang]"):
        node.decompose()
    assert page.body is not None
    return page.body.text(separator="\n")
