"""The API as a program meets it: sessions with CSRF, the local process's token, problem documents, visible rows."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.apps.town import PASSWORD

from huitong.apps.accounts.services import announce_process, withdraw_process
from huitong.apps.collection.models import Run
from huitong.apps.collection.tasks import perform_chain, perform_run
from huitong.apps.ledger.models import AuditEntry
from huitong.config.api import api

pytestmark = pytest.mark.django_db
SNAPSHOT = Path(__file__).with_name("openapi.json")
As = Callable[[str], Client]


def post(client: Client, body: object, **headers: str) -> HttpResponse:
    """Ask for a run."""
    answer: HttpResponse = client.post("/api/runs", json.dumps(body), content_type="application/json", headers=headers)  # type: ignore[assignment]
    return answer


def test_the_document_is_the_one_agreed_on() -> None:
    found = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
    if os.environ.get("HUITONG_UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found, encoding="utf-8")
    assert found == SNAPSHOT.read_text(encoding="utf-8"), "if meant so, run again with HUITONG_UPDATE_SNAPSHOTS=1"


def test_nobody_gets_a_problem(town: Path, client: Client) -> None:
    for path in ("items", "items/CENTRE-01", "runs", "runs/1", "issues", "evidence", "flow", "status"):
        answer = client.get(f"/api/{path}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json"), path
        assert answer.json()["code"] == "people.sign_in_needed"
    english = client.get("/api/items", headers={"accept-language": "en"}).json()
    assert english["title"] == "Sign in first"


def test_a_data_officer_starts_runs_of_own_items_only(as_user: As) -> None:
    answer = post(as_user("police"), {"kind": "collect", "target": "POLICE-01", "mode": "full"})
    assert answer.status_code == 202
    run = Run.objects.get(pk=answer.json()["id"])
    assert (run.state, run.mode, run.requested_by.login if run.requested_by else "") == ("queued", "full", "police")
    assert AuditEntry.objects.get(action="collection.start_run").login == "police"
    task = DBTaskResult.objects.get()
    assert task.task == perform_run and task.args_kwargs["args"] == [run.pk]
    assert post(as_user("police"), {"kind": "collect", "target": "CENTRE-01"}).json()["code"] == "people.not_allowed"
    assert post(as_user("police"), {"kind": "chain"}).status_code == 403
    assert post(as_user("citizen"), {"kind": "collect", "target": "POLICE-01"}).status_code == 403
    assert Run.objects.count() == 1


def test_the_bureau_starts_a_chain_that_runs_once(as_user: As) -> None:
    answer = post(as_user("bureau"), {"kind": "chain", "items": ["CENTRE-01"]})
    assert answer.status_code == 202
    chain = answer.json()["chain"]
    task = DBTaskResult.objects.get()
    arguments = task.args_kwargs["args"]
    assert arguments == ["bureau", chain, ["CENTRE-01"], False]
    assert perform_chain.call(*arguments) == 0, "attributes of the police are empty until it is collected"
    count = Run.objects.filter(chain=chain).count()
    assert perform_chain.call(*arguments) == 0 and Run.objects.filter(chain=chain).count() == count


def test_wrong_input_is_a_problem(as_user: As) -> None:
    client = as_user("bureau")
    wrong = [
        post(client, {"kind": "erase"}),
        post(client, {"kind": "collect", "target": 7}),
        client.post("/api/runs", "{", content_type="application/json"),
        client.get("/api/evidence?since=yesterday"),
        client.get("/api/runs?page=x"),
    ]
    for answer in wrong:
        assert answer.status_code in (400, 422), answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"].startswith("people.")
    assert post(client, {"kind": "fuse", "target": "no"}).json()["code"] == "people.not_found"
    assert client.get("/api/runs?page=99999&size=100000").json()["rows"] == []


def test_a_session_needs_the_csrf_token_to_change_anything(town: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(login="bureau", password=PASSWORD)
    refused = post(client, {"kind": "chain"})
    assert (refused.status_code, refused.json()["code"]) == (403, "people.bad_csrf")
    assert client.get("/api/status").status_code == 200


def test_a_command_of_this_machine_acts_as_the_system(town: Path, home: Path) -> None:
    token = announce_process()
    file = home / "run" / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    client = Client(enforce_csrf_checks=True)
    answer = post(client, {"kind": "chain"}, authorization=f"Bearer {token}")
    assert answer.status_code == 202
    assert DBTaskResult.objects.get().args_kwargs["args"][0] == "system"
    for wrong in ("", "x", token[:-1], "é"):
        assert post(client, {"kind": "chain"}, authorization=f"Bearer {wrong}").status_code in (401, 403)
    withdraw_process()
    assert post(client, {"kind": "chain"}, authorization=f"Bearer {token}").json()["code"] == "people.bad_token"


def test_answers_carry_policy_and_request_id(as_user: As) -> None:
    answer = as_user("bureau").get("/api/status")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
    assert len(answer.headers["X-Request-Id"]) == 16
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"


def test_an_audit_entry_names_the_request_that_made_it(as_user: As) -> None:
    answer = post(as_user("police"), {"kind": "collect", "target": "POLICE-01"})
    assert AuditEntry.objects.get(action="collection.start_run").request == answer.headers["X-Request-Id"]
