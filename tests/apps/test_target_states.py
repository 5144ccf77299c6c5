"""How a target stands is kept with its runs, and is what looking through all runs would say."""

from __future__ import annotations

import datetime as dt
import random
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from huitong.apps.collection.models import DayChanges, Run, TableState, TargetState
from huitong.apps.collection.selectors import rows_by_provider
from huitong.apps.collection.services import run_chain

migration = import_module("huitong.apps.collection.migrations.0004_fill_target_state")
pytestmark = pytest.mark.django_db


def kept() -> list[tuple[object, ...]]:
    return list(
        TargetState.objects.values_list("kind", "target", "last_run", "last_at", "failed", "done_run", "done_at")
    )


def test_runs_that_end_in_another_order_than_they_began() -> None:
    dice, at = random.Random(7), timezone.now()
    runs = [
        Run.objects.create(kind=kind, target=target, state="running")
        for _ in range(12)
        for kind in ("collect", "check")
        for target in ("A", "B", "C")
    ]
    dice.shuffle(runs)
    for number, run in enumerate(runs):
        if dice.random() < 0.8:
            run.state, run.finished_at = dice.choice(("done", "failed")), at + dt.timedelta(minutes=number)
            run.save()
    for state in TargetState.objects.all():
        own = Run.objects.filter(kind=state.kind, target=state.target).order_by("-pk")
        last, done = own.filter(state__in=("done", "failed"))[0], own.filter(state="done").first()
        assert (state.last_run_id, state.last_at, state.failed) == (last.pk, last.finished_at, last.state == "failed")
        assert (state.done_run, state.done_at) == ((done.pk, done.finished_at) if done else (None, None))
    assert TargetState.objects.count() == 6


def test_an_upgrade_finds_what_would_have_been_kept(town: object, system: object) -> None:
    run_chain(system)  # type: ignore[arg-type]
    Run.objects.create(kind="collect", target="POLICE-01", state="failed", finished_at=timezone.now())
    for run in Run.objects.filter(state="done"):
        run.save()  # again: nothing is counted twice
    days = list(DayChanges.objects.values_list("day", "organisation", "inserted", "updated", "deleted"))
    assert sum(day[2] for day in days) == sum(run.typed_counts.inserted for run in Run.objects.filter(kind="collect"))
    before, tables = kept(), list(TableState.objects.values_list("schema", "name", "item"))
    assert before and any(item for _schema, _name, item in tables)
    TargetState.objects.all().delete()
    DayChanges.objects.all().delete()
    TableState.objects.update(item=None)
    migration.fill_states(apps, None)
    migration.fill_days(apps, None)
    migration.fill_items(apps, None)
    assert kept() == before
    assert list(DayChanges.objects.values_list("day", "organisation", "inserted", "updated", "deleted")) == days
    assert list(TableState.objects.values_list("schema", "name", "item")) == tables
    assert sum(rows_by_provider()["raw"].values()) == sum(
        TableState.objects.filter(schema="raw").values_list("rows", flat=True)
    )
