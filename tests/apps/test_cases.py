"""Cases: opening, acting, clocks that pause, warn and escalate, two people at once, queues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django_tasks_db.models import DBTaskResult
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.services import confirm_calendar_year, set_calendar_day
from huitong.apps.cases import registry
from huitong.apps.cases.models import Case, CaseClock, CaseEvent, QueueEntry
from huitong.apps.cases.selectors import (
    access_case,
    actions_for,
    cases_about,
    queue_for,
    timeline_of,
    waiting_counts,
)
from huitong.apps.cases.services import (
    act,
    advance_clocks,
    claim,
    comment_on,
    extend_clock,
    hand_over,
    put_case_type,
    recompute_deadlines,
    release,
    remove_case_type,
)
from huitong.apps.cases.specs import Advanced, CaseFilter
from huitong.apps.ledger.models import AuditEntry
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
replace = msgspec.structs.replace
Travel = Callable[[str], None]


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Sets the day it is in Beijing, at noon."""

    def to(day: str) -> None:
        noon = dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")
        monkeypatch.setattr(clock, "now", lambda: noon)

    to("2026-03-02")  # a Monday
    return to


@pytest.fixture
def request_type(town: Path, system: User) -> None:
    """The sample type, declared."""
    put_case_type(system, spec=REQUEST)


@pytest.fixture
def opened(request_type: None, travel: Travel, user: Login) -> Case:
    """A request of the human-resources department to the police, opened on Monday 2026-03-02."""
    return open_request(user("hr"))


def clock_of(case: Case, name: str) -> CaseClock:
    """Read a clock."""
    return CaseClock.objects.get(case=case, name=name)


def code_of(caught: pytest.ExceptionInfo[Terminal]) -> str:
    """The code of what was raised."""
    return caught.value.code


def test_a_case_begins_where_its_type_says(opened: Case, user: Login) -> None:
    case = access_case(user("hr"), opened.number)
    assert (case.number, case.state, case.turn) == ("SQ-2026-000001", "checking", "bureau")
    assert case.turn_organisation is not None and case.turn_organisation.code == "data"
    assert case.data == {"purpose": "核对参保", "volume": 20}
    assert clock_of(case, "check").due_on == dt.date(2026, 3, 4) == case.due_on
    assert {one.name: one.organisation_id and one.organisation.code for one in case.participations.all()} == {
        "applicant": "hr",
        "provider": "police",
        "bureau": "data",
    }
    assert open_request(user("hr")).number == "SQ-2026-000002"
    assert AuditEntry.objects.filter(action="cases.open_case", target=case.number).count() == 1


def test_the_way_through(opened: Case, user: Login, system: User, travel: Travel) -> None:
    number = opened.number
    assert [one.name for one in actions_for(user("bureau"), opened)] == ["pass_on", "ask_back"]
    act(user("bureau"), number=number, action="ask_back", version=1, comment="用途请写明事项")
    travel("2026-03-09")
    assert clock_of(opened, "check").due_on is None, "the question back stops the clock"
    act(user("hr"), number=number, action="complete", version=2, data={"purpose": "失业金发放核对"})
    assert clock_of(opened, "check").due_on == dt.date(2026, 3, 11), "asked on the first day: both days are left"
    act(user("bureau"), number=number, action="pass_on", version=3)
    assert clock_of(opened, "check").state == CaseClock.State.ENDED
    act(user("police"), number=number, action="agree", version=4, data={"scope": "part"})
    case = act(system, number=number, action="installed", version=None)
    assert (case.state, case.turn, case.turn_organisation, case.due_on) == ("done", "", None, None)
    assert case.closed_at is not None and case.data["purpose"] == "失业金发放核对"
    assert not CaseClock.objects.exclude(state=CaseClock.State.ENDED).exists()
    line = timeline_of(user("hr"), number)
    assert [one.target_title for one in line] == ["待审核", "待补正", "待审核", "待答复", "开通中", "已开通"]
    assert line[4].answers == (("范围", "部分"),) and line[1].comment == "用途请写明事项"
    assert line[5].who == ""


