"""Time passes: clocks warn, go to the superior, are extended, and are counted again when the calendar changes."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Q

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import bureau_users, escalation_target, working_calendar
from huitong.apps.cases.acting import check_version, is_system, locked, locked_case, note_event, parties_of
from huitong.apps.cases.clockwork import count_down, end_of, note_deadline, save_standing
from huitong.apps.cases.models import Case, CaseClock, CaseEvent
from huitong.apps.cases.specs import Advanced, ClockExtension
from huitong.apps.cases.telling import tell_of_escalation, tell_of_extension, tell_of_nobody, tell_of_warning
from huitong.apps.declared import in_language
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations.cases import CaseType
from huitong.foundation import clock
from huitong.foundation.calendar import WorkingCalendar
from huitong.foundation.errors import Terminal

log = logging.getLogger(__name__)
BATCH = 500


def advance_clocks(now: dt.datetime | None = None) -> Advanced:
    """Do what is due about every clock: warn before it ends, escalate once after it ended. Doing it again does nothing.

    Each clock is settled in a transaction of its own, so that one that cannot be escalated holds up no other; work
    grows with the clocks that are due, not with the cases.

    Raises:
        Terminal: ``cases.nobody_to_escalate``, after everything else is done, when late clocks were found that go to
            nobody: their cases are marked and the bureau is told, each once.
    """
    today, calendar = clock.beijing_today(now), working_calendar()
    warned, escalated, stuck = 0, 0, list[str]()
    while due := list(
        CaseClock.objects.filter(look_on__lte=today).order_by("look_on", "pk").values_list("pk", flat=True)[:BATCH]
    ):
        for pk in due:
            done, number = _advance(pk, today, calendar)
            warned += done == CaseEvent.Kind.WARNED
            escalated += done == CaseEvent.Kind.ESCALATED
            if done == CaseEvent.Kind.STUCK:
                stuck.append(number)
    if stuck:
        log.error("late cases without a superior to go to: %s", ", ".join(stuck))
        raise Terminal("cases.nobody_to_escalate", numbers="、".join(stuck[:10]), count=len(stuck))
    return Advanced(warned=warned, escalated=escalated)


@transaction.atomic
def _advance(pk: int, today: dt.date, calendar: WorkingCalendar) -> tuple[str, str]:
    case_id = CaseClock.objects.values_list("case", flat=True).get(pk=pk)
    case = locked(case_id)
    row = CaseClock.objects.get(pk=pk)
    if row.look_on is None or row.due_on is None or row.look_on > today:
        return "", case.number  # somebody was faster
    spec = case.type.as_spec()
    declared = next(one for one in spec.clocks if one.name == row.name)
    if today <= row.due_on:
        row.warned_on = today
        done = CaseEvent.Kind.WARNED
        note_event(case, done, None, clock_name=row.name, data={"due_on": row.due_on.isoformat()})
        tell_of_warning(case, spec, row.due_on.isoformat())
    else:
        done = _escalate(case, spec, row, today)
    count_down(row, declared, calendar)
    row.save()
    _note_deadline(case)
    return done, case.number


def _escalate(case: Case, spec: CaseType, row: CaseClock, today: dt.date) -> CaseEvent.Kind:
    organisation = parties_of(case).get(row.party)
    target = escalation_target(organisation) if organisation else None
    row.escalated_on, row.escalated_to = today, target
    kind = CaseEvent.Kind.ESCALATED if target else CaseEvent.Kind.STUCK
    due = row.due_on.isoformat() if row.due_on else ""
    note_event(case, kind, None, clock_name=row.name, data={"due_on": due}, organisation=target)
    if target is None:
        tell_of_nobody(case, bureau_users())
    else:
        tell_of_escalation(case, spec, target)
    return kind


def _note_deadline(case: Case) -> None:
    note_deadline(case, case.clocks.all())
    save_standing(case)


@transaction.atomic
def extend_clock(
    acting_user: User, *, number: str, clock_name: str, days: int, reason: str, version: int | None = None
) -> Case:
    """Give the party that answers for a clock more working days, within what its declaration allows.

    Raises:
        Terminal: ``people.not_found``, ``cases.changed_meanwhile``, ``people.not_allowed`` unless the user works for
            the party that answers or the bureau, ``cases.clock_not_running``, ``cases.reason_missing``,
            ``cases.extension_too_long``, ``cases.extension_too_late`` once it has ended.
    """
    case = locked_case(acting_user, number)
    spec = case.type.as_spec()
    check_version(case, spec, version)
    declared = next((one for one in spec.clocks if one.name == clock_name), None)
    row = CaseClock.objects.filter(case=case, name=clock_name, state=CaseClock.State.RUNNING).first()
    if declared is None or row is None or row.due_on is None:
        raise Terminal("cases.clock_not_running", number=number, clock=clock_name)
    title = in_language(declared.title, declared.title_en)
    if not may_extend(acting_user, case, spec, row):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if not reason.strip():
        raise Terminal("cases.reason_missing", action=title)
    if days < 1 or row.extended + days > declared.extend:
        raise Terminal("cases.extension_too_long", clock=title, left=declared.extend - row.extended, days=days)
    if clock.beijing_today() > row.due_on:
        raise Terminal("cases.extension_too_late", clock=title, due=row.due_on.isoformat())
    row.extended += days
    row.warned_on = None
    count_down(row, declared, working_calendar())
    row.save()
    case.version += 1
    case.changed_at = clock.now()
    _note_deadline(case)
    after = ClockExtension(clock=clock_name, days=days, due_on=row.due_on.isoformat())
    data = {"days": days, "due_on": after.due_on}
    note_event(case, CaseEvent.Kind.EXTENDED, acting_user, clock_name=clock_name, comment=reason.strip(), data=data)
    tell_of_extension(acting_user, case, after.due_on)
    record_audit(acting_user, action="cases.extend_clock", kind="case", target=number, after=after)
    return case


def may_extend(user: User, case: Case, spec: CaseType, row: CaseClock) -> bool:
    """Tell whether ``user`` may extend a clock: of the party that answers for it, or of the bureau."""
    organisation = parties_of(case).get(row.party)
    ours = organisation is not None and user.acts_for(organisation, spec.party(row.party).roles)
    return ours or is_system(user) or user.has_role("bureau")


def recompute_deadlines(year: int) -> int:
    """Count every running clock again that ends in ``year`` or later, or was provisional; return how many moved.

    To be called when working days of the year changed. Doing it again moves nothing. What was escalated stays so.
    """
    calendar = working_calendar()
    running = CaseClock.objects.filter(state=CaseClock.State.RUNNING)
    wanted = running.filter(Q(due_on__gte=dt.date(year, 1, 1)) | Q(provisional=True)).order_by("pk")
    return sum(_recompute(pk, calendar) for pk in list(wanted.values_list("pk", flat=True)))


@transaction.atomic
def _recompute(pk: int, calendar: WorkingCalendar) -> int:
    case_id = CaseClock.objects.values_list("case", flat=True).get(pk=pk)
    case = locked(case_id)
    row = CaseClock.objects.get(pk=pk)
    declared = next((one for one in case.type.as_spec().clocks if one.name == row.name), None)
    if declared is None or row.state != CaseClock.State.RUNNING:
        return 0
    before = (row.due_on, row.provisional)
    _forget_early_warning(row, declared.warn, calendar)
    count_down(row, declared, calendar)
    if (row.due_on, row.provisional) == before:
        return 0
    row.save()
    _note_deadline(case)
    if row.due_on != before[0]:
        days = {"before": str(before[0]), "due_on": str(row.due_on)}
        note_event(case, CaseEvent.Kind.MOVED, None, clock_name=row.name, data=days)
    return int(row.due_on != before[0])


def _forget_early_warning(row: CaseClock, warn: int, calendar: WorkingCalendar) -> None:
    """A warning that the new deadline puts far ahead is given again in time."""
    in_time = calendar.add_working_days(end_of(row, calendar).day, -warn).day
    if row.warned_on is not None and row.warned_on < in_time:
        row.warned_on = None
