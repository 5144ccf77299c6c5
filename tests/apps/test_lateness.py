"""One rule of lateness, for the assessment and for the figures: whose clock ran out, however it went on from there.

2026-03-02 is a Monday, and nothing but weekends is free in March 2026: five working days from then end on the 9th.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.apps.assessing import INDICATORS
from tests.apps.case_types import REQUEST, open_request
from tests.apps.demand_town import ASKED, apply_for, case_types, demand_of, set_up, step
from tests.apps.test_assessment_facts import SPRING, travel

from huitong.apps.accounts.models import User
from huitong.apps.assessment.gathering import gather
from huitong.apps.cases.answered import answer_time
from huitong.apps.cases.clockwork import late_since
from huitong.apps.cases.facts import case_facts
from huitong.apps.cases.models import Case, CaseClock
from huitong.apps.cases.pages import case_page
from huitong.apps.cases.services import act, advance_clocks, assign_party, open_case, put_case_type
from huitong.apps.demand.models import Need
from huitong.engine.assessment.deriving import derive
from huitong.engine.assessment.facts import write_facts
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
Day = Callable[[int], None]


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch, town: Path) -> Day:
    """Makes it noon of a day of March 2026."""
    return lambda number: travel(monkeypatch, f"2026-03-{number:02d}")


def march(number: int) -> dt.date:
    """A day of that month."""
    return dt.date(2026, 3, number)


def dispute(user: Login) -> Case:
    """The police doubt a value of the insurance centre's."""
    return open_case(
        user("police"),
        case_type="dispute",
        title="参保人员 · 手机",
        parties={"source": "centre"},
        data={"doubt": "wrong", "statement": "已换号", "field": "手机", "table": "参保人员"},
        through="dispute",
    )


def take(user: User, case: Case, *actions: str) -> None:
    """Take actions with a reason."""
    for action in actions:
        act(user, number=case.number, action=action, version=None, comment="理由")


def values(folder: Path, code: str) -> dict[str, tuple[float, float]]:
    """Numerator and denominator of an indicator for each organisation, out of the facts of the quarter."""
    folder.mkdir()
    facts = write_facts(folder, SPRING.code, gather(SPRING, SPRING.ends))
    indicator = next(one for one in INDICATORS if one.code == code)
    return {one.organisation: (one.numerator, one.denominator) for one in derive(folder, facts, (indicator,))[code]}


def test_a_dispute_counts_by_what_its_source_did(user: Login, system: User, day: Day, tmp_path: Path) -> None:
    put_case_type(system, spec=case_types()["dispute"])
    day(2)
    explained, late, silent, sent_back = (dispute(user) for _ in range(4))
    day(3)
    take(user("centre"), explained, "explain")  # and the police never say whether they accept it
    day(10)
    take(user("centre"), late, "explain")  # before anybody looked at the clocks
    advance_clocks()
    take(user("centre"), sent_back, "explain")
    take(user("police"), sent_back, "contest")
    take(user("bureau"), sent_back, "send_back")  # the clock begins anew
    day(11)
    take(user("centre"), sent_back, "explain")
    day(31)
    facts = {
        row[0]: row[3:] for row in case_facts(SPRING.starts, SPRING.ends) if row[3] == user("centre").organisation_id
    }
    centre = user("centre").organisation_id
    assert facts == {
        explained.number: (centre, march(2), march(9), march(3), False, "explained"),
        late.number: (centre, march(2), march(9), march(10), True, "explained"),
        silent.number: (centre, march(2), march(9), None, True, "answering"),
        sent_back.number: (centre, march(2), march(17), march(11), True, "explained"),
    }
    assert values(tmp_path / "facts", "disputes") == {"hr": (1, 4)}, "the police raised them, and owe nothing"
    assert {row[3] for row in case_facts(SPRING.next.starts, SPRING.next.ends)} == {centre}
    assert [row[0] for row in case_facts(SPRING.next.starts, SPRING.next.ends)] == [silent.number], "still due"


def test_answers_count_once_they_are_given(user: Login, system: User, day: Day, tmp_path: Path) -> None:
    put_case_type(system, spec=REQUEST)
    day(2)
    punctual, last_day, late, waiting = (open_request(user("hr")) for _ in range(4))
    for case in (punctual, last_day, late, waiting):
        take(user("bureau"), case, "pass_on")
    due = CaseClock.objects.get(case=late, name="answer").due_on
    assert due is not None
    take(user("police"), punctual, "refuse")
    day(due.day)
    take(user("police"), last_day, "refuse")
    day(due.day + 1)
    take(user("police"), late, "refuse")
    assert values(tmp_path / "facts", "answer_time") == {"police": (2, 4)}
    police = {row[0]: row for row in case_facts(SPRING.starts, SPRING.ends) if row[3] == user("police").organisation_id}
    assert set(police) == {case.number for case in (punctual, last_day, late, waiting)}
    assert [police[one.number][5] for one in (punctual, last_day, late)] == [due, due, due], "the deadline is kept"
    page = case_page(user("bureau"), late.number)
    shown = {row.name: (row.due_on, row.ended_on, row.late, row.days_left) for row in page.clocks}
    assert shown["answer"] == (due, due + dt.timedelta(days=1), True, None)
    assert Case.objects.get(pk=late.pk).due_on is None, "nothing is due in a case that is over"


