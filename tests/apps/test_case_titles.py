"""Titles that a service made up are shown in the reader's language; those that somebody typed stay theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.apps.case_types import REQUEST, open_request
from tests.apps.demand_town import apply_for, set_up
from tests.apps.pages import parsed

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case, CaseEvent
from huitong.apps.cases.selectors import case_rows, queue_for, with_names
from huitong.apps.cases.services import put_case_type
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.cases.titles import TitleForm
from huitong.apps.notices.models import Notice

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
As = Callable[[str], Client]


def titles(viewer: User, tongue: str) -> list[str]:
    """Titles of all cases as somebody reads them."""
    with override(tongue):
        return [row.title for row in queue_for(viewer, CaseFilter(view="all")).rows]


def test_an_application_reads_in_both_languages(user: Login) -> None:
    set_up()
    with override("en"):
        case = apply_for(user("hr"))
    assert case.title == "申请使用“人口信息查询”", "whatever the applicant reads"
    assert titles(user("bureau"), "zh-hans") == ["申请使用“人口信息查询”"]
    assert titles(user("bureau"), "en") == ["To use “Resident query”"]


def test_notices_have_both(user: Login) -> None:
    set_up()
    apply_for(user("hr"))
    told = Notice.objects.filter(user__login="bureau").first()
    assert told is not None
    assert "申请使用“人口信息查询”" in told.title
    assert told.title_en.endswith("To use “Resident query”")


def test_deadlines_that_moved_are_told_in_both_languages(user: Login, as_user: As) -> None:
    set_up()
    case = apply_for(user("hr"))
    CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.MOVED, at=case.opened_at, data={"due_on": "2027-01-14"})
    bureau = as_user("bureau")
    assert "申请使用“人口信息查询”" in parsed(bureau, "/calendar/").text()
    english = bureau.get("/calendar/", headers={"accept-language": "en"}).text
    assert "To use “Resident query”" in english and "申请使用" not in english


def test_what_somebody_typed_stays(user: Login, system: User) -> None:
    put_case_type(system, spec=REQUEST)
    case = open_request(user("hr"))
    assert titles(user("bureau"), "en") == [case.title]


def test_a_thing_that_is_called_otherwise_now_keeps_the_name_of_then(user: Login, system: User) -> None:
    set_up()
    apply_for(user("hr"))
    Case.objects.update(title="申请使用“旧名称”")
    assert titles(user("bureau"), "en") == ["To use “旧名称”"]


def test_forms_are_recognised_whole() -> None:
    form = TitleForm("申请使用“{}”", "To use “{}”")
    assert form.things_in(form.of("a.b（c）{}")) == ("a.b（c）{}",)
    assert form.things_in("申请使用“甲”的说明") == form.things_in("甲") == ()
    pair = TitleForm("{} · {}", "{} – {}")
    assert pair.things_in(pair.of("户籍", "姓名")) == ("户籍", "姓名")
    assert pair.in_english("{}", "b") == "{} – b"


def test_a_page_of_titles_costs_one_query_a_kind(user: Login) -> None:
    set_up()
    apply_for(user("hr"))

    def queries(times: int) -> int:
        found = list(with_names(Case.objects.all())) * times
        with override("en"), CaptureQueriesContext(connection) as counted:
            case_rows(found)
        return len(counted)

    assert queries(1) == queries(5)