def test_what_one_may_not_do(opened: Case, user: Login) -> None:
    number = opened.number
    tries = {
        "people.not_allowed": (user("leader"), "pass_on", {}, ""),
        "cases.no_such_action": (user("police"), "agree", {"scope": "all"}, ""),
        "cases.reason_missing": (user("bureau"), "ask_back", {}, " "),
        "cases.answer_wrong": (user("bureau"), "pass_on", {"what": "?"}, ""),
    }
    for code, (who, action, data, comment) in tries.items():
        with pytest.raises(Terminal) as caught:
            act(who, number=number, action=action, version=1, data=data, comment=comment)
        assert code_of(caught) == code
    with pytest.raises(Terminal) as caught:
        open_request(user("leader"))
    assert code_of(caught) == "people.not_allowed"
    with pytest.raises(Terminal) as caught:
        open_request(user("hr"), data={"volume": 5})
    assert code_of(caught) == "cases.answer_missing"
    for wrong in ("x", "0", "1e9", True):
        with pytest.raises(Terminal) as caught:
            open_request(user("hr"), data={"purpose": "x", "volume": wrong})
        assert code_of(caught) == "cases.answer_wrong"
    for parties in ({}, {"provider": "police", "who": "hr"}):
        with pytest.raises(Terminal) as caught:
            open_request(user("hr"), parties=parties)
        assert code_of(caught) == "cases.party_missing"
    for stranger in (user("centre"), user("citizen"), AnonymousUser()):
        with pytest.raises(Terminal) as caught:
            access_case(stranger, number)
        assert code_of(caught) == "people.not_found"
    assert Case.objects.get().version == 1


def test_the_second_of_two_is_told_who_was_first(opened: Case, user: Login) -> None:
    act(user("bureau"), number=opened.number, action="pass_on", version=1)
    with pytest.raises(Terminal) as caught:
        act(user("hr"), number=opened.number, action="withdraw", version=1)
    assert code_of(caught) == "cases.changed_meanwhile" and caught.value.status == 409
    assert "局长" in caught.value.detail() and "转提供方" in caught.value.detail()
    assert "待答复" in caught.value.detail() and "2026-03-02" in caught.value.detail()


def test_clocks_warn_and_escalate_once(opened: Case, user: Login, travel: Travel) -> None:
    act(user("bureau"), number=opened.number, action="pass_on", version=1)
    due = clock_of(opened, "answer").due_on
    assert due == dt.date(2026, 3, 9)
    for day in ("2026-03-03", "2026-03-04"):
        travel(day)
        assert advance_clocks() == Advanced()
    travel("2026-03-05")
    assert [advance_clocks(), advance_clocks()] == [Advanced(warned=1), Advanced()]
    travel("2026-03-09")
    assert advance_clocks() == Advanced(), "the last day is still in time"
    travel("2026-03-10")
    assert [advance_clocks(), advance_clocks()] == [Advanced(escalated=1), Advanced()]
    case = access_case(user("hr"), opened.number)
    assert case.escalated and clock_of(case, "answer").escalated_to == Organisation.objects.get(code="town")
    kinds = list(CaseEvent.objects.filter(case=case, user=None).values_list("kind", "organisation__code"))
    assert kinds == [("warned", None), ("escalated", "town")]
    travel("2026-04-30")
    assert advance_clocks() == Advanced(warned=0, escalated=1), "the clock of the whole, on its own"


