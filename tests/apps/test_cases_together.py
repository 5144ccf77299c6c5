"""Two people at the same moment, each with a connection of their own: one wins, the other learns who was faster.

Each step is held up for a moment after it has looked at the case, so that the others come in between if anything lets
them. On SQLite and, by ``test_on_postgresql.py``, on PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from django.db import DatabaseError, connections
from tests.apps.case_types import REQUEST, open_request
from tests.apps.town import PACK

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.services import put_organisation, system_user
from huitong.apps.cases import advancing, entries, registry, teamwork
from huitong.apps.cases.models import Case, CaseClock, CaseEvent, QueueEntry
from huitong.apps.cases.services import act, add_onlooker, advance_clocks, claim, extend_clock, put_case_type
from huitong.apps.cases.specs import Advanced
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.notices.models import Notice
from huitong.apps.packs.services import apply_pack
from huitong.engine.declarations.people import User as Declared
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db(transaction=True)
R = TypeVar("R")
HELD_UP = 0.2


@pytest.fixture
def case(town_folder: Path) -> Case:
    """The town, committed, with a colleague at the bureau and a case that waits there."""
    colleague = Declared(login="bureau2", name="副局长", organisation="data", role="bureau")
    pack = msgspec.structs.replace(PACK, users=(*PACK.users, colleague))
    apply_pack(system_user(), pack, variables={"town": str(town_folder)})
    put_case_type(system_user(), spec=REQUEST)
    return open_request(User.objects.get(login="hr"))


def hold_up(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> None:
    """Make a function wait a moment before it does its work."""
    function = getattr(where, name)

    def held_up(*args: object, **kwargs: object) -> object:
        time.sleep(HELD_UP)
        return function(*args, **kwargs)

    monkeypatch.setattr(where, name, held_up)


def together(*steps: Callable[[], R]) -> list[R | Terminal]:
    """Take the steps at the same moment, each in a thread with a connection of its own."""
    results: list[R | Terminal | None] = [None] * len(steps)
    begin, failures = threading.Barrier(len(steps)), list[DatabaseError]()

    def take(place: int) -> None:
        begin.wait()
        try:
            results[place] = steps[place]()
        except Terminal as error:
            results[place] = error
        except DatabaseError as error:  # a lock that was not waited for
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert None not in results, "a thread ended without a result"
    return [one for one in results if one is not None]


def refusals(results: Sequence[object]) -> list[str]:
    """Codes of what was refused."""
    return [one.code for one in results if isinstance(one, Terminal)]


def acting(login: str, action: str, version: int | None, comment: str = "理由") -> Callable[[], Case]:
    """A step of somebody's, read anew in their own thread."""
    number = Case.objects.get().number
    return lambda: act(User.objects.get(login=login), number=number, action=action, version=version, comment=comment)


