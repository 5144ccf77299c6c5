"""The help: guides in both languages, with their pictures; the glossary; the tour."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings
from tests.apps.pages import parsed, shown_text

from huitong.apps.accounts.models import User
from huitong.apps.help.glossary import terms
from huitong.apps.help.guide import FOLDER, NAMES, guides
from huitong.apps.help.tour import STEPS
from huitong.site.templatetags.help import what

IMAGES = Path(__file__).parents[2] / "src" / "huitong" / "site" / "static" / "guide"
MOST_BYTES = 2_000_000
Login = Callable[[str], User]


def test_every_guide_is_in_both_languages_and_alike() -> None:
    zh, en = guides("zh"), guides("en")
    assert [one.name for one in zh] == [one.name for one in en] == list(NAMES)
    for left, right in zip(zh, en, strict=True):
        assert len(left.sections) == len(right.sections) >= 3, left.name
        assert not re.search(r"[\u3400-\u9fff]", right.text), right.name
    for language in ("zh", "en"):
        assert {file.stem for file in (FOLDER / language).glob("*.md")} == set(NAMES)


def test_every_picture_is_there_used_and_small() -> None:
    used = {
        name
        for language in ("zh", "en")
        for one in guides(language)
        for name in re.findall(r"guide/([\w.-]+[.]webp)", one.html)
    }
    assert used == {file.name for file in IMAGES.glob("*.webp")}
    assert {file.stem for file in IMAGES.glob("*.txt")} == {name.removesuffix(".webp") for name in used}
    assert sum(file.stat().st_size for file in IMAGES.iterdir()) < MOST_BYTES
    for language in ("zh", "en"):
        assert all(re.findall(r'alt="[^"]+"', one.html) for one in guides(language) if "<img" in one.html)


def test_a_question_mark_leads_to_the_glossary() -> None:
    with translation.override("zh-hans"):
        drawn = what("data element")
    assert drawn["term"] == "数据元" and str(drawn["href"]).endswith("/help/glossary/#data-element")
    with pytest.raises(TemplateSyntaxError, match="no term"):
        what("nothing of the kind")


@pytest.mark.django_db
def test_pages_have_question_marks_that_work_without_scripts(user: Login) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    for path in ("/elements/", "/issues/", "/libraries/", "/grants/", "/evidence/", "/items/"):
        mark = parsed(client, path).css_first("details.what")
        assert mark is not None and mark.css_first("summary[aria-label]") is not None, path
        assert mark.css_first("a[href^='/help/glossary/#']") is not None, path


@pytest.mark.django_db
def test_guides_lead_to_each_other_and_search_finds_them(town: object) -> None:
    client = Client(headers={"host": "localhost"})
    assert client.get("/help/nothing/").status_code == 404
    page = parsed(client, "/help/developer/")
    assert page.css_first(".help-nav a[href='#s1']") is not None and page.css_first("#s1") is not None
    anchors = [one.anchor for one in terms("en")]
    assert len(anchors) == len(set(anchors))
    told = shown_text(parsed(client, "/search/?q=补正"))
    assert "办件人员" in told
    assert "敏感级别" in shown_text(parsed(client, "/search/?q=敏感级别"))


@pytest.mark.django_db
def test_the_tour_can_be_put_away(user: Login, settings: Settings) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(user("bureau"))
    assert parsed(client, "/").css_first(".tour") is None, "only in the demo"
    assert client.post("/help/tour/go/", {"step": "1"}).status_code == 403
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    assert parsed(client, "/").css_first(".tour button[name=step][value='1']") is not None
    tour = parsed(client, "/help/tour/")
    assert len(tour.css("ol.guide > li")) == 5 == len(tour.css("ol.guide button[name=step]"))
    away = client.post("/help/tour/dismiss/", {"next": "//evil.example"})
    assert away.headers["Location"] == "/"
    assert parsed(client, "/").css_first(".tour") is None


@pytest.mark.django_db
def test_the_tour_keeps_its_step_from_page_to_page(user: Login, settings: Settings) -> None:
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    client = Client(headers={"host": "localhost"})
    user("bureau")
    assert parsed(client, "/").css_first(".tour-strip") is None
    for number, step in enumerate(STEPS, start=1):
        answer = client.post("/help/tour/go/", {"step": str(number)})
        assert answer.status_code == 302
        page = parsed(client, answer.headers["Location"].partition("#")[0])
        strip = page.css_first(f".tour-strip[data-step='{number}']")
        assert strip is not None and str(step.title) in strip.text()
    away = parsed(client, "/account/").css_first(".tour-strip button[name=step]")
    assert away is not None and away.attributes["value"] == "5", "back to the step"
    over = client.post("/help/tour/go/", {"step": "end"})
    assert over.headers["Location"] == "/help/tour/"
    told = parsed(client, "/help/tour/")
    assert told.css_first(".tour-strip") is None
    told_who = told.css_first("main .notice")
    assert told_who is not None and "您现在仍以张0的身份登录" in told_who.text(), (
        "whom the tour leaves one signed in as"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["0", "6", "²", "-1", "done", "<script>", "1" * 5000])
def test_a_forged_step_is_no_step(town: object, settings: Settings, cookie: str) -> None:
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    client = Client(headers={"host": "localhost"})
    client.cookies["huitong_tour"] = cookie
    assert parsed(client, "/").css_first(".tour-strip") is None
    assert client.post("/help/tour/go/", {"step": cookie}).headers["Location"] == "/help/tour/"