def test_nobody_to_escalate_to_fails_loudly_and_once(
    request_type: None, travel: Travel, user: Login, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.filter(organisation__code="town").update(organisation=None)
    case, other = open_request(user("hr")), open_request(user("hr"))
    travel("2026-03-05")
    with pytest.raises(Terminal) as caught:
        advance_clocks()
    assert code_of(caught) == "cases.nobody_to_escalate"
    assert case.number in caught.value.detail() and other.number in caught.value.detail()
    assert "without a superior" in caplog.text
    assert list(CaseEvent.objects.filter(kind="stuck").values_list("case__number", flat=True)) == [
        case.number,
        other.number,
    ]
    assert advance_clocks() == Advanced(), "told once"


def test_a_clock_is_extended_within_its_limit(opened: Case, user: Login, travel: Travel) -> None:
    number = opened.number
    act(user("bureau"), number=number, action="pass_on", version=1)

    def extend(who: str, days: int, reason: str = "数据需人工整理", name: str = "answer") -> str:
        try:
            extend_clock(user(who), number=number, clock_name=name, days=days, reason=reason)
        except Terminal as error:
            return error.code
        return "extended"

    assert extend("hr", 2) == "people.not_allowed"
    assert extend("police", 2, " ") == "cases.reason_missing"
    assert extend("police", 6) == extend("police", 0) == "cases.extension_too_long"
    assert extend("police", 2, name="check") == "cases.clock_not_running"
    travel("2026-03-05")
    assert advance_clocks().warned == 1
    assert extend("police", 3) == "extended" and extend("bureau", 3) == "cases.extension_too_long"
    assert clock_of(opened, "answer").due_on == dt.date(2026, 3, 12)
    travel("2026-03-10")
    assert advance_clocks().warned == 1, "the new end has a warning of its own"
    travel("2026-03-13")
    assert extend("police", 1) == "cases.extension_too_late"
    assert access_case(user("police"), number).version == 3


def test_a_pause_counts_no_day(opened: Case, user: Login, travel: Travel) -> None:
    travel("2026-03-03")  # one of two days used
    act(user("bureau"), number=opened.number, action="ask_back", version=1, comment="请补材料")
    travel("2026-03-20")
    assert advance_clocks() == Advanced()
    act(user("hr"), number=opened.number, action="complete", version=2, data={"purpose": "x"})
    assert clock_of(opened, "check").due_on == dt.date(2026, 3, 23)
    assert clock_of(opened, "whole").due_on == dt.date(2026, 4, 2)
    act(user("bureau"), number=opened.number, action="pass_on", version=3)
    act(user("police"), number=opened.number, action="send_back", version=4)
    assert clock_of(opened, "check").due_on == dt.date(2026, 3, 24), "begins anew with both days"
    assert clock_of(opened, "check").starts == 2


def test_deadlines_move_when_the_calendar_of_a_year_becomes_official(
    request_type: None, travel: Travel, user: Login
) -> None:
    travel("2026-12-30")
    case = open_request(user("hr"))
    before = clock_of(case, "whole")
    assert (before.due_on, before.provisional) == (dt.date(2027, 1, 13), True)
    bureau = user("bureau")
    for day in ("2027-01-01", "2027-01-04"):
        set_calendar_day(bureau, day=dt.date.fromisoformat(day), working=False, note="元旦")
    confirm_calendar_year(bureau, year=2027, notice="国办发明电")
    assert recompute_deadlines(2027) == 2
    after = clock_of(case, "whole")
    assert (after.due_on, after.provisional) == (dt.date(2027, 1, 15), False)
    assert recompute_deadlines(2027) == 0
    assert not access_case(bureau, case.number).provisional
    assert QueueEntry.objects.filter(case=case).values_list("sort_on", flat=True).distinct().get() == case_due(case)
    assert {one.kind for one in timeline_of(bureau, case.number)} == {"opened", "moved"}


def test_a_changed_calendar_asks_for_a_new_count(request_type: None, user: Login) -> None:
    set_calendar_day(user("bureau"), day=dt.date(2027, 1, 4), working=False)
    confirm_calendar_year(user("bureau"), year=2027, notice="国办发明电")
    asked = DBTaskResult.objects.filter(task_path__endswith="recount_deadlines").values_list("args_kwargs", flat=True)
    assert [one["args"] for one in asked] == [[2027], [2027]]


def case_due(case: Case) -> dt.date | None:
    """The case's own deadline, read anew."""
    return Case.objects.get(pk=case.pk).due_on


def test_claim_and_hand_over(opened: Case, user: Login, system: User) -> None:
    act(user("bureau"), number=opened.number, action="pass_on", version=1)
    number, police = opened.number, user("police")
    with pytest.raises(Terminal) as caught:
        claim(user("hr"), number=number)
    assert code_of(caught) == "people.not_allowed"
    colleague = User.objects.create(
        login="police2", name="公安同事", spec={}, digest="", organisation=police.organisation
    )
    colleague.memberships.create(role="data_officer", organisation=police.organisation)
    claim(police, number=number)
    claim(police, number=number)
    with pytest.raises(Terminal) as caught:
        claim(colleague, number=number)
    assert code_of(caught) == "cases.claimed_by_other"
    with pytest.raises(Terminal) as caught:
        act(colleague, number=number, action="agree", version=2, data={"scope": "all"})
    assert code_of(caught) == "cases.claimed_by_other"
    assert queue_for(colleague, CaseFilter()).total == 0 and queue_for(colleague, CaseFilter(view="ours")).total == 1
    with pytest.raises(Terminal) as caught:
        hand_over(police, number=number, login="hr")
    assert code_of(caught) == "cases.cannot_take_over"
    hand_over(police, number=number, login="police2", comment="请你接手")
    assert queue_for(police, CaseFilter()).total == 0 and queue_for(colleague, CaseFilter()).total == 1
    release(colleague, number=number)
    assert queue_for(police, CaseFilter()).rows[0].claimed_by == ""
    claim(police, number=number)
    assert act(police, number=number, action="send_back", version=2).claimed_by is None


def test_comments_call_people(opened: Case, user: Login) -> None:
    event = comment_on(user("police"), number=opened.number, comment="@hr 请看 @bureau")
    assert event.data == {"mentions": ["hr", "bureau"]}
    wrong = {"@citizen 看": "cases.cannot_mention", "@nobody": "cases.cannot_mention", " ": "cases.comment_missing"}
    for text, code in wrong.items():
        with pytest.raises(Terminal) as caught:
            comment_on(user("hr"), number=opened.number, comment=text)
        assert code_of(caught) == code
    assert access_case(user("hr"), opened.number).version == 1, "talking is no change"


def test_hooks_run_in_the_transaction_of_the_action(
    request_type: None, travel: Travel, user: Login, system: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for store in ("_entering", "_guards", "_open_guards", "_links", "_options"):
        monkeypatch.setattr(registry, store, {})
    seen: list[tuple[str, str]] = []

    def install(who: User, case: Case) -> None:
        seen.append((who.login, case.state))
        act(system, number=case.number, action="installed", version=None)

    def refuse(who: User, opening: registry.Opening) -> None:
        if opening.subject_key == "SECRET":
            raise Terminal("people.not_allowed", login=who.login)

    def broken(who: User, case: Case) -> None:
        raise Terminal("people.not_found", kind="x", code="x")

    registry.on_entering("request", "installing", install)
    registry.may_open("request", refuse)
    registry.subject_link("thing", lambda viewer, key: registry.Link(f"目录 {key}", "/x/"))
    with pytest.raises(Terminal):
        open_request(user("hr"), subject_key="SECRET")
    assert not Case.objects.exists()
    case = open_request(user("hr"))
    act(user("bureau"), number=case.number, action="pass_on", version=1)
    assert act(user("police"), number=case.number, action="agree", version=2, data={"scope": "all"}).state == "done"
    assert seen == [("police", "installing")]
    assert [row.number for row in cases_about(user("hr"), "thing", "POLICE-01")] == [case.number]
    registry.on_entering("request", "answering", broken)
    second = open_request(user("hr"))
    with pytest.raises(Terminal):
        act(user("bureau"), number=second.number, action="pass_on", version=1)
    assert Case.objects.get(pk=second.pk).state == "checking", "a hook that fails undoes the action"
    assert clock_of(second, "check").state == CaseClock.State.RUNNING


def test_queues(opened: Case, user: Login, travel: Travel) -> None:
    other = open_request(user("hr"), title="需要车辆登记", subject_key="POLICE-02")
    act(user("bureau"), number=other.number, action="pass_on", version=1)

    def found(who: str, **wanted: object) -> list[str]:
        return [row.number[-1] for row in queue_for(user(who), CaseFilter(**wanted)).rows]  # type: ignore[arg-type]

    assert found("bureau") == ["1"] and found("police") == ["2"] and found("hr") == [] == found("developer")
    assert found("bureau", view="open") == found("hr", view="open") == ["1", "2"] and found("centre", view="open") == []
    assert found("police", view="all") == ["2", "1"] and found("hr", view="all") == ["2", "1"]
    assert found("hr", view="open", case_type="request", state="answering") == ["2"]
    assert found("bureau", view="all", case_type="request") == ["2", "1"]
    assert found("hr", view="open", organisation="data") == ["1"]
    assert found("hr", view="all", text="车辆") == ["2"] == found("bureau", view="all", text="POLICE-02")
    assert found("hr", view="all", text="sq-2026-000001") == ["1"] and found("centre", view="all", text="SQ-2026") == []
    travel("2026-03-06")
    assert found("bureau", due="late") == ["1"] and found("police", due="soon") == ["2"]
    counts = waiting_counts(user("bureau"))
    assert (counts.mine, counts.ours, counts.late, counts.soon, counts.escalated) == (1, 1, 1, 0, 0)
    advance_clocks()
    assert found("hr", view="open", due="escalated") == ["1"] and waiting_counts(user("bureau")).escalated == 1
    row = queue_for(user("bureau"), CaseFilter()).rows[0]
    assert (row.days_left, row.turn_title, row.state_title, row.tone) == (-2, "数据资源管理局", "待审核", "info")


def test_a_type_in_use_keeps_its_ways(opened: Case, user: Login, system: User) -> None:
    states = tuple(state for state in REQUEST.states if state.name != "asked")
    actions = tuple(
        replace(one, sources=tuple(name for name in one.sources if name != "asked"))
        for one in REQUEST.actions
        if one.name not in ("ask_back", "complete")
    )
    clocks = tuple(replace(one, paused_in=()) for one in REQUEST.clocks)
    smaller = replace(REQUEST, states=states, actions=actions, clocks=clocks)
    put_case_type(system, spec=smaller)
    put_case_type(system, spec=REQUEST)
    act(user("bureau"), number=opened.number, action="ask_back", version=1, comment="补")
    with pytest.raises(Terminal) as caught:
        put_case_type(system, spec=smaller)
    assert code_of(caught) == "cases.type_in_use"
    with pytest.raises(Terminal) as caught:
        remove_case_type(system, code="request")
    assert code_of(caught) == "cases.type_in_use"
    longer = replace(REQUEST, clocks=(*REQUEST.clocks[:2], replace(REQUEST.clocks[2], days=20)))
    act(user("hr"), number=opened.number, action="complete", version=2, data={"purpose": "x"})
    put_case_type(system, spec=longer)
    assert clock_of(opened, "whole").days == 10, "a clock under way keeps the days it started with"
