"""What an assessment counts of cases: who had to answer by when, and whether it was late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from huitong.apps.cases.models import CaseClock, CaseType, ClockStretch
from huitong.foundation.clock import to_beijing

CaseFact = tuple[str, str, str, int, dt.date, dt.date | None, dt.date | None, bool, str]
"""Number, case type, title, id of who had to answer, opened on, due on, answered on, late, state."""
Stretch = tuple[dt.date, dt.date | None, dt.date | None, dt.date | None]
"""Of a clock: began on, due on, ended on, late on."""
_CASE = ("case__number", "case__type__code", "case__title", "organisation", "case__opened_at", "case__state")
_STRETCH = ("began_on", "due_on", "ended_on", "late_on")


def case_facts(since: dt.date, until: dt.date) -> Iterator[CaseFact]:
    """Give what was answered from ``since`` to ``until``, or fell due by then and was not: one row a case and answerer.

    Each office counts by its own clocks alone: by what they were while it held them, not by what the others in the
    case did with theirs or with the same, and not for its own delay in accepting what it asked for. Late is whoever let
    a clock of theirs run out, in whichever of its starts, whether anybody noticed or not. Two queries; the work grows
    with the cases of the time asked for and those due.
    """
    opener = {row.code: row.as_spec().opened_by for row in CaseType.objects.all()}
    cases = _asked_for(since, until)
    held = _held(CaseClock.objects.all(), cases).union(_held(ClockStretch.objects.all(), cases), all=True)
    rows = held.order_by("case", "organisation")
    theirs = (row[1:] for row in rows.iterator(5000) if row[7] != opener.get(row[2]))
    for (number, kind, title, organisation, opened_at, state), clocks in groupby(theirs, key=lambda row: row[:6]):
        found = _answered([row[7:] for row in clocks], since, until)
        if found is not None:
            due_on, answered_on, late = found
            opened_on = to_beijing(opened_at).date()
            yield number, kind, title, organisation, opened_on, due_on, answered_on, late, state


def _asked_for(since: dt.date, until: dt.date) -> QuerySet[Any, Any]:
    """Cases with a clock, or an earlier stretch of one, that ended in the time, or ran beyond it and was due."""
    ended = Q(ended_on__gte=since, ended_on__lte=until)
    due = (Q(ended_on__isnull=True) | Q(ended_on__gt=until)) & Q(due_on__lte=until)
    earlier = ClockStretch.objects.filter(Q(ended_on__lte=until) | Q(due_on__lte=until), ended_on__gte=since)
    clocks = CaseClock.objects.filter(ended | due)
    return clocks.order_by().values("case").union(earlier.order_by().values("case"))


def _held(rows: QuerySet[Any, Any], cases: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """The clocks of these cases, or their earlier stretches, that organisations held."""
    theirs = rows.filter(case__in=cases, organisation__isnull=False)
    return theirs.order_by().values_list("case", *_CASE, "party", *_STRETCH)


def _answered(
    clocks: list[Stretch], since: dt.date, until: dt.date
) -> tuple[dt.date | None, dt.date | None, bool] | None:
    """When an office's clocks of one case were due and answered, and whether late; None when that was at another time.

    What came after ``until`` does not count yet. An office has answered once the last of its clocks has ended.
    """
    known = [row for row in clocks if row[0] <= until]
    was_late = any(late is not None and late <= until for *_, late in known)
    waiting = [(began, due) for began, due, ended, _ in known if ended is None or ended > until]
    if not waiting:
        answered_on = max((ended for _, _, ended, _ in known if ended is not None), default=None)
        due_on = max((due for _, due, _, _ in known if due is not None), default=None)
        return (due_on, answered_on, was_late) if answered_on is not None and answered_on >= since else None
    due_on = min((due for _, due in waiting if due is not None), default=None)
    if due_on is None or due_on > until:
        return None
    return due_on, None, was_late or any(due is not None and max(began, due) < until for began, due in waiting)
