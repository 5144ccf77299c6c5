"""In whose queues a case stands: of its parties and of whoever is above them, and it follows when the tree changes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.apps.case_types import REQUEST, open_request

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.services import put_organisation, put_user
from huitong.apps.cases.models import Case, QueueEntry
from huitong.apps.cases.selectors import queue_for
from huitong.apps.cases.services import put_case_type
from huitong.apps.cases.specs import CaseFilter
from huitong.engine.declarations import people

Users = Callable[[str], User]


@pytest.fixture
def case(town: object, system: User, user: Users) -> Case:
    """A request of the police that the insurance centre, which is below human resources, is to answer."""
    put_case_type(system, spec=REQUEST)
    return open_request(user("police"), parties={"provider": "centre"})


def queues_of(case: Case) -> set[str]:
    return set(QueueEntry.objects.filter(case=case).values_list("organisation__code", flat=True))


def seen_by(viewer: User) -> list[str]:
    viewer = User.objects.get(pk=viewer.pk)
    return [one.number for one in queue_for(viewer, CaseFilter(view="open")).rows]


def test_a_case_stands_with_its_parties_and_above_them(case: Case) -> None:
    assert queues_of(case) == {"police", "data", "centre", "hr", "town"}


def test_whoever_is_above_sees_it_once(case: Case, system: User) -> None:
    mayor = put_user(system, spec=people.User(login="mayor", name="府办", organisation="town", role="data_officer"))
    assert seen_by(mayor) == [case.number]
    several = put_user(system, spec=people.User(login="two", name="两处", organisation="hr", role="data_officer"))
    several.memberships.create(role="data_officer", organisation=Organisation.objects.get(code="police"))
    several.memberships.create(role="developer", organisation=Organisation.objects.get(code="centre"))
    assert seen_by(several) == [case.number]
    assert len(User.objects.get(pk=several.pk).scope.roots) == 2, "the centre is below human resources"


def test_it_follows_a_party_that_gets_another_superior(case: Case, system: User, user: Users) -> None:
    assert seen_by(user("hr")) == [case.number]
    centre = Organisation.objects.get(code="centre").as_spec()
    put_organisation(system, spec=msgspec.structs.replace(centre, superior="police"))
    assert queues_of(case) == {"police", "data", "centre", "town"}
    assert seen_by(user("hr")) == []
