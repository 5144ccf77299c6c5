"""Every model of the people plane, asked by somebody to whom it is foreign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.test import Client
from tests.apps.test_ledger import evidence, write
from tests.apps.town import CITIZEN

from huitong.apps.accounts.models import User
from huitong.apps.collection.models import Run
from huitong.apps.ledger.services import import_evidence
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
    "ledger.EvidenceSubject": "ledger.EvidenceRecord",
    "ledger.EvidenceAnchor": "numbers only",
    "collection.TableState": "numbers only",
    "sharing.PolicyState": "numbers only",
}
"""Models that are reached through another, or that say nothing about anybody."""

EXPECTED = {
    # model: how many rows see bureau, police, hr (with the centre below it), centre, citizen, nobody
    "accounts.Organisation": (5, 5, 5, 5, 5, 5),
    "accounts.System": (1, 1, 1, 1, 0, 0),
    "accounts.User": (8, 1, 3, 1, 1, 0),
    "accounts.Membership": (8, 1, 3, 1, 1, 0),
    "accounts.CalendarDay": (0, 0, 0, 0, 0, 0),
    "catalog.DataElement": (4, 4, 4, 4, 4, 4),
    "catalog.CodeList": (1, 1, 1, 1, 1, 1),
    "catalog.CatalogItem": (3, 3, 3, 3, 1, 1),
    "collection.Source": (2, 1, 1, 1, 0, 0),
    "collection.Run": (7, 2, 2, 2, 0, 0),
    "collection.QualityIssue": (1, 1, 0, 0, 0, 0),
    "collection.QualityResult": (1, 1, 0, 0, 0, 0),
    "libraries.Library": (1, 1, 1, 1, 0, 0),
    "sharing.Service": (2, 2, 2, 2, 0, 0),
    "sharing.ConsumerApp": (2, 1, 1, 0, 0, 0),
    "sharing.Grant": (2, 2, 2, 1, 0, 0),
    "ledger.AuditEntry": (None, 1, 0, 0, 0, 0),
    "ledger.EvidenceRecord": (2, 2, 2, 1, 1, 0),
    "ledger.MeterDay": (2, 2, 2, 1, 0, 0),
    "packs.AppliedPack": (1, 1, 1, 1, 0, 0),
}


def our_models() -> dict[str, type[models.Model]]:
    """Models of the project by label."""
    return {model._meta.label: model for model in apps.get_models() if model.__module__.startswith("huitong.")}


def test_every_model_says_to_whom_it_is_visible() -> None:
    assert set(our_models()) == set(EXPECTED) | set(PARTS)


def test_what_each_viewer_sees(user: Login, system: User, home: Path, run_town: None) -> None:
    suspend_grant(user("police"), grant="hr-resident", reason="演练")
    write(home, evidence(), evidence(consumer="police-app", service="insurance", subjects=()))
    import_evidence()
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
