"""Forms: kinds of fields, what is said about mistakes, and forms of several steps."""

from __future__ import annotations

import importlib
import pkgutil
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
from django.utils.translation import override
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from huitong import apps
from huitong.apps.forms import (
    DateField,
    Group,
    MoneyField,
    OrganisationField,
    SiteForm,
    SpecificErrors,
    UploadField,
)
from huitong.apps.steps import Step, Steps
from huitong.foundation.errors import Terminal

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


class Everything(SiteForm):
    """A field of each kind, all required."""

    name = forms.CharField(label="名称")
    since = DateField(label="日期")
    kind = forms.ChoiceField(label="种类", choices=[("", "—"), ("a", "甲")])
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")], widget=forms.RadioSelect)
    parts = forms.MultipleChoiceField(label="项目", choices=[("a", "甲")], widget=forms.CheckboxSelectMultiple)
    paper = UploadField(label="依据", kinds=("pdf",))
    sure = forms.BooleanField(label="我已核对")
    own = forms.CharField(label="理由", error_messages={"required": "请说明理由。"})


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh-hans",
            "请填写“名称” 请填写“日期” 请选择“种类” 请选择“方式” 请选择“项目” 请上传“依据” 请勾选“我已核对” 请说明理由",
        ),
        (
            "en",
            "Fill in “名称” Fill in “日期” Choose “种类” Choose “方式” Choose “项目” Upload “依据” Tick “我已核对” "
            "请说明理由",
        ),
    ],
)
def test_what_is_missing_is_named(language: str, said: str) -> None:
    with override(language):
        errors = Everything({}).errors
        found = " ".join(str(text)[:-1] for name in Everything.base_fields for text in errors[name])
    assert found == said


def test_an_error_that_names_its_field_is_the_link_to_it() -> None:
    page = drawn("{% form_errors form %}", form=What({"cost": "x"}))
    name, cost = page.css("[data-errors] li")
    assert name.text(strip=True) == "请填写“名称”。" == name.css_first("a").text()  # type: ignore[union-attr]
    assert cost.css_first("a").text() == "金额" and cost.text(strip=True) != "金额"  # type: ignore[union-attr]


def test_forms_that_are_sent_as_one_have_one_summary() -> None:
    page = drawn("{% form_errors one two none %}", one=What({"cost": "1"}), two=When({}), none=None)
    assert len(page.css("[data-errors]")) == 1 and len(page.css("[data-errors] li")) == 3


def test_what_a_file_may_be_is_read_out_with_its_error() -> None:
    page = drawn("{% field form.paper %}", form=Everything({}))
    described = str(page.css_first("#id_paper").attributes["aria-describedby"]).split()  # type: ignore[union-attr]
    assert described == ["id_paper_kinds", "id_paper_error"]
    assert all(page.css_first(f"#{name}") is not None for name in described)


def test_every_form_of_the_product_names_what_is_missing() -> None:
    """Also a form that somebody writes tomorrow: it is a SiteForm, or SpecificErrors before another's form."""
    for module in pkgutil.walk_packages(apps.__path__, "huitong.apps."):
        if module.name.rpartition(".")[2] in ("forms", "views") or module.name.endswith(("_forms", "_views")):
            importlib.import_module(module.name)
    kinds = [forms.BaseForm]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = {kind for kind in kinds if kind.__module__.startswith("huitong.")}
    assert len(ours) > 30
    assert {kind.__qualname__ for kind in ours if not issubclass(kind, SpecificErrors)} == set()


class Refused(SiteForm):
    """A form that a service may refuse."""

    about = {"catalog.code_taken": "name", "people.not_found": "name"}
    name = forms.CharField(label="名称")


def test_what_a_service_refuses_stands_at_its_field() -> None:
    form = Refused({"name": "x"})
    form.refuse(Terminal("catalog.code_taken", code="1", item="甲"))
    assert "“1”已经属于" in form.errors["name"][0] and len(form.errors) == 1
    form = Refused({"name": "x"})
    form.refuse(Terminal("people.not_found", kind="x", code="不存在的"))
    assert "不存在的" in form.errors["name"][0], "also what is not there, where a field names it"
    form = Refused({"name": "x"})
    form.refuse(Terminal("lists.view_too_long"))
    assert form.non_field_errors() and "name" not in form.errors
    with pytest.raises(Terminal, match=r"people\.not_allowed"):
        form.refuse(Terminal("people.not_allowed", login="x"))


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
