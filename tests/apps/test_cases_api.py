"""What programs do with cases over the API: claim, hand over, extend, attach, many at once; what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Attachment, Case, CaseClock, CaseEvent
from huitong.apps.cases.services import act, put_case_type

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]


@pytest.fixture
def case(town: Path, system: User, user: Login) -> Case:
    """A case that waits for the bureau."""
    put_case_type(system, spec=REQUEST)
    return open_request(user("hr"))


def post(client: Client, path: str, **body: object) -> HttpResponse:
    """Send JSON."""
    return client.post(f"/api/cases/{path}", json.dumps(body), content_type="application/json")  # type: ignore[return-value]


def test_claim_hand_over_and_release(case: Case, as_user: As, user: Login) -> None:
    for login, status in (("police", 403), ("hr", 403), ("centre", 404), ("citizen", 404)):
        for step in ("claim", "release"):
            assert post(as_user(login), f"{case.number}/{step}").status_code == status, (login, step)
        assert post(as_user(login), f"{case.number}/hand-over", login="bureau").status_code == status, login
    assert Client().post(f"/api/cases/{case.number}/claim").status_code == 401
    bureau = as_user("bureau")
    taken = post(bureau, f"{case.number}/claim")
    assert taken.status_code == 200
    assert taken.json() == {"number": case.number, "state": "checking", "version": 1}  # type: ignore[attr-defined]
    assert Case.objects.get().claimed_by == user("bureau")
    assert post(bureau, f"{case.number}/hand-over", login="police").status_code == 409
    assert post(bureau, f"{case.number}/hand-over", login="nobody").status_code == 404
    assert post(bureau, f"{case.number}/hand-over", login="bureau", comment="我来办").status_code == 200
    assert post(bureau, f"{case.number}/release").status_code == 200
    assert Case.objects.get().claimed_by is None
    assert [one.kind for one in CaseEvent.objects.order_by("pk")][1:] == ["claimed", "handed_over", "released"]


def test_extending_a_clock(case: Case, as_user: As, user: Login) -> None:
    act(user("bureau"), number=case.number, action="pass_on", version=1)
    path = f"{case.number}/clocks/answer/extension"
    police = as_user("police")
    assert post(police, path, days=3, reason="数据量大", version=1).status_code == 409, "seen before it was passed on"
    assert post(police, path, days=99, reason="数据量大", version=2).status_code == 422
    assert post(police, path, days=3, reason=" ", version=2).status_code == 422
    assert post(as_user("hr"), path, days=3, reason="x", version=2).status_code == 403
    assert post(police, f"{case.number}/clocks/nothing/extension", days=3, reason="x", version=2).status_code == 409
    done = post(police, path, days=3, reason="数据量大", version=2)
    assert done.status_code == 200 and done.json()["version"] == 3  # type: ignore[attr-defined]
    assert CaseClock.objects.get(name="answer").extended == 3


def test_attaching_a_file(case: Case, as_user: As) -> None:
    path = f"/api/cases/{case.number}/files"
    good = {"file": SimpleUploadedFile("依据.txt", "社会保险法".encode())}
    assert as_user("centre").post(path, good).status_code == 404
    done = as_user("hr").post(path, {"file": SimpleUploadedFile("../依据.txt", "社会保险法".encode())})
    assert done.status_code == 201
    row = Attachment.objects.get()
    assert done.json() == {
        "id": row.pk, "name": "依据.txt", "media_type": "text/plain", "size": 15, "sha256": row.sha256
    }  # fmt: skip
    assert as_user("hr").post(path, {"file": SimpleUploadedFile("a.pdf", b"MZ not a PDF")}).status_code == 415
    assert as_user("hr").post(path).status_code == 422 and Attachment.objects.count() == 1


def test_many_at_once(case: Case, as_user: As, user: Login) -> None:
    other = open_request(user("hr"))
    seen = [
        {"number": case.number, "version": 1},
        {"number": other.number, "version": 7},
        {"number": "x", "version": 1},
    ]
    bureau = as_user("bureau")
    assert post(bureau, "bulk", case_type="request", action="ask_back", cases=seen).status_code == 409
    done = post(bureau, "bulk", case_type="request", action="pass_on", cases=seen).json()  # type: ignore[attr-defined]
    assert done["done"] == [case.number] and set(done["failed"]) == {other.number, "x"}
    foreign = [{"number": other.number, "version": 1}]
    left = post(as_user("centre"), "bulk", case_type="request", action="pass_on", cases=foreign).json()  # type: ignore[attr-defined]
    assert left["done"] == [] and Case.objects.get(pk=other.pk).state == "checking"
    assert post(bureau, "bulk", case_type="request", action="pass_on", cases=foreign * 201).status_code == 422


@pytest.mark.parametrize("field", ["subject_kind", "subject_key", "title"])
def test_what_is_too_long_is_refused(field: str, case: Case, as_user: As) -> None:
    body = {"case_type": "request", "title": "用数", "parties": {"provider": "police"}, "data": {"purpose": "核对"}}
    answer = as_user("hr").post("/api/cases", json.dumps(body | {field: "长" * 301}), content_type="application/json")
    assert answer.status_code == 422 and Case.objects.count() == 1


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "1e3", ""])
def test_no_number_is_too_long_for_the_pages(number: str, case: Case, as_user: As) -> None:
    """Where a whole number is expected, whatever comes is an answer, not a crash."""
    bureau = as_user("bureau")
    sent = {"type": "request", "action": "pass_on", "case": f"{case.number}:{number}"}
    assert bureau.post("/cases/bulk/", sent).status_code == 200
    assert bureau.post(f"/cases/{case.number}/act/pass_on/", {"version": number}).status_code == 409
    assert bureau.post(f"/cases/{case.number}/extend/check/", {"version": number, "days": number}).status_code == 422
    assert Case.objects.get().state == "checking"
    for path, field in (("/projects/new/", "shares"), ("/compile/new/", "lines"), ("/lists/views/remove/", "view")):
        assert as_user("hr").post(path, {field: number, "listing": "cases", "next": "/cases/"}).status_code < 500, path
    assert as_user("hr").get("/cases/", {"page": number}).status_code == 200
