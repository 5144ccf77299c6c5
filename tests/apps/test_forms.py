"""Forms: kinds of fields, what is said about mistakes, and forms of several steps."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from huitong.apps.forms import DateField, Group, MoneyField, OrganisationField, SiteForm, UploadField
from huitong.apps.steps import Step, Steps

pytestmark = pytest.mark.django_db


class What(SiteForm):
    """First step."""

    groups = (Group("组", ("cost",)),)
    name = forms.CharField(label="名称")
    cost = MoneyField(label="金额", required=False)


class When(SiteForm):
    """Second step."""

    since = DateField(label="日期")
    fields_wanted = forms.MultipleChoiceField(label="信息项", choices=[("a", "甲"), ("b", "乙")])


def drawn(source: str, **context: object) -> HTMLParser:
    """Draw a template."""
    return HTMLParser(Template("{% load ht %}" + source).render(Context(context)))


@pytest.mark.parametrize(("text", "amount"), [("1,234.50", "1234.5"), ("１２", "12"), ("0", "0"), (" 7 ", "7")])
def test_money(text: str, amount: str) -> None:
    assert MoneyField().clean(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["-1", "1.234", "十", "1e99", "NaN"])
def test_no_money(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        MoneyField().clean(text)


@pytest.mark.parametrize("text", ["公安", "police", "POLICE", " 公安 "])
def test_an_organisation_is_named(town: Path, text: str) -> None:
    assert OrganisationField().clean(text) == "police"


def test_an_organisation_that_is_not(town: Path) -> None:
    with pytest.raises(forms.ValidationError, match="没有叫“公"):
        OrganisationField().clean("公")
    with pytest.raises(forms.ValidationError):
        OrganisationField().clean("")
    assert OrganisationField(required=False).clean("") == ""


def test_organisations_are_suggested(town: Path) -> None:
    page = HTMLParser(Client(headers={"host": "localhost"}).get("/suggest/organisations/?provider=公").content.decode())
    assert "police" in [node.text() for node in page.css("option")]
    assert not page.css("script")


@pytest.mark.parametrize(
    ("name", "content", "right"),
    [
        ("a.pdf", b"%PDF-1.7 ...", True),
        ("a.PDF", b"%PDF-1.7 ...", True),
        ("a.pdf", b"MZ\x90\x00", False),
        ("a.exe", b"MZ\x90\x00", False),
        ("a.csv", "名称,数量".encode(), True),
        ("a.csv", b"a\x00b", False),
        ("a.pdf", b"%PDF-" + b"x" * 2_000_000, False),
    ],
)
def test_files_are_what_they_say(name: str, content: bytes, right: bool) -> None:
    field = UploadField(kinds=("pdf", "csv"), megabytes=1)
    file = SimpleUploadedFile(name, content)
    if right:
        assert field.clean(file).read() == content
    else:
        with pytest.raises(forms.ValidationError):
            field.clean(file)


def test_mistakes_stand_above_and_beside() -> None:
    page = drawn("{% form form %}", form=What({"cost": "x"}))
    assert [node.attributes["href"] for node in page.css("[data-errors] a")] == ["#id_name", "#id_cost"]
    field = page.css_first("#id_name")
    assert field is not None and field.attributes["aria-invalid"] == "true" and field.attributes["aria-required"]
    described = str(field.attributes["aria-describedby"]).split()
    assert all(page.css_first(f"#{name}") is not None for name in described)
    assert page.css_first(".input-unit #id_cost") is not None
    assert [node.text(strip=True) for node in page.css("fieldset.form-group legend")] == ["组"]


def test_no_mistakes_no_summary() -> None:
    assert not drawn("{% form form %}", form=What()).css("[data-errors]")


Send = Callable[..., Steps]


@pytest.fixture
def send() -> Send:
    """Sends a step, or opens one, in one session."""
    session, factory = SessionStore(), RequestFactory()

    def sent(step: str = "", data: dict[str, object] | None = None) -> Steps:
        request: HttpRequest = factory.post(f"/?step={step}", data) if data else factory.get("/", {"step": step})
        request.session = session
        return Steps(request, "sample", (Step("what", "做什么", What), Step("when", "何时", When)))

    return sent


def test_steps_keep_what_was_entered(send: Send) -> None:
    first = send("when")
    assert first.current.name == "what", "a step is not reached before the one before it"
    assert [step.state for step in first.progress] == ["current", "todo"]
    first = send("what", {"name": "甲", "cost": "1,000"})
    assert first.form().is_valid()
    first.keep()
    assert first.following == "?step=when" and first.values() is None
    last = send("when", {"since": "2026-03-01", "fields_wanted": ["a", "b"]})
    assert last.is_last and last.previous == "?step=what"
    assert last.form().is_valid()
    last.keep()
    assert last.values() == {
        "name": "甲",
        "cost": Decimal(1000),
        "since": __import__("datetime").date(2026, 3, 1),
        "fields_wanted": ["a", "b"],
    }
    again = send("what")
    assert again.form()["name"].value() == "甲"
    assert send("when").form()["fields_wanted"].value() == ["a", "b"]
    assert [step.state for step in again.progress] == ["current", "done"]
    again.forget()
    assert send("when").current.name == "what"
