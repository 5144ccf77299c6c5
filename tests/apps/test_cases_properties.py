"""Whatever anybody does in whatever order: no undeclared state, no clock lost, nothing escalated twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import DjangoDbBlocker
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.cases.models import Case, CaseClock, CaseEvent, Participation, QueueEntry
from huitong.apps.cases.services import (
    act,
    advance_clocks,
    claim,
    extend_clock,
    hand_over,
    put_case_type,
    recompute_deadlines,
    release,
)
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOGINS = ("bureau", "police", "hr", "developer", "leader", "centre", "citizen", "system")
ACTIONS = tuple(action.name for action in REQUEST.actions)
CLOCKS = {one.name: one for one in REQUEST.clocks}
EXPECTED = {
    "people.not_allowed",
    "people.not_found",
    "cases.changed_meanwhile",
    "cases.no_such_action",
    "cases.reason_missing",
    "cases.answer_missing",
    "cases.answer_wrong",
    "cases.claimed_by_other",
    "cases.cannot_take_over",
    "cases.clock_not_running",
    "cases.extension_too_long",
    "cases.extension_too_late",
}


class Office(RuleBasedStateMachine):
    """One case, everybody who might touch it, and days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.today = dt.date(2026, 3, 2)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "now", self._now)
        self.around = transaction.atomic()
        self.around.__enter__()
        self.users = {user.login: user for user in User.objects.filter(login__in=LOGINS)}
        self.case = open_request(self.users["hr"])
        self.edges = {(source, one.name, one.target) for one in REQUEST.actions for source in one.sources}
        self.starts = {row.name: row.starts for row in self.case.clocks.all()}

    def _now(self) -> dt.datetime:
        return dt.datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=dt.UTC)

    def teardown(self) -> None:
        """Forget everything."""
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)
        self.patch.undo()

    def _try(self, step: Any) -> None:
        try:
            with transaction.atomic():
                step()
        except Terminal as error:
            assert error.code in EXPECTED, error

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        """Nobody does anything."""
        self.today += dt.timedelta(days=days)

    @rule(times=st.integers(1, 3))
    def clocks_are_looked_at(self, times: int) -> None:
        """As often as one likes."""
        for _ in range(times):
            advance_clocks()

    @rule(
        login=st.sampled_from(LOGINS),
        action=st.sampled_from(ACTIONS),
        back=st.sampled_from((0, 0, 0, 1)),
        comment=st.sampled_from(("", "理由")),
        data=st.sampled_from(({}, {"purpose": "核对"}, {"scope": "all"}, {"scope": "none"}, {"x": 1})),
    )
    def somebody_acts(self, login: str, action: str, back: int, comment: str, data: dict[str, object]) -> None:
        """Allowed or not, on the newest version or an older one."""
        version = Case.objects.values_list("version", flat=True).get(pk=self.case.pk) - back
        self._try(
            lambda: act(
                self.users[login],
                number=self.case.number,
                action=action,
                version=version,
                data=data,
                comment=comment,
            )
        )

    @precondition(lambda self: self._state().turn != "")
    @rule(data=st.data())
    def somebody_acts_rightly(self, data: st.DataObject) -> None:
        """So that long ways are walked as well."""
        state = self._state()
        step = data.draw(st.sampled_from([one for one in REQUEST.actions if state.state in one.sources]))
        login = {"bureau": "bureau", "provider": "police", "applicant": "hr", "system": "system"}[step.party]
        answers = {field.name: "all" if field.name == "scope" else "核对" for field in step.form if field.required}
        self._try(
            lambda: act(
                self.users[login],
                number=self.case.number,
                action=step.name,
                version=None,
                data=answers,
                comment="理由",
            )
        )

    @rule(login=st.sampled_from(LOGINS), other=st.sampled_from(LOGINS), what=st.sampled_from(("claim", "give", "free")))
    def somebody_claims(self, login: str, other: str, what: str) -> None:
        """Or gives it to somebody, or back."""
        user, number = self.users[login], self.case.number
        steps = {
            "claim": lambda: claim(user, number=number),
            "give": lambda: hand_over(user, number=number, login=other),
            "free": lambda: release(user, number=number),
        }
        self._try(steps[what])

    @rule(login=st.sampled_from(LOGINS), name=st.sampled_from(tuple(CLOCKS)), days=st.integers(0, 6))
    def somebody_extends(self, login: str, name: str, days: int) -> None:
        """A clock, rightly or not."""
        self._try(
            lambda: extend_clock(
                self.users[login], number=self.case.number, clock_name=name, days=days, reason="需要时间"
            )
        )

    @rule()
    def the_calendar_is_counted_again(self) -> None:
        """Nothing moves while the calendar stays as it is."""
        assert recompute_deadlines(2026) == 0

    def _state(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    @invariant()
    def every_step_is_declared(self) -> None:
        """The timeline is a walk along declared actions."""
        state = "checking"
        for event in CaseEvent.objects.filter(case=self.case, kind="acted").order_by("pk"):
            assert event.source == state and (event.source, event.action, event.target) in self.edges
            state = event.target
        assert self._state().state == state

    @invariant()
    def no_clock_is_lost(self) -> None:
        """A clock runs in its states and nowhere else, keeps its days, and somebody looks at it until it escalated."""
        case, calendar = self._state(), working_calendar()
        for declared in CLOCKS.values():
            row = CaseClock.objects.filter(case=case, name=declared.name).first()
            runs = case.state in declared.states
            assert (row is not None and row.state == "running") == runs, (declared.name, case.state)
            if row is None or not runs:
                assert row is None or row.look_on is None
                assert row is None or (row.ended_on is None) == (row.state == "paused")
                assert row is None or row.state == ("paused" if case.state in declared.paused_in else "ended")
                continue
            assert row.due_on is not None and row.extended <= declared.extend
            assert (row.look_on is None) == (row.escalated_on is not None)
            spans = [(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for a, b in row.spans]
            spans.append((row.anchor_on, row.due_on))
            used = sum(calendar.working_days_between(*span).days for span in spans)
            assert used == row.days + row.extended, (declared.name, spans)

    @invariant()
    def nothing_is_escalated_twice(self) -> None:
        """Once for each time that a clock began."""
        for name in CLOCKS:
            row = CaseClock.objects.filter(case=self.case, name=name).first()
            events = CaseEvent.objects.filter(case=self.case, clock=name, kind__in=("escalated", "stuck"))
            assert events.count() <= (row.starts if row else 0)

    @invariant()
    def the_queue_agrees_with_the_case(self) -> None:
        """What its entries repeat, in whose queues they are, whose turn it is, and who has claimed it."""
        case = self._state()
        state = REQUEST.state(case.state)
        assert case.place == f"request:{case.state}" and case.turn == state.turn
        assert (case.closed_at is None) == bool(state.turn)
        entries = QueueEntry.objects.filter(case=case)
        assert set(entries.values_list("type", "place", "sort_on", "closed", "escalated")) == {
            (case.type_id, case.place, case.sort_on, case.closed_at is not None, case.escalated)
        }
        rows = Participation.objects.filter(case=case)
        paths = rows.exclude(organisation=None).values_list("organisation__path", flat=True)
        above = {code for path in paths for code in path.strip("/").split("/")}
        assert set(entries.values_list("organisation__code", flat=True)) == above
        owner = rows.filter(name=case.turn).first()
        assert case.turn_organisation_id == (owner.organisation_id if owner else None)
        dues = [row.due_on for row in case.clocks.filter(state="running") if row.due_on]
        assert case.due_on == min(dues, default=None)
        if case.claimed_by is not None:
            assert case.claimed_by.acts_for(case.turn_organisation_id or 0, ("bureau", "data_officer"))


def test_any_order_of_anything(town: Any, system: User, django_db_blocker: DjangoDbBlocker) -> None:
    put_case_type(system, spec=REQUEST)
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Office,
        settings=settings(
            max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=checks, derandomize=True
        ),
    )
