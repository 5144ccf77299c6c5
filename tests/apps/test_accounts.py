"""Organisations, users, personas, the working calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from tests.apps.town import CITIZEN, ORGANISATIONS, PASSWORD, USERS

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import organisation_tree, personas, scope_of, working_calendar
from huitong.apps.accounts.services import (
    confirm_calendar_year,
    put_organisation,
    put_user,
    set_calendar_day,
    switch_persona,
    system_user,
)
from huitong.apps.ledger.models import AuditEntry
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
replace = msgspec.structs.replace
Login = Callable[[str], User]


def codes(user: User) -> set[str]:
    """Codes of the organisations whose own rows a user sees."""
    return set(Organisation.objects.filter(pk__in=scope_of(user).organisations).values_list("code", flat=True))


def test_a_scope_is_the_own_organisation_and_all_below(user: Login) -> None:
    assert codes(user("hr")) == {"hr", "centre"}
    assert codes(user("centre")) == {"centre"}
    assert codes(user("citizen")) == set()
    assert scope_of(user("bureau")).everything and scope_of(user("leader")).everything
    assert scope_of(user("citizen")).person == CITIZEN
    assert not scope_of(user("citizen")).official


def test_a_deactivated_user_sees_nothing(user: Login) -> None:
    bureau = user("bureau")
    bureau.is_active = False
    assert not scope_of(bureau).everything


def test_a_sibling_with_a_longer_code_is_not_below(user: Login, system: User) -> None:
    put_organisation(system, spec=replace(ORGANISATIONS[3], code="hr2", title="人社二局"))
    assert codes(user("hr")) == {"hr", "centre"}


def test_moving_an_organisation_moves_what_is_below(user: Login, system: User) -> None:
    put_organisation(system, spec=replace(ORGANISATIONS[3], superior="police"))
    assert Organisation.objects.get(code="centre").path == "/town/police/hr/centre/"
    assert codes(user("police")) == {"police", "hr", "centre"}


def test_an_organisation_cannot_be_placed_below_itself(town: Path, system: User) -> None:
    with pytest.raises(Terminal) as error:
        put_organisation(system, spec=replace(ORGANISATIONS[3], superior="centre"))
    assert error.value.code == "accounts.organisation_cycle"


def test_the_tree_lists_each_after_its_superior(user: Login) -> None:
    tree = [(node.code, node.depth) for node in organisation_tree(user("citizen"))]
    assert tree == [("town", 0), ("data", 1), ("hr", 1), ("centre", 2), ("police", 1)]


def test_a_changed_password_signs_in_and_an_unchanged_one_stays(user: Login, system: User, client: Client) -> None:
    before = user("hr").password
    put_user(system, spec=USERS[3])
    assert user("hr").password == before
    put_user(system, spec=replace(USERS[3], password="another-password-2"))
    assert client.login(login="hr", password="another-password-2")
    assert not client.login(login="hr", password=PASSWORD)


def test_nobody_signs_in_as_the_system(town: Path, client: Client) -> None:
    assert not client.login(login="system", password="")
    assert system_user().has_role("bureau")
    with pytest.raises(Terminal) as error:
        put_user(system_user(), spec=replace(USERS[0], login="system"))
    assert error.value.code == "accounts.reserved_login"


def test_personas_are_for_the_demo_only(town: Path, settings: Settings) -> None:
    assert personas() == ()
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    found = {persona.login: (persona.role, persona.organisation) for persona in personas()}
    assert found["hr"] == ("data_officer", "人社")
    assert found["citizen"] == ("citizen", "")
    assert "system" not in found


def test_stepping_into_a_persona_signs_in_and_is_audited(user: Login, settings: Settings, rf: RequestFactory) -> None:
    request = rf.post("/persona/")
    request.session = SessionStore()
    with pytest.raises(Terminal) as error:
        switch_persona(request, login="hr")
    assert error.value.code == "accounts.personas_off"
    settings.HUITONG = dataclasses.replace(settings.HUITONG, demo=True)
    assert switch_persona(request, login="hr") == user("hr")
    assert request.session["_auth_user_id"] == str(user("hr").pk)
    assert AuditEntry.objects.get(action="accounts.switch_persona").login == "hr"
    for login in ("system", "nobody"):
        with pytest.raises(Terminal):
            switch_persona(request, login=login)


def test_the_calendar_takes_edits_by_the_bureau(user: Login) -> None:
    day = dt.date(2027, 1, 4)
    assert working_calendar().is_working(day)
    assert working_calendar().is_provisional(day)
    set_calendar_day(user("bureau"), day=day, working=False, note="元旦调休")
    confirm_calendar_year(user("bureau"), year=2027, notice="国办发明电〔2026〕9号")
    assert not working_calendar().is_working(day)
    assert not working_calendar().is_provisional(day)
    entry = AuditEntry.objects.get(action="accounts.set_calendar_day")
    assert entry.after == {"day": "2027-01-04", "working": False, "note": "元旦调休"}
    with pytest.raises(Terminal) as error:
        set_calendar_day(user("police"), day=day, working=True)
    assert error.value.code == "people.not_allowed"
