"""The five shipped case types as declared, walked in any order: the calendar changes below them, superiors come and go.

They run under codes that no app watches: it is the engine that is tried here, not what a grant or an item is made of.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import DjangoDbBlocker
from tests.apps.demand_town import case_types

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.accounts.services import set_calendar_day, system_user
from huitong.apps.cases.models import Case, CaseClock, CaseEvent
from huitong.apps.cases.services import act, advance_clocks, open_case, put_case_type, recompute_deadlines
from huitong.engine.declarations.cases import CaseType, FormField
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]
SHIPPED = ("application", "demand", "dispute", "it_project", "catalog_item")
PEOPLE = {"bureau": "bureau", "system": "system"}
"""Who acts for a party; the one that opens is hr, any other the police."""


def answers(form: tuple[FormField, ...]) -> dict[str, object]:
    """Something right for every question that must be answered."""
    made: dict[str, object] = {
        "number": 1, "date": "2027-01-01", "yes_no": True, "item_fields": ["a"], "text": "核对", "long_text": "核对",
    }  # fmt: skip
    chosen = {one.name: one.choices[0].code for one in form if one.choices}
    for name, code in list(chosen.items()):
        kind = next(one.kind for one in form if one.name == name)
        chosen[name] = [code] if kind == "choices" else code  # type: ignore[assignment]
    return {one.name: chosen.get(one.name, made.get(one.kind)) for one in form if one.required}


class Walk(RuleBasedStateMachine):
    """One case of a shipped type, days that pass, a calendar that changes, superiors that are there or not."""

    spec: ClassVar[CaseType]

    def __init__(self) -> None:
        super().__init__()
        self.today = dt.date(2026, 3, 2)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "now", self._now)
        self.around = transaction.atomic()
        self.around.__enter__()
        self.users = {user.login: user for user in User.objects.all()}
        given = {party.name: "police" for party in self.spec.parties if not party.default}
        self.case = open_case(
            self.users["hr"], case_type=self.spec.code, title="一件事", parties=given, data=answers(self.spec.form)
        )
        self.edges = {(source, one.name, one.target) for one in self.spec.actions for source in one.sources}
        self.late: dict[str, dt.date] = {}

    def _now(self) -> dt.datetime:
        return dt.datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=dt.UTC)

    def teardown(self) -> None:
        """Forget everything."""
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)
        self.patch.undo()

    def _state(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def _login(self, party: str) -> str:
        if party == self.spec.opened_by:
            return "hr"
        organisation = self.case.participations.filter(name=party).values_list("organisation__code", flat=True).first()
        return PEOPLE.get(party, "bureau" if organisation == "data" else "police")

    @rule(days=st.integers(1, 15))
    def days_pass(self, days: int) -> None:
        """Nobody does anything."""
        self.today += dt.timedelta(days=days)

    @rule()
    def clocks_are_looked_at(self) -> None:
        """Where nobody is above, it is said, and said once."""
        try:
            advance_clocks()
        except Terminal as error:
            assert error.code == "cases.nobody_to_escalate"
        advance_clocks()

    @precondition(lambda self: self._state().turn != "")
    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """Whoever may, with answers that are right."""
        state = self._state()
        step = data.draw(st.sampled_from(self.spec.actions_in(state.state)))
        user, given = self.users[self._login(step.party)], answers(step.form)
        act(user, number=self.case.number, action=step.name, version=state.version, data=given, comment="理由")

    @rule(ahead=st.integers(-20, 30), working=st.booleans())
    def the_calendar_changes(self, ahead: int, working: bool) -> None:
        """A day becomes a working day or a day off; every deadline is counted again, and again to the same."""
        day = self.today + dt.timedelta(days=ahead)
        set_calendar_day(self.users["bureau"], day=day, working=working)
        recompute_deadlines(day.year)
        assert recompute_deadlines(day.year) == 0

    @rule(there=st.booleans())
    def superiors_come_and_go(self, there: bool) -> None:
        """Nobody works above the departments, or somebody does."""
        User.objects.filter(login="leader").update(is_active=there)

    @invariant()
    def every_step_is_declared(self) -> None:
        """The timeline is a walk along declared actions, and ends where the case stands."""
        state = self.spec.states[0].name
        for event in CaseEvent.objects.filter(case=self.case, kind="acted").order_by("pk"):
            assert event.source == state and (event.source, event.action, event.target) in self.edges
            state = event.target
        case = self._state()
        assert case.state == state and case.turn == self.spec.state(state).turn

    @invariant()
    def no_clock_is_lost(self) -> None:
        """A clock runs in its states and nowhere else, for its days by the calendar as it is now."""
        case, calendar = self._state(), working_calendar()
        for declared in self.spec.clocks:
            row = CaseClock.objects.filter(case=case, name=declared.name).first()
            runs = case.state in declared.states
            assert (row is not None and row.state == "running") == runs, (declared.name, case.state)
            if row is None or not runs:
                assert row is None or row.look_on is None
                assert row is None or (row.ended_on is None) == (row.state == "paused")
                continue
            assert row.due_on is not None and (row.look_on is None) == (row.escalated_on is not None)
            spans = [(dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for a, b in row.spans]
            used = sum(calendar.working_days_between(*span).days for span in [*spans, (row.anchor_on, row.due_on)])
            assert used == row.days + row.extended, declared.name

    @invariant()
    def nothing_is_escalated_twice(self) -> None:
        """Once for each time that a clock began, to somebody or to nobody."""
        for row in CaseClock.objects.filter(case=self.case):
            events = CaseEvent.objects.filter(case=self.case, clock=row.name, kind__in=("escalated", "stuck"))
            assert events.count() <= row.starts, row.name

    @invariant()
    def late_is_late_for_good(self) -> None:
        """Once a stopped clock was late, nothing makes it good."""
        for row in CaseClock.objects.filter(case=self.case, late_on__isnull=False):
            assert row.late_on is not None
            assert self.late.setdefault(row.name, row.late_on) == row.late_on


@pytest.mark.parametrize("code", SHIPPED)
def test_any_walk_of_a_shipped_type(code: str, town: Any, system: User, django_db_blocker: DjangoDbBlocker) -> None:
    spec = msgspec.structs.replace(case_types()[code], code=f"walked_{code}", prefix=f"W{SHIPPED.index(code)}")
    put_case_type(system_user(), spec=spec)
    assert Organisation.objects.filter(code="data").exists()
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        type("Walked", (Walk,), {"spec": spec}),
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=checks, derandomize=True
        ),
    )
