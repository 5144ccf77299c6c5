"""Every model of the people plane, asked by somebody to whom it is foreign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.test import Client
from tests.apps.assessing import freeze_now, put_indicators
from tests.apps.case_types import REQUEST, open_request
from tests.apps.demand_town import apply_for, set_up
from tests.apps.test_ledger import evidence, write
from tests.apps.town import CITIZEN

from huitong.apps.accounts.models import User
from huitong.apps.assessment.services import comment_on_score
from huitong.apps.cases.services import put_case_type
from huitong.apps.collection.models import Run
from huitong.apps.demand.services import start_draft
from huitong.apps.ledger.services import import_evidence
from huitong.apps.notices.services import put_webhook
from huitong.apps.sharing.services import suspend_grant

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]

PARTS = {
    "accounts.CalendarYear": "accounts.CalendarDay",
    "catalog.CodeEntry": "catalog.CodeList",
    "catalog.ItemField": "catalog.CatalogItem",
    "catalog.ItemRule": "catalog.CatalogItem",
    "catalog.ItemVersion": "catalog.CatalogItem",
    "catalog.DraftVersion": "catalog.ItemDraft",
    "catalog.SearchToken": "catalog.CatalogItem",
    "cases.CaseNumber": "numbers only",
    "demand.Joiner": "demand.Need",
    "demand.DraftFile": "demand.Draft",
    "cases.Participation": "cases.Case",
    "cases.QueueEntry": "cases.Case",
    "cases.CaseClock": "cases.Case",
    "cases.ClockStretch": "cases.Case",
    "cases.CaseEvent": "cases.Case",
    "cases.Attachment": "cases.Case",
    "disputes.Dispute": "cases.Case",
    "notices.OutboxMessage": "notices.Webhook",
    "notices.Notice": "the reader's own",
    "ledger.EvidenceSubject": "ledger.EvidenceRecord",
    "ledger.EvidenceAnchor": "numbers only",
    "collection.TableState": "numbers only",
    "sharing.PolicyState": "numbers only",
    "assessment.ScorePart": "assessment.Score",
}
"""Models that are reached through another, or that say nothing about anybody."""

EXPECTED = {
    # model: how many rows see bureau, police, hr (with the centre below it), centre, citizen, nobody
    "accounts.Organisation": (5, 5, 5, 5, 5, 5),
    "accounts.System": (1, 1, 1, 1, 0, 0),
    "accounts.User": (8, 1, 3, 1, 1, 0),
    "accounts.Membership": (8, 1, 3, 1, 1, 0),
    "accounts.CalendarDay": (0, 0, 0, 0, 0, 0),
    "accounts.SignInAttempt": (0, 0, 0, 0, 0, 0),
    "accounts.SignedIn": (0, 0, 0, 0, 0, 0),
    "catalog.DataElement": (4, 4, 4, 4, 4, 4),
    "catalog.CodeList": (1, 1, 1, 1, 1, 1),
    "catalog.CatalogItem": (3, 3, 3, 3, 1, 1),
    "catalog.ItemDraft": (0, 0, 0, 0, 0, 0),
    "collection.Source": (2, 1, 1, 1, 0, 0),
    "collection.Run": (7, 2, 2, 2, 0, 0),
    "collection.TargetState": (7, 2, 2, 2, 0, 0),
    "collection.DayChanges": (2, 1, 1, 1, 0, 0),
    "collection.QualityIssue": (1, 1, 0, 0, 0, 0),
    "collection.QualityResult": (1, 1, 0, 0, 0, 0),
    "libraries.Library": (1, 1, 1, 1, 0, 0),
    "sharing.Service": (2, 2, 2, 2, 0, 0),
    "sharing.ConsumerApp": (2, 1, 1, 0, 0, 0),
    "sharing.Grant": (2, 2, 2, 1, 0, 0),
    "cases.CaseType": (3, 3, 3, 3, 3, 3),
    "cases.Case": (2, 1, 2, 0, 0, 0),
    "demand.Need": (1, 0, 1, 0, 0, 0),
    "demand.Draft": (0, 0, 1, 0, 0, 0),
    "demand.Authority": (4, 4, 4, 4, 0, 0),
    "demand.Remit": (2, 2, 2, 2, 0, 0),
    "notices.Webhook": (1, 0, 1, 0, 0, 0),
    "ledger.AuditEntry": (None, 1, 3, 0, 0, 0),
    "ledger.EvidenceRecord": (2, 2, 2, 1, 1, 0),
    "ledger.MeterDay": (2, 2, 2, 1, 0, 0),
    "lists.SavedView": (0, 0, 0, 0, 0, 0),
    "assessment.Indicator": (10, 10, 10, 10, 0, 0),
    "assessment.WeightVersion": (1, 1, 1, 1, 0, 0),
    "assessment.Quarter": (1, 1, 1, 1, 0, 0),
    "assessment.Score": (2, 1, 1, 1, 0, 0),
    "assessment.Comment": (1, 0, 1, 1, 0, 0),
    "registry.Project": (0, 0, 0, 0, 0, 0),
    "packs.AppliedPack": (1, 1, 1, 1, 0, 0),
}


def our_models() -> dict[str, type[models.Model]]:
    """Models of the project by label."""
    return {model._meta.label: model for model in apps.get_models() if model.__module__.startswith("huitong.")}


def test_every_model_says_to_whom_it_is_visible() -> None:
    assert set(our_models()) == set(EXPECTED) | set(PARTS)


def test_what_each_viewer_sees(
    user: Login, system: User, home: Path, run_town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend_grant(user("police"), grant="hr-resident", reason="演练")
    write(home, evidence(), evidence(consumer="police-app", service="insurance", subjects=()))
    import_evidence()
    put_case_type(system, spec=REQUEST)
    open_request(user("hr"))
    set_up()
    apply_for(user("hr"))
    start_draft(user("hr"), subject_kind="service", subject_key="resident", steps={})
    put_webhook(user("bureau"), organisation="hr", url="https://hr.example/hook")
    put_indicators(system)
    quarter = freeze_now(system, monkeypatch)
    comment_on_score(user("hr"), quarter=quarter.code, organisation="hr", text="请核对")
    viewers = [user(login) for login in ("bureau", "police", "hr", "centre", "citizen")]
    found = {
        label: tuple(model.objects.visible_to(viewer).count() for viewer in (*viewers, AnonymousUser()))  # type: ignore[attr-defined]
        for label, model in our_models().items()
        if label in EXPECTED
    }
    for label, counts in EXPECTED.items():
        assert found[label][1:] == counts[1:], label
        assert counts[0] is None or found[label][0] == counts[0], label
    leader = user("leader")
    assert all(
        model.objects.visible_to(leader).count() == found[label][0]  # type: ignore[attr-defined]
        for label, model in our_models().items()
        if label in EXPECTED
    )


def test_each_role_reads_what_it_may(as_user: As, run_town: None) -> None:
    run = Run.objects.filter(target="POLICE-01").latest("pk")
    paths = ("items/POLICE-01", f"runs/{run.pk}", "flow", "status")
    expected = {
        "bureau": (200, 200, 200, 200),
        "leader": (200, 200, 200, 200),
        "police": (200, 200, 200, 200),
        "centre": (200, 404, 200, 200),
        "developer": (200, 404, 200, 200),
        "citizen": (404, 404, 403, 403),
    }
    for login, statuses in expected.items():
        client = as_user(login)
        assert tuple(client.get(f"/api/{path}").status_code for path in paths) == statuses, login
    client = as_user("centre")
    assert {row["target"] for row in client.get("/api/runs").json()["rows"]} == {"CENTRE-01"}
    assert client.get("/api/issues").json()["total"] == 0
    assert [row["code"] for row in as_user("citizen").get("/api/items").json()["rows"]] == ["CENTRE-01"]
    page = as_user("police").get("/api/items/POLICE-01")
    assert CITIZEN not in page.text and page.json()["tables"][1] == {
        "schema": "raw",
        "table": "police_person",
        "rows": 9,
        "changed_at": page.json()["tables"][1]["changed_at"],
    }
