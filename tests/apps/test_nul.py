"""A NUL in what is sent: refused with words, by every page and every route, for PostgreSQL would not take it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Attachment, Case, CaseEvent
from huitong.apps.cases.services import put_case_type

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00"
WORDS = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20)
CHECKED = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def case(town: Path, system: User, user: Login) -> Case:
    """A case of hr that waits at the bureau."""
    put_case_type(system, spec=REQUEST)
    return open_request(user("hr"))


@CHECKED
@given(before=WORDS, after=WORDS)
def test_wherever_it_is_it_is_refused(before: str, after: str, case: Case, as_user: As) -> None:
    client, bad = as_user("hr"), f"{before}\x00{after}"
    comment = f"/cases/{case.number}/comment/"
    asked = [
        client.get("/cases/", {"q": bad}),
        client.get("/search/", {"q": bad}),
        client.get("/api/cases", {"q": bad}),
        client.post(comment, {"comment": bad}),
        client.post(comment, {"comment": "x", f"a{bad}": "x"}),
        client.post(f"/cases/{case.number}/files/", {"file": SimpleUploadedFile("a.png", PNG), "note": bad}),
        client.post(f"/api/cases/{case.number}/comments", json.dumps({"comment": bad}), "application/json"),
        client.post(f"/api/cases/{case.number}/comments", json.dumps({"comment": bad}), "text/plain"),
        client.post(
            f"/api/cases/{case.number}/comments", json.dumps({"comment": bad}).encode("utf-16"), "application/json"
        ),
    ]
    assert {answer.status_code for answer in asked} == {422}
    assert {answer.json()["code"] for answer in asked if "json" in answer.headers["Content-Type"]} == {
        "people.invalid_input"
    }
    assert "空字符" in asked[0].content.decode() and "comment" in asked[3].content.decode()
    assert not CaseEvent.objects.filter(kind="commented").exists()


@CHECKED
@given(text=WORDS.filter(lambda text: bool(text.strip()) and "@" not in text))
def test_anything_else_is_taken(text: str, case: Case, as_user: As) -> None:
    """Among it the six characters that stand for a NUL in JSON, written as text."""
    client, said = as_user("hr"), f"{text}\\u0000\\\\u0000"
    address = f"/api/cases/{case.number}/comments"
    assert client.post(address, {"comment": said}, "application/json").status_code < 300
    event = CaseEvent.objects.filter(kind="commented").latest("pk")
    assert event.comment == said.strip()
    assert client.post(f"/cases/{case.number}/comment/", {"comment": said}).status_code == 302


def test_files_are_files(case: Case, as_user: As) -> None:
    client = as_user("hr")
    page = client.post(f"/cases/{case.number}/files/", {"file": SimpleUploadedFile("a.png", PNG)})
    route = client.post(f"/api/cases/{case.number}/files", {"file": SimpleUploadedFile("b.png", PNG)})
    assert (page.status_code, route.status_code) == (302, 201)
    assert set(Attachment.objects.values_list("name", "size")) == {("a.png", len(PNG)), ("b.png", len(PNG))}


def test_an_address_and_a_cookie(case: Case, as_user: As) -> None:
    client = as_user("hr")
    assert client.get("/cases/YY-2026%00/").status_code == 422
    assert client.get("/api/cases/YY-2026%00").json()["code"] == "people.invalid_input"
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "\x00" * 40
    answer = client.get("/cases/")
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/login/"), "nobody is signed in by it"


def test_a_form_where_json_is_read_is_refused(case: Case, as_user: As) -> None:
    answer = as_user("hr").post(f"/api/cases/{case.number}/comments", {"comment": "x"})
    assert answer.status_code == 422 and answer.json()["code"] == "people.invalid_input"