@pytest.mark.parametrize("looked", [True, False], ids=["looked at", "not looked at"])
def test_figures_and_assessment_agree(looked: bool, user: Login, day: Day) -> None:
    """An application answered on the day after its deadline, whether or not the worker was there in between."""
    set_up()
    day(2)
    asked = ASKED.__class__(**{**{n: getattr(ASKED, n) for n in ASKED.__struct_fields__}, "until": "2026-12-31"})
    kept, late = apply_for(user("hr"), asked), apply_for(user("hr"), asked)
    for case in (kept, late):
        step(user("bureau"), case, "pass_on")
    day(9)
    step(user("police"), kept, "refuse")
    day(10)
    if looked:
        advance_clocks()
    step(user("police"), late, "refuse")
    facts = {
        row[0]: row[7] for row in case_facts(SPRING.starts, SPRING.ends) if row[3] == user("police").organisation_id
    }
    needs = {need.case.number: need.in_time for need in Need.objects.select_related("case")}
    assert facts == {kept.number: False, late.number: True}
    assert needs == {kept.number: True, late.number: False}
    assert answer_time(late).days == 6


def test_what_was_late_stays_late(user: Login, system: User, day: Day) -> None:
    """Asked back after its day: the pause does not make it good."""
    put_case_type(system, spec=REQUEST)
    day(2)
    case = open_request(user("hr"))
    due = CaseClock.objects.get(case=case, name="check").due_on
    assert due is not None
    day(due.day + 1)
    take(user("bureau"), case, "ask_back")
    row = CaseClock.objects.get(case=case, name="check")
    assert (row.state, row.due_on, row.ended_on, row.late_on) == ("paused", None, None, due + dt.timedelta(days=1))
    act(user("hr"), number=case.number, action="complete", version=None, data={"purpose": "核对"})
    take(user("bureau"), case, "pass_on")
    row.refresh_from_db()
    assert (row.state, row.ended_on, row.late_on) == ("ended", march(due.day + 1), due + dt.timedelta(days=1))


@pytest.mark.parametrize(("sent_back", "late"), [(13, False), (17, True)], ids=["in time", "late"])
def test_a_clock_is_its_holders(user: Login, day: Day, sent_back: int, late: bool) -> None:
    """Sent back by one department and routed to another: each counts by what it did with the clock, at its time."""
    set_up()
    day(2)
    case = step(user("bureau"), demand_of(user("hr")), "route", department="police")
    day(sent_back)
    step(user("police"), case, "send_back")
    step(user("bureau"), case, "route", department="centre")
    ids = {name: user(name).organisation_id for name in ("police", "centre", "bureau")}
    facts = {row[3]: row[5:8] for row in case_facts(SPRING.starts, march(17))}
    assert facts == {
        ids["police"]: (march(16), march(sent_back), late),
        ids["bureau"]: (march(sent_back + 4 if sent_back == 13 else 19), march(sent_back), False),
    }
    assert CaseClock.objects.get(case=case, name="publish").late_on is None
    step(user("centre"), case, "refuse")
    after = {row[3]: row[6:8] for row in case_facts(SPRING.starts, SPRING.ends)}
    assert after[ids["centre"]] == (march(sent_back), False) and after[ids["police"]] == (march(sent_back), late)
    assert Need.objects.get(case=case).in_time, "the department that answered did at once"


def test_who_is_asked_again_keeps_its_lateness(user: Login, day: Day) -> None:
    """Sent back late, tried elsewhere, and theirs after all."""
    set_up()
    day(2)
    case = step(user("bureau"), demand_of(user("hr")), "route", department="police")
    day(17)
    step(user("police"), case, "send_back")
    for department in ("centre", "police"):
        step(user("bureau"), case, "route", department=department)
        step(user(department), case, "refuse" if department == "police" else "send_back")
    late = {row[3]: row[7] for row in case_facts(SPRING.starts, SPRING.ends)}
    assert late[user("police").organisation_id] and not late[user("centre").organisation_id]
    assert Need.objects.get(case=case).in_time is False


def test_what_is_handed_over_late_is_not_at_once_the_others(user: Login, day: Day) -> None:
    """A party that changes while its clock runs: the rest of the time is the new one's, the lateness the old one's."""
    set_up()
    day(2)
    case = step(user("bureau"), demand_of(user("hr")), "route", department="police")
    day(17)
    centre = user("centre").organisation
    assert centre is not None
    case.refresh_from_db()
    case.changed_at = clock.now()
    assign_party(case, party="provider", organisation=centre)
    held = {one.organisation_id: one.late_on for one in case.stretches.filter(clock="publish")}
    assert held == {user("police").organisation_id: march(17)}
    row = CaseClock.objects.get(case=case, name="publish")
    assert (row.organisation_id, late_since(row, march(17)), late_since(row, march(18))) == (centre.pk, None, march(18))
