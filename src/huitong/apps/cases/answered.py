"""How long offices took for a case, worked out from its timeline, and whether they kept its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.cases.clockwork import late_since
from huitong.apps.cases.models import Case, CaseEvent
from huitong.engine.declarations.cases import CaseType
from huitong.foundation import clock


@dataclass(frozen=True)
class AnswerTime:
    """``days``: working days in which it was not the opener's turn; ``in_time``: no clock was late under its holder."""

    days: int
    in_time: bool


def answer_time(case: Case) -> AnswerTime:
    """Return how long a case took up to now. Four queries, and those of the calendar."""
    spec, today = case.type.as_spec(), clock.beijing_today()
    days = sum(working for state, working in _stretches(case) if _turn(spec, state) not in ("", spec.opened_by))
    theirs = [row for row in case.clocks.all() if row.party != spec.opened_by]
    was_late = {(one.clock, one.organisation_id) for one in case.stretches.exclude(late_on=None)}
    late = any(late_since(row, today) or (row.name, row.organisation_id) in was_late for row in theirs)
    return AnswerTime(days, in_time=not late)


def _turn(spec: CaseType, name: str) -> str:
    return next((state.turn for state in spec.states if state.name == name), "")


def _stretches(case: Case) -> Iterator[tuple[str, int]]:
    """The states that a case went through, each with the working days it stood there."""
    calendar = working_calendar()
    kinds = (CaseEvent.Kind.OPENED, CaseEvent.Kind.ACTED)
    moves = list(CaseEvent.objects.filter(case=case, kind__in=kinds).order_by("pk").values_list("target", "at"))
    for (state, begun), (_, ended) in zip(moves, [*moves[1:], ("", clock.now())], strict=True):
        first, last = clock.beijing_today(begun), clock.beijing_today(ended)
        yield state, calendar.working_days_between(first, last).days if last > first else 0
