"""What needs somebody now: runs that failed and have not been followed by one that did not; what failed overnight."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.collection.models import Run, RunQuerySet, TargetState
from huitong.apps.collection.selectors import run_row, with_names
from huitong.apps.collection.specs import RunRow

EVENING = dt.time(18)
"""When an office closes: what fails afterwards, nobody sees before the next morning."""
MOST_NIGHT = 500
"""Failures of one night that are looked at."""
QUEUED_BEFORE = dt.timedelta(days=1)
"""A run that ends in the night was queued at most so long before it."""


@dataclass(frozen=True)
class NightFailure:
    """A step and target that failed since yesterday evening."""

    run: RunRow
    """The last attempt that failed."""
    recovered: bool
    """A later attempt was done."""


@dataclass(frozen=True)
class Failures:
    """The first of what failed in the night and of what has failed for longer, and how much of each there is."""

    night: tuple[NightFailure, ...]
    night_total: int
    older: tuple[RunRow, ...]
    older_total: int


def failures(viewer: Viewer, *, most: int) -> Failures:
    """Return what ``viewer`` may see of what failed since yesterday evening, and of what has been failing before.

    Of the night: first what still fails, then the newest; one entry a step and target. Five queries: they read the
    runs of the last two days and the targets that fail; whole rows of what is shown only.
    """
    night = _night(viewer)
    failing = {pk for pk, recovered in night if not recovered}
    older = [pk for pk in _failing(viewer) if pk not in failing]
    shown = [pk for pk, _recovered in night[:most]] + older[:most]
    rows = {run.pk: run_row(run) for run in with_names(Run.objects.filter(pk__in=shown))}
    return Failures(
        night=tuple(NightFailure(rows[pk], recovered) for pk, recovered in night[:most]),
        night_total=len(night),
        older=tuple(rows[pk] for pk in older[:most]),
        older_total=len(older),
    )


def _failing(viewer: Viewer) -> list[int]:
    """The newest failed run of each step and target whose last run failed, newest first."""
    failing = TargetState.objects.visible_to(viewer).filter(failed=True)
    return list(failing.order_by("-last_run").values_list("last_run", flat=True))


def yesterday_evening(now: dt.datetime) -> dt.datetime:
    """Return 18:00 of the Beijing day before ``now``'s."""
    here = timezone.localtime(now)
    return here.replace(hour=EVENING.hour, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)


def _night(viewer: Viewer) -> list[tuple[int, bool]]:
    """Id of the last failed run of each step and target since yesterday evening, and whether a later one was done."""
    since = yesterday_evening(timezone.now())
    last_before = Run.objects.filter(queued_at__lt=since - QUEUED_BEFORE).order_by("-pk")
    first = last_before.values_list("pk", flat=True).first() or 0
    lately = Run.objects.filter(pk__gt=first)
    failed = lately.visible_to(viewer).filter(state=Run.State.FAILED, finished_at__gte=since).order_by("-pk")
    newest: dict[tuple[str, str], int] = {}
    for pk, kind, target in failed.values_list("pk", "kind", "target")[:MOST_NIGHT]:
        newest.setdefault((kind, target), pk)
    done = _last_done(lately, {target for _kind, target in newest}) if newest else {}
    return sorted(((pk, done.get(what, 0) > pk) for what, pk in newest.items()), key=lambda one: one[1])


def _last_done(runs: RunQuerySet, targets: set[str]) -> dict[tuple[str, str], int]:
    rows = runs.filter(target__in=targets, state=Run.State.DONE).order_by()
    return {(kind, target): last for kind, target, last in rows.values_list("kind", "target").annotate(last=Max("pk"))}
