"""Pages that join several domains: right, visible to whom they should be, and flat in their queries."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries
from tests.apps.town import CITIZEN, PERSON, RESIDENT

from huitong.apps.accounts.models import User
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.services import put_item
from huitong.apps.catalog.specs import ItemFilter
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import issue_list, runs_list, source_list
from huitong.apps.collection.specs import RunFilter
from huitong.apps.ledger.models import MeterDay
from huitong.apps.overview.selectors import city_flow, item_page, rows_of, status
from huitong.apps.overview.specs import RowsWanted
from huitong.apps.screen.watching import Watch
from huitong.apps.sharing.services import put_service
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


def queries(call: Callable[[], object]) -> int:
    """How many queries a call makes."""
    with CaptureQueriesContext(connection) as found:
        call()
    return len(found)


def test_the_flow(user: Login, system: User, run_town: None) -> None:
    flow = city_flow(user("leader"))
    departments = {one.code: one for one in flow.departments}
    assert list(departments) == ["hr", "centre", "police"], "in order of the tree, those with items"
    police = departments["police"]
    assert (police.items, police.linked, police.raw_rows, police.std_rows, police.quarantine_rows) == (1, 1, 9, 8, 1)
    assert police.open_issues == 1 and police.last_run_at
    assert departments["hr"].linked == 0
    assert [(one.code, one.rows, one.conflicts) for one in flow.libraries] == [("population", 9, 8)]
    assert {(edge.kind, edge.start, edge.end, edge.rows) for edge in flow.edges} == {
        ("department-library", "police", "population", 8),
        ("department-library", "centre", "population", 9),
        ("library-service", "population", "resident", 0),
        ("department-service", "centre", "insurance", 9),
    }
    totals = flow.totals
    assert (totals.items, totals.linked, totals.raw_rows, totals.library_rows, totals.grants) == (3, 2, 18, 9, 2)
    assert round(totals.link_rate, 2) == 0.67
    with override("en"):
        assert city_flow(user("leader")).libraries[0].title == "Population library"


def test_todays_calls_are_the_same_number_at_home_and_on_the_wall(user: Login) -> None:
    """Look-ups by hand count as calls of services do: evidence lists both."""
    for service, calls in (("resident", 3), ("library:population", 4)):
        MeterDay.objects.create(day=timezone.localdate(), chain="c", service=service, granted=True, calls=calls)
    assert city_flow(user("leader")).totals.calls_today == Watch().glance().calls_today == 7


def test_the_flow_is_for_officials(user: Login) -> None:
    for viewer, code in ((user("citizen"), "people.not_allowed"), (AnonymousUser(), "people.sign_in_needed")):
        with pytest.raises(Terminal) as error:
            city_flow(viewer)
        assert error.value.code == code


def test_queries_do_not_grow_with_the_city(user: Login, system: User, run_town: None) -> None:
    viewer = user("police")
    assert viewer.scope.official
    calls: dict[str, Callable[[], object]] = {
        "flow": lambda: city_flow(viewer),
        "item": lambda: item_page(viewer, "POLICE-01"),
        "items": lambda: item_list(viewer, ItemFilter()),
        "status": lambda: status(viewer),
    }
    before = {name: queries(call) for name, call in calls.items()}
    for number in range(20):
        spec = msgspec.structs.replace(PERSON, code=f"POLICE-{number + 10}", table=f"police_{number}")
        put_item(system, spec=spec)
        put_service(system, spec=msgspec.structs.replace(RESIDENT, code=f"resident-{number}"))
        for kind in ("collect", "check"):
            Run.objects.create(kind=kind, target=spec.code, state="failed", error="source.unreachable")
    assert {name: queries(call) for name, call in calls.items()} == before
    assert before["flow"] <= 14 and before["item"] <= 20 and before["items"] <= 2 and before["status"] <= 8, before


def test_an_item_page_shows_what_its_viewer_may_see(user: Login, system: User, run_town: None) -> None:
    own = item_page(user("police"), "POLICE-01")
    assert own.may_run and own.may_see_rows
    assert own.link is not None and own.link.shown == "police.sqlite" and own.link.key == ("sfzh",)
    assert [(one.schema, one.rows) for one in own.tables] == [("quarantine", 1), ("raw", 9), ("std", 8)]
    assert [field.element for field in own.fields] == ["id_number", "person_name", "sex", "mobile"]
    assert [issue.rule for issue in own.issues] == ["id_number.checksum"]
    assert [run.kind for run in own.runs] == ["check", "collect"]
    assert own.libraries == (("population", "人口库"),) and own.services == (("resident", "人口信息查询"),)
    assert [version.version for version in own.versions] == [1]
    foreign = item_page(user("centre"), "POLICE-01")
    assert (foreign.link, foreign.issues, foreign.runs, foreign.versions) == (None, (), (), ())
    assert not foreign.may_run and not foreign.may_see_rows
    assert item_page(user("leader"), "POLICE-01").runs and not item_page(user("leader"), "POLICE-01").may_run
    assert item_page(AnonymousUser(), "CENTRE-01").related == (("POLICE-01", "户籍人口"),)
    with pytest.raises(Terminal) as error:
        item_page(user("citizen"), "POLICE-01")
    assert error.value.code == "people.not_found"


def test_rows_are_masked_and_quarantine_says_why(user: Login, system: User, run_town: None) -> None:
    page = rows_of(user("police"), "raw", "police_person")
    assert [(column.name, column.element, column.masked) for column in page.columns] == [
        ("sfzh", "id_number", True),
        ("xm", "person_name", True),
        ("xb", "sex", False),
        ("sjh", "mobile", True),
    ]
    assert page.total == 9 and CITIZEN not in str(page)
    quarantine = rows_of(user("police"), "quarantine", "police_person", wanted=RowsWanted(rule="id_number.checksum"))
    assert quarantine.rules == (("id_number.checksum",),) and quarantine.total == 1
    assert rows_of(user("police"), "quarantine", "police_person", wanted=RowsWanted(rule="other")).total == 0
    second = rows_of(user("leader"), "base", "population", number=2, size=4)
    assert (second.number, second.pages, len(second.rows)) == (2, 3, 4)
    assert CITIZEN not in str(rows_of(user("bureau"), "base", "population"))
    assert rows_of(user("hr"), "std", "centre_insured").total == 9


def test_conflicts_are_shown_covered(user: Login, system: User, run_town: None) -> None:
    page = rows_of(user("bureau"), "base", "population_conflict")
    assert page.total == 8 and CITIZEN not in str(page.rows)
    row = dict(zip((column.name for column in page.columns), page.rows[0], strict=True))
    assert row["attribute"] == "mobile" and row["id_number"] == f"{CITIZEN[:6]}{'*' * 11}{CITIZEN[-1]}"
    assert (row["chosen"], row["centre_insured"], row["police_person"]) == ("138******00", "138******00", "139******00")
    assert [column.title for column in page.columns][-2:] == ["公安", "社会保险中心"]


def test_rows_of_others_are_not_there(user: Login, system: User, run_town: None) -> None:
    cases = [
        ("centre", "raw", "police_person"),
        ("police", "base", "population"),
        ("developer", "std", "police_person"),
        ("citizen", "std", "centre_insured"),
        ("bureau", "raw", "no_such"),
        ("bureau", "meta", "runs"),
        ("bureau", "base", "runs"),
        ("bureau", "raw", "hr_certificate"),
    ]
    for login, schema, name in cases:
        with pytest.raises(Terminal) as error:
            rows_of(user(login), schema, name)
        assert error.value.code == "people.not_found", (login, schema, name)


def test_status_names_what_failed(user: Login, system: User, town: object) -> None:
    Run.objects.create(kind="collect", target="POLICE-01", state="failed", error="people.not_found")
    Run.objects.create(kind="check", target="POLICE-01", state="failed", error="jobs.crashed")
    Run.objects.create(kind="check", target="POLICE-01", state="done")
    now = status(user("bureau"))
    assert [(one.kind, one.target, one.error) for one in now.failures] == [("collect", "POLICE-01", "people.not_found")]
    assert now.failures[0].hint
    last = {(one.kind, one.state) for one in now.last_runs if one.target == "POLICE-01"}
    assert last == {("collect", "failed"), ("check", "done")}
    assert status(user("police")).failures == (), "runs without an organisation are the bureau's"


def test_lists_of_collection(user: Login, run_town: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    viewer = user("hr")
    assert viewer.scope.official
    with django_assert_num_queries(1):
        rows = runs_list(viewer, RunFilter()).rows
    assert {row.target for row in rows} == {"CENTRE-01"}, "not those of libraries, nor of others"
    with django_assert_num_queries(2):
        assert [row.code for row in source_list(viewer)] == ["centre-files"]
    police = user("police")
    assert police.scope.official
    with django_assert_num_queries(2):
        assert issue_list(police).total == 1
    assert runs_list(user("leader"), RunFilter()).total == 7
    assert runs_list(user("citizen"), RunFilter()).total == 0
