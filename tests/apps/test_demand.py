"""Applications become grants that answer; demands end in items; clocks, refusals and their contests between."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median as slow

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries
from tests.apps.demand_town import ASKED, UNTIL, apply_for, case_types, demand_of, set_up, step, terms

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, advance_clocks
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import access_item
from huitong.apps.collection.models import Run
from huitong.apps.demand.figures import median
from huitong.apps.demand.models import Draft, Joiner, Need
from huitong.apps.demand.selectors import (
    access_need,
    departments_for,
    earlier_applications,
    figures,
    items_for,
    like_demands,
    need_list,
    offer_of,
    repeated_fields,
    source_rows,
    waiting_count,
)
from huitong.apps.demand.services import join_demand, keep_draft, lapse_refusals, start_draft
from huitong.apps.demand.specs import NeedFilter
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.notices.models import Notice, OutboxMessage
from huitong.apps.notices.services import put_webhook
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.policy import compile_policy
from huitong.engine.declarations.case_checks import check_case_type
from huitong.engine.declarations.sharing import RowFilter
from huitong.engine.serving.explain import explain
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


@pytest.fixture(autouse=True)
def _declared(town: Path) -> None:
    set_up()


def refusal(code: str, call: Callable[[], object]) -> None:
    """Assert that a call is refused with an error code."""
    with pytest.raises(Terminal) as error:
        call()
    assert error.value.code == code


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """Let it be noon in Beijing on a day."""
    moment = dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")
    monkeypatch.setattr(clock, "now", lambda: moment)


def need_of(case: Case) -> Need:
    """The need of a case."""
    return Need.objects.select_related("grant", "provider").get(case=case)


def test_the_declared_ways_are_sound() -> None:
    for spec in case_types().values():
        check_case_type(spec)
    clocks = {one.name: one.days for spec in case_types().values() for one in spec.clocks}
    assert {"check": 2, "answer": 5, "publish": 10}.items() <= clocks.items()


def test_an_application_becomes_a_grant(user: Login) -> None:
    case = apply_for(user("developer"))
    assert case.number.startswith("YS-") and case.turn_organisation is not None
    assert case.turn_organisation.code == "data"
    case = step(user("bureau"), case, "pass_on")
    assert case.turn_organisation is not None and case.turn_organisation.code == "police"
    case = step(user("police"), case, "approve", **terms(granted_quota=50, filter_field="sex", filter_values="1，2"))
    need = need_of(case)
    assert (case.state, need.outcome, need.in_time, need.days) == ("granted", "granted", True, 0)
    assert need.grant is not None
    spec = need.grant.as_spec()
    assert spec.code == f"G-{case.number.partition('-')[2]}"
    assert (spec.app, spec.service, spec.purpose) == ("hr-app", "resident", ASKED.purpose)
    assert (spec.fields, spec.clear, spec.kinds) == (("id_number", "person_name"), ("person_name",), ("records",))
    assert (spec.quota, spec.valid_to, spec.row_filter) == (50, UNTIL, (RowFilter(field="sex", values=("1", "2")),))
    outcomes = explain(compile_policy(), app="hr-app", service="resident", grant=spec.code)
    assert all(one.state == "passed" for one in outcomes)
    assert AuditEntry.objects.filter(action="sharing.put_grant", target=spec.code, login="police").exists()


def test_without_condition_the_bureau_grants_at_once(user: Login) -> None:
    for code in ("POLICE-01", "CENTRE-01"):
        CatalogItem.objects.filter(code=code).update(sharing_type="unconditional")
    case = apply_for(user("hr"))
    refusal("demand.is_unconditional", lambda: step(user("bureau"), case, "pass_on"))
    granted = step(user("bureau"), case, "grant_now")
    grant = need_of(granted).grant
    assert grant is not None and grant.as_spec().quota == ASKED.volume and grant.as_spec().fields == ASKED.fields


def test_with_a_condition_the_bureau_cannot_grant_alone(user: Login) -> None:
    case = apply_for(user("hr"))
    refusal("demand.not_unconditional", lambda: step(user("bureau"), case, "grant_now"))
    assert not Grant.objects.filter(purpose=ASKED.purpose).exists()


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("demand.gives_more", {"granted_fields": ["id_number", "person_name", "sex"]}),
        ("demand.gives_more", {"granted_clear": ["person_name", "id_number"]}),
        ("demand.gives_more", {"granted_kinds": ["records", "verify"]}),
        ("demand.gives_more", {"granted_quota": 201}),
        ("demand.gives_more", {"granted_until": "2099-01-01"}),
        ("demand.bad_period", {"granted_until": "2020-01-01"}),
        ("demand.field_not_offered", {"filter_field": "salary", "filter_values": "1"}),
        ("cases.answer_missing", {"granted_fields": []}),
    ],
)
def test_an_approval_gives_what_was_asked_or_less(user: Login, code: str, more: dict[str, object]) -> None:
    case = step(user("bureau"), apply_for(user("hr")), "pass_on")
    refusal(code, lambda: step(user("police"), case, "approve", **terms(**more)))
    assert Case.objects.get(pk=case.pk).state == "answering" and need_of(case).grant is None


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("demand.field_not_offered", {"fields": ("id_number", "salary")}),
        ("demand.field_not_offered", {"fields": ("id_number",), "clear": ("person_name",)}),
        ("demand.bad_period", {"until": "2020-01-01"}),
        ("demand.bad_period", {"until": "2099-01-01"}),
        ("demand.not_your_app", {"app": "police-app"}),
        ("demand.cannot_renew", {"renews": "police-insurance"}),
        ("cases.answer_missing", {"purpose": " "}),
        ("cases.answer_wrong", {"volume": 0}),
    ],
)
def test_what_cannot_be_asked(user: Login, code: str, changes: dict[str, object]) -> None:
    refusal(code, lambda: apply_for(user("hr"), msgspec.structs.replace(ASKED, **changes)))
    assert not Need.objects.exists()


def test_what_cannot_be_applied_for(user: Login) -> None:
    refusal("demand.no_rows", lambda: apply_for(user("police"), kind="item", key="HR-01"))
    refusal("people.not_found", lambda: apply_for(user("hr"), key="nothing"))
    refusal("people.not_allowed", lambda: apply_for(user("leader")))
    CatalogItem.objects.filter(code="CENTRE-01").update(sharing_type="none")
    refusal("demand.not_shared", lambda: apply_for(user("hr")))
    assert offer_of(user("hr"), "service", "insurance").sharing_type == "none"


def test_an_item_without_a_service_gets_one(user: Login) -> None:
    asked = msgspec.structs.replace(ASKED, fields=("id_number", "mobile"), clear=())
    offer = offer_of(user("hr"), "item", "POLICE-01")
    assert (offer.service, offer.lookup_key, offer.provider) == ("", "id_number", "police")
    case = step(user("bureau"), apply_for(user("hr"), asked, "item", "POLICE-01"), "pass_on")
    given = terms(granted_fields=["id_number", "mobile"], granted_clear=[], lookup_key="id_number")
    case = step(user("police"), case, "approve", **given)
    service = Service.objects.get(code="police-01")
    assert (service.table, service.key, service.provider.code) == ("std.police_person", "id_number", "police")
    need = need_of(case)
    assert need.grant is not None and need.grant.service_id == service.pk and need.service_id == service.pk
    assert Run.objects.filter(kind="publish", target="std.police_person", state="queued").exists()
    assert offer_of(user("hr"), "item", "POLICE-01").service == "police-01"


def test_asking_back_does_not_cost_the_office_time(user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02")  # a Monday
    asked = msgspec.structs.replace(ASKED, until="2026-12-31")
    case = apply_for(user("hr"), asked)
    assert case.due_on == dt.date(2026, 3, 4)
    on(monkeypatch, "2026-03-03")
    case = step(user("bureau"), case, "ask_back", comment="请写明依据条款")
    assert case.due_on is None
    on(monkeypatch, "2026-03-20")
    answers = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in msgspec.structs.asdict(asked).items()
        if name not in ("app", "renews")
    }
    case = step(user("hr"), case, "correct", **(answers | {"fields": ["id_number"], "clear": []}))
    assert case.due_on == dt.date(2026, 3, 23), "one of two days was used"
    on(monkeypatch, "2026-03-23")
    case = step(user("bureau"), case, "pass_on")
    assert case.due_on == dt.date(2026, 3, 30)
    on(monkeypatch, "2026-03-26")
    given = terms(granted_fields=["id_number"], granted_clear=[], granted_until="2026-12-31")
    need = need_of(step(user("police"), case, "approve", **given))
    assert (need.days, need.in_time, need.answered_on) == (1 + 1 + 3, True, dt.date(2026, 3, 26))


def test_a_late_answer_is_escalated_and_counts_as_late(user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02")
    asked = msgspec.structs.replace(ASKED, until="2026-12-31")
    case = step(user("bureau"), apply_for(user("hr"), asked), "pass_on")
    on(monkeypatch, "2026-03-10")
    advance_clocks(clock.now())
    assert Case.objects.get(pk=case.pk).escalated
    assert need_list(user("bureau"), NeedFilter(time="overdue")).total == 1
    need = need_of(step(user("police"), case, "refuse", comment="理由不足"))
    assert (need.days, need.in_time, need.outcome) == (6, False, "refused")


def test_a_refusal_is_contested_and_the_bureau_decides(user: Login) -> None:
    case = step(user("bureau"), apply_for(user("hr")), "pass_on")
    refusal("cases.reason_missing", lambda: step(user("police"), case, "refuse", comment=""))
    case = step(user("police"), case, "refuse", comment="用途不明确")
    assert (need_of(case).outcome, case.turn) == ("refused", "applicant")
    case = step(user("developer"), case, "contest", comment="依据充分")
    assert (need_of(case).outcome, case.turn) == ("", "bureau")
    refusal("people.not_allowed", lambda: step(user("police"), case, "uphold"))
    case = step(user("bureau"), case, "overrule", comment="依据成立", **terms(granted_quota=10))
    grant = need_of(case).grant
    assert grant is not None and grant.as_spec().quota == 10


def test_a_refusal_that_nobody_contests_lapses(user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02")
    asked = msgspec.structs.replace(ASKED, until="2026-12-31")
    case = step(user("bureau"), apply_for(user("hr"), asked), "reject", comment="不合规")
    assert lapse_refusals(dt.date(2026, 3, 16)) == 0
    assert lapse_refusals(dt.date(2026, 3, 17)) == 1
    assert lapse_refusals(dt.date(2026, 3, 17)) == 0
    assert Case.objects.get(pk=case.pk).state == "closed" and need_of(case).outcome == "refused"


def test_a_grant_is_renewed_by_application(user: Login, system: User) -> None:
    asked = msgspec.structs.replace(ASKED, renews="hr-resident", volume=500)
    case = step(user("bureau"), apply_for(user("hr"), asked), "pass_on")
    case = step(user("police"), case, "approve", **terms(granted_quota=500))
    grant = need_of(case).grant
    assert grant is not None and grant.code == "hr-resident"
    spec = grant.as_spec()
    assert (spec.quota, spec.valid_from, spec.valid_to) == (500, "2026-01-01", UNTIL)
    assert Grant.objects.filter(app__code="hr-app").count() == 1


def test_the_second_of_two_is_told(user: Login) -> None:
    case = step(user("bureau"), apply_for(user("hr")), "pass_on")
    seen = case.version
    act(user("police"), number=case.number, action="refuse", version=seen, comment="不同意")
    call = {"number": case.number, "action": "approve", "version": seen, "data": terms()}
    refusal("cases.changed_meanwhile", lambda: act(user("police"), **call))  # type: ignore[arg-type]
    assert not Grant.objects.filter(purpose=ASKED.purpose).exists()


def test_who_sees_an_application(user: Login, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    case = apply_for(user("hr"))
    for login in ("bureau", "leader", "hr", "developer"):
        assert access_need(user(login), case.number, "application").pk
    for login in ("centre", "citizen", "police"):
        refusal("people.not_found", lambda login=login: access_need(user(login), case.number, "application"))  # type: ignore[misc]
    assert not Case.objects.visible_to(user("police")).filter(pk=case.pk).exists(), "not passed on yet"
    assert need_of(case).provider.code == "police", "figures know whose data it is about"
    apply_for(user("hr"))
    viewer = user("bureau")
    assert viewer.scope.everything and viewer.posts
    with django_assert_num_queries(5):
        page = need_list(viewer, NeedFilter())
    assert page.total == 2
    assert waiting_count(user("bureau")) == 2 and waiting_count(user("police")) == 0
    assert [need.case.number for need in earlier_applications(user("developer"))] == [row.number for row in page.rows]


def test_the_provider_reads_what_was_passed_on(user: Login) -> None:
    case, refused, at_once = (apply_for(user("hr")) for _ in range(3))
    case = step(user("bureau"), case, "pass_on")
    assert case.turn_organisation == user("police").organisation
    assert access_need(user("police"), case.number, "application").pk
    told = Notice.objects.filter(event="case.your_turn", href__contains=case.number)
    assert set(told.values_list("user__login", flat=True)) == {"bureau", "police"}, "each when it was their turn"
    step(user("bureau"), refused, "reject")
    refusal("people.not_found", lambda: access_need(user("police"), refused.number, "application"))
    CatalogItem.objects.update(sharing_type="unconditional")
    step(user("bureau"), at_once, "grant_now")
    assert access_need(user("police"), at_once.number, "application").pk, "who uses the data is no secret to its holder"


def test_drafts_are_their_writers(user: Login) -> None:
    draft = start_draft(user("hr"), subject_kind="service", subject_key="resident", steps={})
    other = start_draft(user("hr"), subject_kind="item", subject_key="CENTRE-01", steps={"why": "purpose=x"})
    keep_draft(user("hr"), draft=draft.pk, step="why", entered="purpose=y")
    assert {row.steps["why"] for row in Draft.objects.visible_to(user("hr"))} == {"purpose=x", "purpose=y"}
    refusal("people.not_found", lambda: keep_draft(user("developer"), draft=draft.pk, step="why", entered=""))
    refusal("people.not_found", lambda: keep_draft(user("bureau"), draft=other.pk, step="why", entered=""))


def test_a_demand_is_routed_published_and_linked(user: Login) -> None:
    case = demand_of(user("hr"))
    suggested = departments_for(case)
    assert suggested[0].organisation == "police"
    assert suggested[0].elements == ("性别",) and "身份证" in suggested[0].words
    refusal("people.not_found", lambda: step(user("bureau"), case, "route", department="nowhere"))
    refusal("demand.nobody_there", lambda: step(user("bureau"), case, "route", department="town"))
    case = step(user("bureau"), case, "route", department="police")
    assert case.turn_organisation is not None and case.turn_organisation.code == "police"
    assert need_of(case).provider.code == "police"
    refusal("demand.not_your_item", lambda: step(user("police"), case, "publish", item="CENTRE-01"))
    case = step(user("police"), case, "publish", item="POLICE-01")
    need = need_of(case)
    assert (need.outcome, need.item_id) == ("fulfilled", CatalogItem.objects.get(code="POLICE-01").pk)


def test_a_demand_sent_back_goes_elsewhere(user: Login) -> None:
    case = step(user("bureau"), demand_of(user("hr")), "route", department="police")
    case = step(user("police"), case, "send_back", comment="在社保中心")
    assert case.turn == "bureau"
    case = step(user("bureau"), case, "route", department="centre")
    assert case.turn_organisation is not None and case.turn_organisation.code == "centre"
    refusal("people.not_found", lambda: access_need(user("police"), case.number, "demand"))
    assert access_need(user("centre"), case.number, "demand").provider.code == "centre"
    case = step(user("centre"), case, "refuse", comment="不掌握该数据")
    case = step(user("hr"), case, "contest", comment="文件规定由其掌握")
    case = step(user("bureau"), case, "route", department="centre")
    assert case.state == "answering"


def test_like_demands_are_pointed_out_and_joined(user: Login) -> None:
    case = demand_of(user("hr"))
    found = like_demands(user("centre"), "身份证补办进度", ("sex",))
    assert [(one.number, one.mine, one.open) for one in found] == [(case.number, False, True)]
    assert like_demands(user("citizen"), "身份证补办进度", ("sex",)) == ()
    assert like_demands(user("centre"), "燃气管道巡检", ()) == ()
    refusal("people.not_found", lambda: access_need(user("police"), case.number, "demand"))
    join_demand(user("police"), number=case.number, matter="流动人口登记")
    assert access_need(user("police"), case.number, "demand").pk and Joiner.objects.count() == 1
    refusal("demand.joined_already", lambda: join_demand(user("police"), number=case.number, matter="x"))
    refusal("demand.joined_already", lambda: join_demand(user("hr"), number=case.number, matter="x"))
    refusal("demand.matter_missing", lambda: join_demand(user("centre"), number=case.number, matter=" "))
    refusal("people.not_allowed", lambda: join_demand(user("leader"), number=case.number, matter="x"))
    step(user("bureau"), case, "reject", comment="无依据")
    refusal("demand.over", lambda: join_demand(user("centre"), number=case.number, matter="参保"))
    assert [row.code for row, _ in items_for(user("hr"), "户籍人口的性别")][:1] == ["POLICE-01"]


@pytest.mark.parametrize(
    ("steps", "event"),
    [
        ((("bureau", "offer"),), "demand.fulfilled"),
        ((("bureau", "reject"),), "demand.refused"),
        ((("bureau", "reject"), ("hr", "accept")), "demand.closed"),
        ((("hr", "withdraw"),), "demand.withdrawn"),
    ],
)
def test_who_joined_is_told_what_came_of_it(user: Login, steps: tuple[tuple[str, str], ...], event: str) -> None:
    case = demand_of(user("hr"))
    put_webhook(user("bureau"), organisation="police", url="https://police.example/hook")
    join_demand(user("police"), number=case.number, matter="流动人口登记")
    Notice.objects.all().delete()
    for login, action in steps:
        OutboxMessage.objects.all().delete()
        step(user(login), case, action, **({"item": "POLICE-01"} if action == "offer" else {}))
    told = Notice.objects.filter(event__startswith="demand.")
    assert told.filter(event=event).count() == 1, "once"
    assert {(one.user.login, one.href) for one in told} == {("police", f"/demands/{case.number}/")}
    assert OutboxMessage.objects.get(webhook__organisation__code="police").body["event"] == event
    assert not Notice.objects.filter(user__login="centre").exists()


def test_one_source_many_uses(user: Login, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        rows = {row.name: row for row in source_rows()}
    assert (rows["person_name"].authority_title, rows["person_name"].holders) == ("公安", (("社会保险中心", 1),))
    assert rows["person_name"].repeated and rows["mobile"].repeated
    assert not rows["id_number"].repeated, "everybody needs it to find people"
    assert not rows["sex"].repeated and rows["sex"].has_item
    again = repeated_fields(access_item(user("hr"), "CENTRE-01"))
    assert [(one.field_title, one.organisation_title) for one in again] == [("姓名", "公安")]
    assert repeated_fields(access_item(user("hr"), "HR-01")) == ()


def test_figures_lead_to_their_rows(
    user: Login, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked = msgspec.structs.replace(ASKED, until="2026-12-31")
    for days in (1, 2, 4, 9):
        on(monkeypatch, "2026-03-02")
        case = step(user("bureau"), apply_for(user("hr"), asked), "pass_on")
        on(monkeypatch, (dt.date(2026, 3, 2) + dt.timedelta(days=days)).isoformat())
        step(user("police"), case, "approve", **terms(granted_until="2026-12-31"))
    on(monkeypatch, "2026-03-02")
    apply_for(user("hr"), asked)
    demand_of(user("hr"))
    on(monkeypatch, "2026-03-30")
    viewer = user("bureau")
    assert viewer.scope.everything
    with django_assert_num_queries(3):
        whole, by_department = figures(viewer)
    applications, demands = whole
    assert (applications.total, applications.open, applications.answered, applications.in_time) == (5, 1, 4, 3)
    assert (applications.agreed, applications.overdue, applications.median_days) == (4, 1, 3.0)
    assert (demands.total, demands.open, demands.median_days) == (1, 1, None)
    assert (by_department[0].kind, by_department[0].provider, by_department[0].total) == ("application", "police", 5)
    for one in by_department:
        wanted = NeedFilter(kind=one.kind, provider=one.provider)
        assert need_list(viewer, wanted).total == one.total
        kept = NeedFilter(kind=one.kind, provider=one.provider, time="in_time")
        assert need_list(viewer, kept).total == one.in_time
        overdue = NeedFilter(kind=one.kind, provider=one.provider, time="overdue")
        assert need_list(viewer, overdue).total == one.overdue
    assert figures(user("citizen")) == ((), ())
    assert figures(viewer, since=dt.date(2026, 4, 1)) == ((), ())


def test_a_median_of_counted_numbers() -> None:
    for numbers in ([3], [1, 2], [5, 1, 1, 9], [2, 2, 2], [0, 10, 3, 3, 7]):
        assert median(Counter(numbers)) == slow(numbers)
    assert median(Counter()) is None
