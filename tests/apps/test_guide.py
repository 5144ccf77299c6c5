"""The users' guide: a section for every page that a role may open, links that lead somewhere, the way to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import polib
import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import PAGES, parsed
from tests.apps.test_pages_static import CATALOGS

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Scope
from huitong.apps.help.contexts import GUIDES
from huitong.apps.help.guide import FOLDER, guide, meant_for
from huitong.apps.help.specs import Guide
from huitong.engine.declarations.load import load_pack
from huitong.site.navigation import JOBS, Place
from huitong.site.public_places import PLACES

Login = Callable[[str], User]
TONGUES = {"zh": "zh-hans", "en": "en"}
ROLES = tuple(role for role in GUIDES if role)
READERS = {"bureau": "bureau", "leader": "leader", "data-officer": "police", "developer": "developer",
           "citizen": "citizen", "case-worker": "police", "start": "bureau"}  # fmt: skip
"""Each guide, and who of the town reads it."""
PARTS = {"zh": ("什么时候用。", "怎么做", "不对的时候。"), "en": ("When.", "Steps", "When it goes wrong.")}


def the_guide(name: str, language: str) -> Guide:
    """A guide that must be there."""
    found = guide(name, language)
    assert found is not None
    return found


def places_for(role: str) -> Iterator[Place]:
    """The entries of the navigation that a role may open."""
    scope = Scope(False, role != "citizen", frozenset(), frozenset(), 1, "")
    for job in JOBS:
        yield from (place for place in job.places if place.is_for(scope, frozenset({role})))


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("role", ROLES)
def test_every_place_of_the_navigation_has_its_section(role: str, language: str) -> None:
    told = {one.place: one.title for one in the_guide(GUIDES[role], language).sections if one.place}
    with translation.override(TONGUES[language]):
        named = {
            place.address: str((role == "citizen" and place.citizen_title) or place.title) for place in places_for(role)
        }
        if role == "citizen":
            named |= {address: str(title) for address, title in PLACES if address != "help:home"}
    assert told == named, "a section for each page that the role may open, under the page's name, and for no other"


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("name", [name for name in READERS if name != "start"])
def test_every_section_says_when_how_and_what_if(name: str, language: str) -> None:
    html = HTMLParser(the_guide(name, language).html)
    heads = [node for node in html.css("h2[id]") if "-" in (node.attributes.get("id") or "")]
    assert len(heads) >= 8
    for head in heads:
        bold, node = [], head.next
        while node is not None and node.tag != "h2":
            bold += [one.text() for one in (node.css("strong") if node.tag == "p" else [])]
            node = node.next
        order = [bold.index(part) if part in bold else -1 for part in PARTS[language]]
        if "Steps." in bold or "怎么做。" in bold:
            order[1] = bold.index("Steps." if language == "en" else "怎么做。")
        assert -1 not in order and order == sorted(order), (name, head.text(), bold)


@pytest.mark.django_db
@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("name", READERS)
def test_guides_lead_only_where_their_readers_may_go(name: str, language: str, user: Login, run_town: None) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user(READERS[name]))
    html = HTMLParser(the_guide(name, language).html)
    hrefs = {str(node.attributes.get("href")) for node in html.css("a[href]")}
    assert hrefs
    for href in hrefs:
        path, _mark, anchor = href.partition("#")
        if path and not path.startswith("/help/"):
            answer = client.get(path, follow=True)
            assert answer.status_code == 200, (name, href, answer.status_code)
        elif anchor:
            page = parsed(client, path) if path else html
            assert page.css_first(f"[id='{anchor}']") is not None, (name, href)
        else:
            assert client.get(path).status_code == 200, (name, href)


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["bureau", "leader", "police", "developer", "citizen", ""])
def test_every_page_leads_to_what_is_told_about_it(login: str, user: Login, run_town: None) -> None:
    client = Client(headers={"host": "localhost"})
    role = ""
    if login:
        client.force_login(user(login))
        role = next(iter(user(login).roles))
    anchors = {one.place: one.anchor for one in the_guide(GUIDES[role], "zh").sections}
    seen = 0
    for path in (path for path, who in PAGES.items() if login in who and not path.startswith("/account/o")):
        answer = client.get(path)
        link = HTMLParser(answer.content.decode()).css_first(".bar-help")
        if link is None:
            continue
        address, _mark, anchor = str(link.attributes.get("href")).partition("#")
        page = parsed(client, address)
        assert not anchor or page.css_first(f"[id='{anchor}']") is not None, (path, address, anchor)
        seen += 1
        for place in places_for(role) if role else ():
            if path == _address(place.address):
                assert address == f"/help/{GUIDES[role]}/" and anchor == anchors[place.address], path
    assert seen >= 10


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@pytest.mark.parametrize(("language", "quoted"), [("zh", "“([^”]+)”"), ("en", '"([^"]+)"')])
def test_what_the_guide_quotes_stands_on_a_page(language: str, quoted: str) -> None:
    entries = [entry for catalog in CATALOGS for entry in polib.pofile(str(catalog))]
    known = [entry.msgid if language == "zh" else entry.msgstr for entry in entries]
    types = load_pack("standards").case_types
    actions = [one for each in types for one in each.actions]
    known += [one.title if language == "zh" else one.title_en for one in actions]
    on_pages = "\n".join(known)
    files = [*(FOLDER / language).rglob("*.md")]
    assert len(files) == 15
    for file in files:
        strange = [text for text in re.findall(quoted, file.read_text("utf-8")) if text not in on_pages]
        assert not strange, (file.name, strange)


def test_a_task_is_told_to_whom_it_concerns() -> None:
    text = "# Job\n\n## A <!-- x:a: one two -->\nboth\n<!-- only one -->\nfirst\n<!-- all -->\nagain\n"
    text += "\n## B <!-- x:b: two -->\nb"
    assert meant_for("one", text).split("\n") == ["## A <!-- x:a: one two -->", "both", "first", "again", ""]
    assert "first" not in meant_for("two", text) and meant_for("two", text).endswith("b")
    assert meant_for("three", text) == ""
    assert re.search(r"href=\"/items/\"", the_guide("leader", "en").html), "a section opens its page"
