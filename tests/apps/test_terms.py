"""Question marks beside the words of the field: which stand on which page, each explained in both glossaries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django import forms
from django.test import Client
from tests.apps.demand_town import apply_for, set_up, step
from tests.apps.pages import parsed

import huitong
from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.catalog.drafting import draft_change
from huitong.apps.demand.applying import start_draft
from huitong.apps.forms import SiteForm, term_of
from huitong.apps.help.glossary import term, terms
from huitong.apps.tables import Column, Empty, plain_table

Login = Callable[[str], User]
PACKAGE = Path(huitong.__file__).parent
REQUIRED: dict[str, tuple[str, ...]] = {
    "/items/": ("catalog item", "sharing type", "link", "update cycle"),
    "/items/POLICE-01/": (
        *("data element", "level", "mask", "link", "source", "sharing type", "update cycle", "classification"),
        "provenance",
    ),
    "/elements/": ("data element", "level", "mask"),
    "/compile/": ("item draft",),
    "/responsibilities/": ("responsibilities", "link rate"),
    "/responsibilities/police/": ("sharing type", "link"),
    "/systems/": ("system", "connection"),
    "/systems/police-sys/": ("sharing type", "link"),
    "/islands/": ("island",),
    "/projects/": ("project",),
    "/projects/new/": ("collected again",),
    "/organisations/police/contacts/": ("chief data officer / liaison",),
    "/issues/": ("quality issue",),
    "/sources/": ("one source", "authority", "collected again"),
    "/libraries/": ("base library",),
    "/look-up/": ("purpose", "case", "base library", "receipt"),
    "/needs/": ("supply and demand", "need", "turn", "clock"),
    "/services/": ("service",),
    "/services/resident/": ("grant", "service kind"),
    "/grants/": ("grant", "legal basis", "quota"),
    "/grants/hr-resident/": ("service kind", "quota"),
    "/cases/?in=all": ("case", "turn", "clock"),
    "/evidence/": ("evidence ledger",),
    "/assessment/method/": ("indicator", "weight"),
    "/papers/": ("papers", "verify"),
}
"""What the bureau finds explained."""


def marked(client: Client, path: str) -> set[str]:
    """The terms that a page explains, by the anchors of the glossary that they lead to."""
    page = parsed(client, path)
    for mark in page.css("details.what"):
        summary = mark.css_first("summary")
        assert summary is not None and summary.attributes.get("aria-label"), "by keyboard, and for screen readers"
    return {
        str(link.attributes["href"]).partition("#")[2] for link in page.css("details.what a[href^='/help/glossary/#']")
    }


def anchors(*names: str) -> set[str]:
    """Where the glossary has these terms."""
    found = {name: term(name, "zh") for name in names}
    assert all(found.values()), found
    return {one.anchor for one in found.values() if one is not None}


@pytest.fixture
def worked_town(run_town: None, user: Login) -> Case:
    """The town with an application that its provider must answer."""
    set_up()
    return step(user("bureau"), apply_for(user("developer")), "pass_on")


@pytest.mark.django_db
@pytest.mark.parametrize("path", REQUIRED)
def test_pages_explain_their_words(path: str, user: Login, worked_town: Case) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("developer" if path == "/services/resident/" else "bureau"))
    missing = anchors(*REQUIRED[path]) - marked(client, path)
    assert not missing


@pytest.mark.django_db
def test_what_one_writes_and_answers_is_explained(user: Login, worked_town: Case) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("police"))
    draft = draft_change(user("police"), code="POLICE-01")
    steps = {
        "basic": ("classification", "update cycle", "resource code"),
        "sharing": ("sharing type", "open data, open set"),
        "link": ("source", "full / incremental"),
    }
    for name, wanted in steps.items():
        assert anchors(*wanted) <= marked(client, f"/compile/{draft.pk}/{name}/"), name
    assert anchors("ask back", "clock", "party") <= marked(client, f"/cases/{worked_town.number}/")
    answering = marked(client, f"/applications/{worked_town.number}/")
    assert anchors("service kind", "quota") <= answering
    client.force_login(user("developer"))
    own = start_draft(user("developer"), subject_kind="service", subject_key="resident", steps={})
    assert anchors("purpose", "legal basis") <= marked(client, f"/drafts/{own.pk}/")


def _written() -> Iterator[tuple[str, str]]:
    """Every term that the code names, with where."""
    for file in PACKAGE.rglob("*.html"):
        for name in re.findall(r"{% what(?:_named)? \"([^\"]+)\"", file.read_text("utf-8")):
            yield name, file.name
    for file in PACKAGE.rglob("apps/**/*.py"):
        text = file.read_text("utf-8")
        yield from ((name, file.name) for name in re.findall(r"\bterm=\"([^\"]+)\"", text))
        for block in re.findall(r"    terms = {(.*?)}", text, re.DOTALL):
            yield from ((name, file.name) for name in re.findall(r": \"([^\"]+)\"", block))


def test_every_term_that_is_named_is_in_the_glossary() -> None:
    written = list(_written())
    assert len(written) > 50
    assert not [(name, where) for name, where in written if term(name, "en") is None]


def test_every_term_is_explained_in_both_languages() -> None:
    chinese = re.compile(r"[\u3400-\u9fff]")
    assert not [one.zh for one in terms("zh") if not chinese.search(one.meaning)], "add them to docs/glossary.zh.md"
    assert not [one.en for one in terms("en") if not one.meaning or chinese.search(one.meaning)]


def test_a_form_hands_its_terms_down() -> None:
    class First(SiteForm):
        terms = {"a": "grant"}
        a = forms.CharField()

    class Second(SiteForm):
        terms = {"b": "mask"}
        b = forms.CharField()

    class Both(First, Second):
        pass

    assert [term_of(Both(), name) for name in ("a", "b", "c")] == ["grant", "mask", ""]
    assert term_of(forms.Form(), "a") == ""


def test_a_narrow_table_lists_its_terms_once() -> None:
    columns = (Column("a", "A", term="link"), Column("b", "B", term="link"), Column("c", "C"))
    assert plain_table("T", columns, [], Empty("")).terms == ["link"]
