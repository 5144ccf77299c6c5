"""Grants and the policy they compile into."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from tests.apps.town import GRANT, SECRET

from huitong.apps.accounts.models import User
from huitong.apps.collection.selectors import the_serving_store
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.sharing.models import ConsumerApp, Grant
from huitong.apps.sharing.selectors import app_list, explain_call, grant_list, grants_held, service_list, service_page
from huitong.apps.sharing.services import (
    issue_secret,
    issue_trial_token,
    put_grant,
    resume_grant,
    revoke_grant,
    suspend_grant,
    write_policy,
)
from huitong.engine.serving.policy import Policy
from huitong.foundation.errors import Terminal
from huitong.foundation.hashing import verify_secret
from huitong.gateway.config import config_from
from huitong.gateway.tokens import Tokens

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
OnCommit = Callable[..., object]


def written() -> Policy:
    """The policy as the gateway reads it."""
    policy = the_serving_store().read_policy()
    assert policy is not None
    return policy


def refusal(code: str, call: Callable[[], object]) -> None:
    """Assert that a call is refused with an error code."""
    with pytest.raises(Terminal) as error:
        call()
    assert error.value.code == code


def test_the_policy_holds_fields_with_their_standards(town: Path) -> None:
    assert write_policy()
    policy = written()
    service = next(one for one in policy.services if one.code == "resident")
    fields = {field.name: (field.element, field.level, field.mask) for field in service.fields}
    assert fields["id_number"] == ("DE01001", 4, "id_number")
    assert fields["sex"] == ("DE01003", 2, "")
    assert [grant.code for grant in policy.grants] == ["hr-resident", "police-insurance"]
    assert policy.grants[0] == GRANT
    app = next(one for one in policy.apps if one.code == "hr-app")
    assert app.organisation == "hr" and verify_secret(SECRET, app.secret_hash)


def test_the_policy_is_written_only_when_it_changed(town: Path, system: User) -> None:
    assert write_policy()
    assert not write_policy()
    put_grant(system, spec=msgspec.structs.replace(GRANT, quota=1))
    assert write_policy()
    assert written().version == 2
    the_serving_store().close()


def test_a_lost_policy_is_written_again(town: Path, home: Path) -> None:
    write_policy()
    (home / "serving" / "policy.json").unlink()
    assert write_policy()
    assert written().version == 2


def test_suspending_reaches_the_policy_after_the_commit(
    user: Login, django_capture_on_commit_callbacks: OnCommit
) -> None:
    write_policy()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        suspend_grant(user("police"), grant="hr-resident", reason="接口被滥用")
    assert [grant.code for grant in written().grants] == ["police-insurance"]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        resume_grant(user("bureau"), grant="hr-resident", reason="已整改")
    assert len(written().grants) == 2
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        revoke_grant(user("bureau"), grant="hr-resident", reason="任务结束")
    assert len(written().grants) == 1
    actions = list(AuditEntry.objects.filter(target="hr-resident").order_by("pk").values_list("action", "after"))
    assert actions[-3:] == [
        ("sharing.suspend_grant", {"code": "hr-resident", "state": "suspended", "reason": "接口被滥用"}),
        ("sharing.resume_grant", {"code": "hr-resident", "state": "active", "reason": "已整改"}),
        ("sharing.revoke_grant", {"code": "hr-resident", "state": "revoked", "reason": "任务结束"}),
    ]


def test_an_unreachable_store_does_not_undo_a_decision(
    user: Login, settings: Settings, django_capture_on_commit_callbacks: OnCommit
) -> None:
    url = "postgres://nobody@127.0.0.1:1/none"
    settings.HUITONG = dataclasses.replace(settings.HUITONG, serving_url=url)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        revoke_grant(user("bureau"), grant="hr-resident", reason="任务结束")
    assert Grant.objects.get(code="hr-resident").state == "revoked"


def test_who_may_change_a_grant(user: Login) -> None:
    refusal("people.not_allowed", lambda: revoke_grant(user("hr"), grant="hr-resident", reason="x"))
    refusal("people.not_allowed", lambda: revoke_grant(user("leader"), grant="hr-resident", reason="x"))
    refusal("people.not_found", lambda: revoke_grant(user("centre"), grant="hr-resident", reason="x"))
    refusal("people.not_found", lambda: revoke_grant(user("citizen"), grant="hr-resident", reason="x"))
    refusal("sharing.reason_missing", lambda: revoke_grant(user("police"), grant="hr-resident", reason=" "))
    refusal("sharing.wrong_state", lambda: resume_grant(user("police"), grant="hr-resident", reason="x"))


def test_a_grant_gives_only_what_the_service_offers(town: Path, system: User) -> None:
    greedy = msgspec.structs.replace(GRANT, fields=("id_number", "salary"))
    refusal("sharing.field_not_offered", lambda: put_grant(system, spec=greedy))
    bad = msgspec.structs.replace(GRANT, valid_to="soon")
    refusal("people.invalid_input", lambda: put_grant(system, spec=bad))


def test_a_secret_is_shown_once(user: Login) -> None:
    issued = issue_secret(user("developer"), app="hr-app")
    stored = ConsumerApp.objects.get(code="hr-app").secret_hash
    assert verify_secret(issued.client_secret, stored) and not verify_secret(SECRET, stored)
    assert not AuditEntry.objects.filter(after__icontains=issued.client_secret).exists()
    refusal("people.not_found", lambda: issue_secret(user("police"), app="hr-app"))
    refusal("people.not_allowed", lambda: issue_secret(user("leader"), app="hr-app"))


def test_a_trial_token_is_one_that_the_gateway_accepts(user: Login, settings: Settings) -> None:
    trial = issue_trial_token(user("developer"), grant="hr-resident")
    config = config_from(settings.HUITONG)
    assert Tokens(config.secret, config.token_seconds).verify(trial.access_token, 0).app == "hr-app"
    assert AuditEntry.objects.filter(action="sharing.issue_trial_token", login="developer").exists()
    refusal("people.not_allowed", lambda: issue_trial_token(user("police"), grant="hr-resident"))
    refusal("people.not_allowed", lambda: issue_trial_token(user("bureau"), grant="hr-resident"))
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    assert issue_trial_token(user("bureau"), grant="hr-resident").grant == "hr-resident"


def test_explain_goes_by_the_written_policy(user: Login) -> None:
    refusal("sharing.no_policy", lambda: explain_call(user("bureau"), grant="hr-resident"))
    write_policy()
    outcomes = explain_call(user("hr"), grant="hr-resident")
    assert [one.state for one in outcomes] == ["passed"] * len(outcomes)
    refused = explain_call(user("hr"), grant="hr-resident", fields=("sex",))
    assert next(one.error.code for one in refused if one.error) == "gateway.field_not_granted"
    refusal("people.not_found", lambda: explain_call(user("centre"), grant="hr-resident"))


def test_pages(user: Login, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    viewer = user("hr")
    assert viewer.scope.official
    with django_assert_num_queries(3):
        rows = service_list(viewer)
    assert [(row.code, row.grants) for row in rows] == [("insurance", 1), ("resident", 1)]
    with django_assert_num_queries(7):
        page = service_page(viewer, "resident")
    assert page.key_title == "公民身份号码"
    assert [field.name for field in page.fields if field.mask] == ["id_number", "person_name", "mobile"]
    assert [grant.code for grant in page.grants] == ["hr-resident"]
    assert page.grants[0].in_force and page.grants[0].row_filter == ("sex ∈ 1, 2",)
    assert page.items == (("CENTRE-01", "参保人员"), ("POLICE-01", "户籍人口"))
    assert page.example_key == "", "outside the demo nobody is named"
    assert service_page(user("leader"), "resident").grants[0].app_title == "人社经办"
    assert [row.code for row in app_list(viewer)] == ["hr-app"]
    assert grant_list(user("centre")).total == 1, "what it provides"
    assert grants_held(user("centre"), size=6).rows == (), "that is not what it may use"


def test_grants_held_are_those_in_force_that_the_own_apps_have(user: Login) -> None:
    today = timezone.localdate()
    held = Grant.objects.filter(code="hr-resident")
    for changes, total in (
        ({}, 1),
        ({"valid_to": today}, 1),
        ({"valid_to": today - dt.timedelta(days=1)}, 0),
        ({"valid_to": None, "valid_from": today + dt.timedelta(days=1)}, 0),
        ({"valid_from": today, "state": "suspended"}, 0),
    ):
        held.update(**changes)
        assert grants_held(user("hr"), size=6).total == total, changes
