"""What a page reads once: as long as it changes nothing, and no longer than it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huitong.apps.accounts.models import CalendarDay, User
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.catalog.selectors import access_item
from huitong.apps.reading import reading
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2031, 1, 1)


def test_what_was_read_is_remembered_inside_only(town: Path) -> None:
    with reading():
        assert working_calendar() is working_calendar()
        with reading():
            CalendarDay.objects.create(day=NEW_YEAR, working=False, note="元旦")
            assert not working_calendar().is_working(NEW_YEAR)
    with reading():
        nobody, bureau = AnonymousUser(), User.objects.get(login="bureau")
        first = access_item(bureau, "POLICE-01")
        assert access_item(bureau, "POLICE-01") is first
        assert access_item(bureau, "CENTRE-01") != first
        with pytest.raises(Terminal):
            access_item(nobody, "POLICE-01")
    assert not working_calendar().is_working(NEW_YEAR) and working_calendar() is not working_calendar()


def test_requests_that_write_read_anew(
    town: Path, user: Callable[[str], User], as_user: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user("bureau")
    with CaptureQueriesContext(connection) as found:
        assert client.get("/").status_code == 200
    assert sum('FROM "cases_casetype"' in one["sql"] for one in found.captured_queries) == 1
    assert sum('FROM "accounts_calendarday"' in one["sql"] for one in found.captured_queries) == 1
    seen: list[bool] = []

    def look() -> str:
        seen.append(working_calendar() is working_calendar())
        return "zh"

    monkeypatch.setattr("huitong.site.views.language", look)
    assert client.post("/appearance/", {"theme": "x"}).status_code == 400
    assert seen and not any(seen)