@pytest.mark.parametrize("second", ["pass_on", "ask_back"])
def test_of_two_who_act_one_wins(case: Case, second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {("request", action): [lambda *_: time.sleep(HELD_UP)] for action in ("pass_on", "ask_back")}
    monkeypatch.setattr(registry, "_guards", {**registry._guards, **slow})
    results = together(acting("bureau", "pass_on", 1), acting("bureau2", second, 1))
    assert refusals(results) == ["cases.changed_meanwhile"]
    (lost,) = [one for one in results if isinstance(one, Terminal)]
    (event,) = CaseEvent.objects.filter(kind="acted")
    assert event.user is not None and event.user.name in lost.detail("zh"), "says who was faster"
    after = Case.objects.get()
    assert after.version == 2 and after.state == event.target
    assert AuditEntry.objects.filter(action="cases.act_on_case").count() == 1
    told = Counter(Notice.objects.filter(event="case.your_turn").values_list("user__login", "href"))
    assert max(told.values()) == 1, "nobody is told twice"


def test_of_two_programs_the_second_finds_it_done(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_guards", {("request", "pass_on"): [lambda *_: time.sleep(HELD_UP)]})
    results = together(*(acting("bureau", "pass_on", None) for _ in range(3)))
    assert refusals(results) == ["cases.no_such_action"] * 2
    assert CaseEvent.objects.filter(kind="acted").count() == 1


def test_of_two_who_claim_one_has_it(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_up(monkeypatch, teamwork, "_check_may_work")
    number = case.number
    results = together(
        *(lambda login=login: claim(User.objects.get(login=login), number=number) for login in ("bureau", "bureau2"))
    )
    assert refusals(results) == ["cases.claimed_by_other"]
    (lost,) = [one for one in results if isinstance(one, Terminal)]
    owner = Case.objects.get().claimed_by
    assert owner is not None and owner.name in lost.detail("zh")
    assert CaseEvent.objects.filter(kind="claimed").count() == 1


def test_two_workers_escalate_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        open_request(User.objects.get(login="hr"))
    later = clock.now() + dt.timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    hold_up(monkeypatch, advancing, "_escalate")
    late = CaseClock.objects.filter(look_on__isnull=False).count()
    results = together(*(lambda: advance_clocks() for _ in range(3)))
    assert not refusals(results)
    assert sum(one.escalated for one in results if isinstance(one, Advanced)) == late > 0
    escalated = Counter(CaseEvent.objects.filter(kind="escalated").values_list("case", "clock"))
    assert set(escalated.values()) == {1} and len(escalated) == late
    told = Counter(Notice.objects.filter(event="case.escalated").values_list("user", "href"))
    assert set(told.values()) == {2}, "for each of the two clocks of a case, once"


def test_acting_and_the_clock_do_not_undo_each_other(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + dt.timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    hold_up(monkeypatch, advancing, "_escalate")
    together(acting("bureau", "pass_on", None), lambda: advance_clocks())
    after, clocks = Case.objects.get(), {row.name: row for row in CaseClock.objects.all()}
    assert (after.state, after.version) == ("answering", 2)
    assert (clocks["check"].state, clocks["check"].look_on) == ("ended", None)
    assert clocks["check"].late_on is not None and clocks["answer"].state == "running"


@pytest.mark.parametrize("held_up", ["_wanted", "bulk_create"])
def test_acting_and_a_new_superior_do_not_undo_each_other(
    case: Case, held_up: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_up(monkeypatch, entries if held_up == "_wanted" else QueueEntry.objects, held_up)
    hr = Organisation.objects.get(code="hr").as_spec()

    def move() -> Organisation:
        return put_organisation(system_user(), spec=msgspec.structs.replace(hr, superior="police"))

    moved = together(move, acting("bureau", "pass_on", None))
    assert not refusals(moved)
    after = Case.objects.get()
    rows = QueueEntry.objects.filter(case=after)
    assert set(rows.values_list("place", "sort_on", "closed")) == {("request:answering", after.sort_on, False)}
    assert set(rows.values_list("organisation__code", flat=True)) == {"data", "hr", "police", "town"}


def test_joining_does_not_undo_what_is_done(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_up(monkeypatch, entries, "_wanted")
    centre, seen = Organisation.objects.get(code="centre"), Case.objects.get()

    def join() -> Case:
        add_onlooker(seen, organisation=centre)
        return seen

    assert not refusals(together(join, acting("bureau", "pass_on", 1)))
    rows = QueueEntry.objects.filter(case=case)
    assert set(rows.values_list("place", flat=True)) == {"request:answering"}
    assert "centre" in rows.values_list("organisation__code", flat=True)


def test_of_two_extensions_one_counts(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    act(User.objects.get(login="bureau"), number=case.number, action="pass_on", version=1)
    hold_up(monkeypatch, advancing, "may_extend")

    def longer() -> Case:
        police = User.objects.get(login="police")
        return extend_clock(police, number=case.number, clock_name="answer", days=3, reason="数据量大", version=2)

    assert refusals(together(longer, longer)) == ["cases.changed_meanwhile"]
    assert CaseClock.objects.get(name="answer").extended == 3


def test_numbers_run_without_gaps(case: Case) -> None:
    opened = together(*(lambda: open_request(User.objects.get(login="hr")) for _ in range(6)))
    assert not refusals(opened)
    numbers = sorted(int(one.rpartition("-")[2]) for one in Case.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 8))
