"""Clocks of one case: which run, which are paused, when each ends. They follow from the state; nothing else moves them.

Days are Beijing days. The day on which a clock starts, or goes on, does not count; the day on which it pauses does.

A stretch of a clock belongs to the organisation that held its party while it ran: what another had before stays on
record as the other's, late or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from huitong.apps.cases.entries import enter_queues
from huitong.apps.cases.models import Case, CaseClock, ClockStretch
from huitong.engine.declarations.cases import CaseType, Clock
from huitong.foundation.calendar import Deadline, WorkingCalendar

ONE_DAY = dt.timedelta(days=1)
Holders = Mapping[str, int | None]
"""Party → id of its organisation."""


def settle_clocks(
    case: Case, spec: CaseType, *, today: dt.date, calendar: WorkingCalendar, restarts: Collection[str] = ()
) -> None:
    """Bring every clock of a case to what its state says, then the case's own deadline. Saves clocks, not the case."""
    known = {clock.name: clock for clock in case.clocks.all()}
    holders: Holders = dict(case.participations.values_list("name", "organisation"))
    settled = []
    for declared in spec.clocks:
        row = known.pop(declared.name, None)
        row = _settled(case, spec, declared, row, holders, today, restarted=declared.name in restarts)
        if row is not None:
            count_down(row, declared, calendar)
            row.save()
            settled.append(row)
    for forgotten in known.values():  # declared once, and no more
        forgotten.late_on = late_since(forgotten, today)
        _end(forgotten, today)
        forgotten.save()
    note_deadline(case, settled)


def _settled(
    case: Case,
    spec: CaseType,
    declared: Clock,
    row: CaseClock | None,
    holders: Holders,
    today: dt.date,
    *,
    restarted: bool,
) -> CaseClock | None:
    runs, pauses = case.state in declared.states, case.state in declared.paused_in
    if row is not None and (restarted or not runs):
        row.late_on = late_since(row, today)
    party = answering(case, spec, declared) if runs else ""
    if row is None:
        row = CaseClock(case=case, name=declared.name, starts=0)
        return _started(row, declared, party, holders, today) if runs else None
    if runs and (restarted or row.state == CaseClock.State.ENDED):
        _keep_stretch(row, today)
        return _started(row, declared, party, holders, today)
    if runs:
        if row.state == CaseClock.State.PAUSED:
            row.anchor_on = today
        row.state = CaseClock.State.RUNNING
        _hand_over(row, party, holders.get(party), today)
    elif pauses and row.state == CaseClock.State.RUNNING:
        row.spans = [*row.spans, [row.anchor_on.isoformat(), today.isoformat()]]
        row.state = CaseClock.State.PAUSED
    elif not pauses:
        _end(row, today)
    return row


def _started(row: CaseClock, declared: Clock, party: str, holders: Holders, today: dt.date) -> CaseClock:
    row.state = CaseClock.State.RUNNING
    row.days, row.extended, row.anchor_on, row.spans = declared.days, 0, today, []
    row.warned_on = row.escalated_on = row.escalated_to = row.ended_on = None
    row.starts += 1
    _take(row, party, holders.get(party), today)
    return row


def hand_over_clocks(case: Case, *, party: str, organisation: int, today: dt.date) -> None:
    """Let another organisation hold a party's clocks from today, with the days that are left. Saves them."""
    for row in case.clocks.filter(party=party).exclude(state=CaseClock.State.ENDED):
        _hand_over(row, party, organisation, today)
        row.save()


def _hand_over(row: CaseClock, party: str, organisation: int | None, today: dt.date) -> None:
    if (party, organisation) == (row.party, row.organisation_id):
        return
    if row.began_on < today:  # its first day does not count: who held it only then had nothing of it
        _keep_stretch(row, today)
    _take(row, party, organisation, today)


def _take(row: CaseClock, party: str, organisation: int | None, today: dt.date) -> None:
    if (party, organisation) != (row.party, row.organisation_id):
        row.late_on = None  # another's
    row.party, row.organisation_id, row.began_on = party, organisation, today


def _keep_stretch(row: CaseClock, today: dt.date) -> None:
    if row.organisation_id is not None:
        ClockStretch.objects.create(
            case=row.case,
            clock=row.name,
            party=row.party,
            organisation_id=row.organisation_id,
            began_on=row.began_on,
            due_on=row.due_on,
            ended_on=row.ended_on or today,
            late_on=late_since(row, today),
        )


def _end(row: CaseClock, today: dt.date) -> None:
    if row.state != CaseClock.State.ENDED:
        row.state, row.look_on, row.ended_on = CaseClock.State.ENDED, None, today


def late_since(row: CaseClock, today: dt.date) -> dt.date | None:
    """Return the first day on which a clock was late under who holds it; None when it never was by ``today``.

    The one rule of lateness, for assessment, figures and pages alike: a clock is late from the day after it was to end,
    whether or not anybody looked at it in between; for who took it over, not before the day after that.
    """
    if row.late_on or row.state != CaseClock.State.RUNNING or row.due_on is None:
        return row.late_on
    last = max(row.due_on, row.began_on)
    return last + ONE_DAY if last < today else None


def answering(case: Case, spec: CaseType, declared: Clock) -> str:
    """Return the party that answers for a clock in the case's state."""
    return declared.party or spec.state(case.state).turn


def count_down(row: CaseClock, declared: Clock, calendar: WorkingCalendar) -> None:
    """Work out when a clock ends by ``calendar``, and on which day it must be looked at."""
    if row.state == CaseClock.State.ENDED:
        return
    if row.state == CaseClock.State.PAUSED:
        row.due_on, row.look_on = None, None
        return
    end = end_of(row, calendar)
    row.due_on, row.provisional = end.day, end.provisional
    row.look_on = _look_on(row, declared, calendar, end.day)


def end_of(row: CaseClock, calendar: WorkingCalendar) -> Deadline:
    """Return when a running clock ends: its days and extensions, less what earlier stretches used."""
    used = [calendar.working_days_between(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for a, b in row.spans]
    end = calendar.add_working_days(row.anchor_on, row.days + row.extended - sum(span.days for span in used))
    return Deadline(end.day, end.provisional or any(span.provisional for span in used))


def _look_on(row: CaseClock, declared: Clock, calendar: WorkingCalendar, due: dt.date) -> dt.date | None:
    if row.escalated_on is not None:
        return None
    if row.warned_on is not None:
        return due + ONE_DAY
    warning = calendar.add_working_days(due, -declared.warn).day
    return min(max(warning, row.anchor_on + ONE_DAY), due + ONE_DAY)


def note_deadline(case: Case, clocks: Iterable[CaseClock]) -> None:
    """Set the case's deadline to the first of its running clocks'. Does not save."""
    running = [clock for clock in clocks if clock.state == CaseClock.State.RUNNING and clock.due_on is not None]
    first = min(running, key=lambda clock: (clock.due_on or dt.date.max, clock.name), default=None)
    case.due_on = first.due_on if first else None
    case.sort_on = case.due_on or dt.date.max
    case.provisional = any(clock.provisional for clock in running)
    case.escalated = any(clock.escalated_on is not None for clock in running)


def save_standing(case: Case) -> None:
    """Save a case, and bring it to the queues where it now stands."""
    case.save()
    enter_queues([case])
