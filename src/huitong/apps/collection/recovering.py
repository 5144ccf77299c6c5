"""After a crash: runs that were under way, and what the lake knows of them."""

from __future__ import annotations

import datetime as dt
import os
import socket
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from huitong.apps.catalog.selectors import items_of_tables
from huitong.apps.collection.models import Run
from huitong.apps.collection.running import note_tables
from huitong.apps.collection.specs import Outcome, RunCounts
from huitong.apps.collection.steps import count_rows
from huitong.apps.collection.stores import the_lake
from huitong.apps.declared import stored

LOOK_BACK = 1000
"""Lake runs before the newest known one that are compared too: on a shared lake, runs are committed out of order."""


@dataclass(frozen=True)
class LakeRun:
    """A row of ``meta.runs``: a run that was committed, whatever became of the process."""

    run_id: int
    kind: str
    table: str
    read: int
    inserted: int
    updated: int
    deleted: int
    started_at: dt.datetime
    finished_at: dt.datetime


@dataclass(frozen=True)
class Recovered:
    """What recovering found."""

    completed: int
    """Runs that had been committed: they are done."""
    added: int
    """Committed runs that nobody had entered."""
    interrupted: int
    """Runs that came to nothing."""


def recover_runs() -> Recovered:
    """Settle the runs of processes that are gone. Idempotent; for the start of a process that has the lake.

    A run killed after its commit is found in ``meta.runs`` and becomes ``done``; one killed before becomes ``failed``
    with ``jobs.interrupted``, and nothing of it happened.

    Raises:
        HuitongError: ``lake.*`` when the lake cannot be opened.
    """
    orphans = [run for run in Run.objects.filter(state=Run.State.RUNNING).select_related("item") if _is_gone(run)]
    completed, added = 0, 0
    for lake_run in _unknown_lake_runs():
        match = next((run for run in orphans if _is_of(run, lake_run)), None)
        if match is not None:
            orphans.remove(match)
            completed += 1
        else:
            added += 1
        _settle(match, lake_run)
    for run in orphans:
        run.state, run.finished_at, run.error = Run.State.FAILED, timezone.now(), "jobs.interrupted"
        run.save()
    return Recovered(completed=completed, added=added, interrupted=len(orphans))


def _is_gone(run: Run) -> bool:
    """An embedded lake has one process, and it is this one; on a shared lake ask this host's process table."""
    return settings.HUITONG.lake_catalog.startswith("duckdb") or process_is_gone(run.worker)


def process_is_gone(name: str) -> bool:
    """Tell whether a process named ``host:pid`` has ended; False for those of other hosts. For the start of a process:
    its own number counts as that of an earlier one."""
    host, _, pid = name.partition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(pid) == os.getpid()


def _unknown_lake_runs() -> list[LakeRun]:
    newest = Run.objects.aggregate(newest=Max("lake_run"))["newest"] or 0
    since = max(0, newest - LOOK_BACK)
    known = set(Run.objects.filter(lake_run__gt=since).values_list("lake_run", flat=True))
    with the_lake().reader() as con:
        rows = con.execute(
            "SELECT run_id, kind, table_name, read_rows, inserted, updated, deleted, started_at, finished_at "
            "FROM meta.runs WHERE run_id > ? ORDER BY run_id",
            [since],
        ).fetchall()
    return [LakeRun(*row) for row in rows if row[0] not in known]


def _is_of(run: Run, lake_run: LakeRun) -> bool:
    return run.kind == lake_run.kind and run.item is not None and run.item.table == lake_run.table


@transaction.atomic
def _settle(run: Run | None, lake_run: LakeRun) -> None:
    item = run.item if run else items_of_tables([lake_run.table]).get(lake_run.table)
    run = run or Run(
        kind=lake_run.kind,
        target=item.code if item else lake_run.table,
        item=item,
        organisation_id=item.provider_id if item else None,
    )
    counts = RunCounts(
        read=lake_run.read or 0,
        inserted=lake_run.inserted or 0,
        updated=lake_run.updated or 0,
        deleted=lake_run.deleted or 0,
        rows=count_rows("raw", lake_run.table) if lake_run.kind == Run.Kind.COLLECT else 0,
    )
    outcome = Outcome(counts=counts, snapshot=the_lake().snapshot(), lake_run=lake_run.run_id)
    run.state, run.counts, run.lake_run = Run.State.DONE, stored(counts), lake_run.run_id
    run.started_at, run.finished_at = _aware(lake_run.started_at), _aware(lake_run.finished_at)
    run.error, run.error_parameters = "", {}
    run.save()
    if run.kind == Run.Kind.COLLECT:
        note_tables(run, outcome)


def _aware(moment: dt.datetime) -> dt.datetime:
    """The lake keeps UTC without saying so."""
    return moment.replace(tzinfo=dt.UTC)
