"""What an assessment counts: facts as they are taken from the people plane."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.apps.assessing import NOW
from tests.apps.case_types import REQUEST, open_request
from tests.apps.test_ledger import evidence, write

from huitong.apps.accounts.models import User
from huitong.apps.assessment import gathering
from huitong.apps.assessment.gathering import gather, register_facts
from huitong.apps.assessment.selectors import current_facts
from huitong.apps.cases.facts import case_facts
from huitong.apps.cases.services import act, advance_clocks, put_case_type
from huitong.apps.catalog.models import ItemVersion
from huitong.apps.ledger.services import import_evidence
from huitong.engine.assessment.period import period_of
from huitong.engine.assessment.tables import fact_tables
from huitong.foundation import clock

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
SPRING = period_of("2026Q1")


def travel(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """Make it noon of a day in Beijing."""
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.fromisoformat(f"{day}T04:00:00+00:00"))


def test_every_row_has_its_tables_columns(run_town: None, home: Path) -> None:
    write(home, evidence())
    import_evidence()
    found = current_facts()
    assert set(found) == set(fact_tables())
    assert {name: len(rows) for name, rows in found.items() if name not in ("cases", "disputes")} == {
        "quarter": 1,
        "organisations": 2,
        "items": 3,
        "collections": 2,
        "issues": 1,
        "offers": 3,
        "calls": 1,
    }
    items = {row["key"]: row for row in found["items"]}
    assert (items["CENTRE-01"]["organisation"], items["CENTRE-01"]["unit"]) == ("hr", "centre")
    assert (items["POLICE-01"]["passed"], items["POLICE-01"]["rejected"]) == (8, 1)
    missing = "classification,resource_code,category,sharing_condition"
    assert (items["POLICE-01"]["missing"], items["POLICE-01"]["described"]) == (missing, 8)
    assert items["HR-01"]["linked"] is False and items["HR-01"]["linked_on"] is None
    assert items["POLICE-01"]["linked_on"] == items["POLICE-01"]["listed_on"] == found["quarter"][0]["until"]
    (call,) = found["calls"]
    assert (call["organisation"], call["key"], call["consumer"], call["calls"]) == ("police", "resident", "hr", 1)
    (issue,) = found["issues"]
    assert issue["key"] == "POLICE-01/id_number.checksum" or issue["key"].startswith("POLICE-01/")


def test_what_came_after_the_quarter_does_not_count(run_town: None) -> None:
    before = {name: sum(map(len, batches)) for name, batches in gather(NOW.previous, NOW.previous.ends).items()}
    assert before["items"] == before["collections"] == before["issues"] == 0 and before["organisations"] == 2
    long_ago = dt.datetime.combine(NOW.previous.starts, dt.time(1), tzinfo=dt.UTC)
    ItemVersion.objects.update(at=long_ago)
    assert sum(map(len, gather(NOW.previous, NOW.previous.ends)["items"])) == 3


def test_cases_count_for_who_had_to_answer(
    town: Path, user: Login, system: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(monkeypatch, "2026-03-02")
    put_case_type(system, spec=REQUEST)
    punctual, late, waiting = (open_request(user("hr")) for _ in range(3))
    for case in (punctual, late, waiting):
        act(user("bureau"), number=case.number, action="pass_on", version=1)
    assert list(case_facts(SPRING.starts, dt.date(2026, 3, 2))) == [], "nothing has ended or fallen due"
    act(user("police"), number=punctual.number, action="refuse", version=2, comment="目录未挂接")
    travel(monkeypatch, "2026-03-10")
    advance_clocks()
    act(user("police"), number=late.number, action="refuse", version=2, comment="目录未挂接")
    facts = [row for row in case_facts(SPRING.starts, SPRING.ends) if row[3] == user("police").organisation_id]
    assert [(row[0], row[6], row[7]) for row in facts] == [
        (punctual.number, dt.date(2026, 3, 2), False),
        (late.number, dt.date(2026, 3, 10), True),
        (waiting.number, None, True),
    ]
    rows = [row for batch in gather(SPRING, SPRING.ends)["cases"] for row in batch]
    assert {row[0] for row in rows} == {"police"}, "the bureau is not assessed"
    monkeypatch.setattr(gathering, "DISPUTE", "request")
    disputes = [row for batch in gather(SPRING, SPRING.ends)["disputes"] for row in batch]
    assert len(disputes) == 3 and [row for batch in gather(SPRING, SPRING.ends)["cases"] for row in batch] == []
    assert all(len(row) == len(fact_tables()["disputes"].columns) for row in disputes)
    later = {row[0] for row in case_facts(SPRING.next.starts, SPRING.next.ends)}
    assert later == {waiting.number}, "still due"


def test_another_app_may_fill_a_table(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_SOURCES", dict(gathering._SOURCES))
    register_facts("disputes", lambda counted: [(counted.period.code,)])
    assert list(gather(NOW, NOW.ends)["disputes"]) == [[(NOW.code,)]]
