"""Pages are made of components, and no form that people write in lets them leave by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.template.loader import get_template

from huitong.site.templatetags.ht import register

SOURCE = Path(__file__).parents[2] / "src" / "huitong"
PAGES = sorted(SOURCE.rglob("templates/**/*.html"))
FORM = re.compile(r"<form\b(?P<tag>(?:[^>{]|{%.*?%}|{{.*?}})*)>(?P<body>.*?)</form>", re.DOTALL)
INCLUDED = re.compile(r'{% include "([^"]+)"')
TYPED = re.compile(r'<(?:select|textarea|input(?![^>]*type="(?:hidden|checkbox|radio|submit)"))\b|{% field ')
MANY = re.compile(
    r"{% form (?!errors)|<textarea\b|{% field_table |{% for bound in |{% for each in form "
    r"|{% field [\w.]+\.(?:comment|reason|text) %}"
)
MOST_UNGUARDED = 2

UNGUARDED = {
    "account/password_change.html": "passwords: nothing that one would want to keep",
    "libraries/look_up.html": "asks, and writes nothing: guarded once it came back refused",
    "sharing/service.html": "asks, and writes nothing: guarded once it came back refused",
}


@dataclass(frozen=True)
class PostForm:
    """A form that is sent: its page, its opening tag, and what stands in it, included templates too."""

    page: str
    tag: str
    body: str

    @property
    def is_written_in(self) -> bool:
        """Tell whether it has a text to write, or more fields than one fills in passing."""
        return bool(MANY.search(self.body)) or len(TYPED.findall(self.body)) > MOST_UNGUARDED

    @property
    def is_guarded(self) -> bool:
        """Tell whether leaving it asks first."""
        return "{% guard" in self.tag


def name_of(page: Path) -> str:
    """The template's name, as pages include it."""
    return page.as_posix().rpartition("/templates/")[2]


TEMPLATES = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}


def with_included(text: str) -> str:
    """The text with the templates that it includes in their places."""
    return INCLUDED.sub(lambda found: with_included(TEMPLATES[found[1]]) + found[0], text)


def post_forms(templates: dict[str, str]) -> Iterator[PostForm]:
    """Every form that is sent."""
    for page, text in templates.items():
        for found in FORM.finditer(text):
            if 'method="post"' in found["tag"]:
                yield PostForm(page, found["tag"], with_included(found["body"]))


def unguarded(templates: dict[str, str]) -> list[str]:
    """Pages with a form that people write in and may leave by mistake."""
    forms = post_forms(templates)
    return sorted({form.page for form in forms if form.is_written_in and not form.is_guarded} - set(UNGUARDED))


def test_every_form_that_people_write_in_is_guarded() -> None:
    assert unguarded(TEMPLATES) == []
    written = {form.page for form in post_forms(TEMPLATES) if form.is_written_in}
    assert len(written) > 20, "the test no longer sees forms"
    assert set(UNGUARDED) <= written, "an exception is no longer one"


@pytest.mark.parametrize("page", ["cases/case.html", "catalog/draft_fields.html", "sharing/_reason.html"])
def test_a_guard_that_is_forgotten_is_seen(page: str) -> None:
    assert unguarded(TEMPLATES | {page: re.sub(r" ?{% guard.*?%}", "", TEMPLATES[page])}) == [page]


# one component a thing

GALLERY = TEMPLATES["site/design.html"]
COMPONENTS = {name: text for name, text in TEMPLATES.items() if name.startswith("site/components/")}
OTHERS = {name: text for name, text in TEMPLATES.items() if name not in COMPONENTS and name != "site/design.html"}
UNSEEN = {"word", "here", "cells", "chart_files", "map_files", "map_styles"}
"""Tags that are no component: a word, a mark, the cells that a table draws, and links to files."""

HAND_MADE = {
    "assessment/_bulletin.html": "a document, set for paper",
    "assessment/quarter.html": "a column an indicator",
    "catalog/draft_fields.html": "a form a row",
    "demand/_fields.html": "a form a row",
    "registry/calendar.html": "a month of days",
    "demand/application.html": "a column that depends on the decision",
    "demand/figures.html": "headings with their unit",
    "screen/_picture.html": "the wall has a size of type of its own",
}
OWN_MARKUP = re.compile(r'<table\b|class="timeline[" ]|class="notice[" ]|data-dialog')


def drawn_by(tag: str, templates: dict[str, str]) -> list[str]:
    """The templates that use a tag."""
    return [name for name, text in templates.items() if re.search(rf"{{% {tag}\b", text)]


def test_every_component_is_in_the_gallery_and_on_a_page() -> None:
    tags = sorted(set(register.tags) - UNSEEN)
    assert len(tags) > 25
    assert [tag for tag in tags if not drawn_by(tag, {"gallery": GALLERY} | COMPONENTS)] == []
    assert [tag for tag in tags if not drawn_by(tag, OTHERS | COMPONENTS)] == []


def test_pages_draw_no_component_by_hand() -> None:
    by_hand = {name for name, text in OTHERS.items() if OWN_MARKUP.search(text)}
    assert by_hand == set(HAND_MADE)
    assert not OWN_MARKUP.search(GALLERY)


def test_every_template_can_be_read() -> None:
    for name in TEMPLATES:
        get_template(name)
