"""The life of a grant: whatever happens to it, the gateway answers nothing that is not granted at that moment."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from tests.apps.pages import told_at
from tests.apps.town import CITIZEN, GRANT, SECRET

from huitong.apps.accounts.models import User
from huitong.apps.labels import label
from huitong.apps.ledger.models import AuditEntry
from huitong.apps.sharing.models import ConsumerApp, Grant
from huitong.apps.sharing.narrowing import widened
from huitong.apps.sharing.policy import compile_policy
from huitong.apps.sharing.selectors import access_grant, grant_history, grant_list
from huitong.apps.sharing.services import (
    advance_grants,
    change_grant,
    issue_secret,
    put_grant,
    register_app,
    resume_app,
    resume_grant,
    revoke_grant,
    suspend_app,
    suspend_grant,
    write_policy,
)
from huitong.apps.sharing.specs import GrantChange
from huitong.engine.declarations import sharing
from huitong.engine.serving.explain import explain
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]
OnCommit = Callable[..., object]

SAME = GrantChange(
    fields=GRANT.fields, clear=GRANT.clear, kinds=GRANT.kinds, row_filter=GRANT.row_filter, quota=GRANT.quota
)


def refusal(code: str, call: Callable[[], object]) -> None:
    """Assert that a call is refused with an error code."""
    with pytest.raises(Terminal) as error:
        call()
    assert error.value.code == code


def digest() -> str:
    """The grant as it stands."""
    return Grant.objects.get(code="hr-resident").digest


def answered(day: dt.date, kind: sharing.ServiceKind = "records") -> bool:
    """Whether the gateway would answer on a day, by the policy as it would be written now."""
    noon = dt.datetime.combine(day, dt.time(4), dt.UTC)
    outcomes = explain(compile_policy(), app="hr-app", service="resident", grant="hr-resident", kind=kind, now=noon)
    return all(one.state == "passed" for one in outcomes)


def test_narrowing_takes_effect_and_is_told(user: Login) -> None:
    left = msgspec.structs.replace(SAME, fields=("id_number",), clear=(), kinds=("verify",), quota=5)
    change_grant(user("police"), grant="hr-resident", digest=digest(), change=left, reason="只需核对号码")
    spec = Grant.objects.get(code="hr-resident").as_spec()
    assert (spec.fields, spec.clear, spec.kinds, spec.quota) == (("id_number",), (), ("verify",), 5)
    assert (spec.purpose, spec.app) == (GRANT.purpose, GRANT.app)
    event = grant_history(access_grant(user("hr"), "hr-resident"))[0]
    assert (event.action, event.organisation, event.reason) == ("change_grant", "公安", "只需核对号码")
    assert ("quota", "100", "5") in event.changes and ("clear", "person_name", "") in event.changes


@pytest.mark.parametrize(
    ("part", "more"),
    [
        ("fields", {"fields": (*GRANT.fields, "sex")}),
        ("fields", {"fields": ()}),
        ("clear", {"clear": ("person_name", "mobile")}),
        ("clear", {"fields": ("id_number",), "clear": ("person_name",)}),
        ("kinds", {"kinds": ()}),
        ("quota", {"quota": 0}),
        ("quota", {"quota": 101}),
        ("quota", {"quota": -1}),
        ("row_filter", {"row_filter": ()}),
        ("row_filter", {"row_filter": (sharing.RowFilter(field="sex", values=("1", "2", "9")),)}),
    ],
)
def test_a_change_never_gives_more(user: Login, part: str, more: dict[str, object]) -> None:
    wider = msgspec.structs.replace(SAME, **more)
    with pytest.raises(Terminal) as error:
        change_grant(user("bureau"), grant="hr-resident", digest=digest(), change=wider, reason="x")
    assert error.value.code == "sharing.change_widens"
    assert str(label("grant_part", part).text) in error.value.detail("zh")
    assert Grant.objects.get(code="hr-resident").as_spec() == GRANT


def test_of_two_who_change_it_the_second_is_told(user: Login) -> None:
    seen = digest()
    first = msgspec.structs.replace(SAME, quota=50)
    change_grant(user("police"), grant="hr-resident", digest=seen, change=first, reason="限量")
    second = msgspec.structs.replace(SAME, quota=80)
    call = {"grant": "hr-resident", "digest": seen, "change": second, "reason": "限量"}
    refusal("sharing.changed_meanwhile", lambda: change_grant(user("bureau"), **call))  # type: ignore[arg-type]
    assert Grant.objects.get(code="hr-resident").as_spec().quota == 50


def test_who_may_narrow(user: Login) -> None:
    for login, code in (("hr", "people.not_allowed"), ("leader", "people.not_allowed"), ("centre", "people.not_found")):
        call = {"grant": "hr-resident", "digest": digest(), "change": SAME, "reason": "x"}
        refusal(code, lambda login=login, call=call: change_grant(user(login), **call))  # type: ignore[misc]


def test_it_is_warned_of_its_end_and_ends_once(town: Path, system: User) -> None:
    end = dt.date(2026, 6, 30)
    put_grant(system, spec=msgspec.structs.replace(GRANT, valid_to=end.isoformat()))
    assert advance_grants(end - dt.timedelta(days=31)) == 0
    assert advance_grants(end - dt.timedelta(days=30)) == 1
    assert advance_grants(end) == 0, "warned once"
    assert answered(end), "its last day counts"
    assert not answered(end + dt.timedelta(days=1)), "refused by its date before anybody marked it"
    assert advance_grants(end + dt.timedelta(days=1)) == 1
    assert advance_grants(end + dt.timedelta(days=2)) == 0
    assert Grant.objects.get(code="hr-resident").state == "expired"
    assert not answered(end + dt.timedelta(days=1))
    actions = AuditEntry.objects.filter(target="hr-resident").order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["sharing.warn_grant", "sharing.expire_grant"]
    put_grant(system, spec=msgspec.structs.replace(GRANT, valid_to="2030-01-01"))
    assert answered(dt.date(2027, 1, 1)), "given again, it is honoured again"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "resume", "revoke", "advance", "narrow", "app off", "app on"]),
        st.integers(min_value=-400, max_value=400),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, days=st.integers(min_value=-10, max_value=10))
def test_never_answered_but_in_force(town: Path, steps: list[tuple[str, int]], days: int) -> None:
    """Whatever is done to a grant and its app, in any order: answered means active, within its dates, app not off."""
    from django.db import transaction

    with transaction.atomic():
        _live_through(steps, days)
        transaction.set_rollback(True)


def _live_through(steps: list[tuple[str, int]], days: int) -> None:
    bureau, end = User.objects.get(login="bureau"), dt.date(2026, 6, 30)
    put_grant(bureau, spec=msgspec.structs.replace(GRANT, valid_to=end.isoformat()))
    moves = {"suspend": suspend_grant, "resume": resume_grant, "revoke": revoke_grant}
    for step, number in steps:
        try:
            if step in moves:
                moves[step](bureau, grant="hr-resident", reason="演练")
            elif step == "advance":
                advance_grants(end + dt.timedelta(days=number))
            elif step == "narrow":
                left = msgspec.structs.replace(SAME, valid_to=(end - dt.timedelta(days=abs(number))).isoformat())
                change_grant(bureau, grant="hr-resident", digest=digest(), change=left, reason="演练")
            else:
                (resume_app if step == "app on" else suspend_app)(bureau, app="hr-app", reason="演练")
        except Terminal as error:
            assert error.code in ("sharing.wrong_state", "sharing.change_widens", "sharing.app_wrong_state")
        row, app = Grant.objects.get(code="hr-resident"), ConsumerApp.objects.get(code="hr-app")
        day = end + dt.timedelta(days=days)
        in_time = row.state in ("active", "expired")
        honoured = in_time and app.active and row.valid_to is not None and day <= row.valid_to
        assert answered(day) <= honoured


@given(
    before=st.builds(
        sharing.Grant,
        code=st.just("G"),
        app=st.just("a"),
        service=st.just("s"),
        purpose=st.just("p"),
        legal_basis=st.just("l"),
        fields=st.lists(st.sampled_from("abc"), min_size=1, unique=True).map(tuple),
        clear=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
        quota=st.integers(0, 5),
        valid_to=st.sampled_from(["", "2026-01-01", "2027-01-01"]),
    ),
    quota=st.integers(0, 5),
    valid_to=st.sampled_from(["", "2026-01-01", "2027-01-01"]),
    fields=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
)
def test_what_passes_as_narrower_gives_no_more(
    before: sharing.Grant, quota: int, valid_to: str, fields: tuple[str, ...]
) -> None:
    after = msgspec.structs.replace(before, quota=quota, valid_to=valid_to, fields=fields, clear=())
    if widened(before, after):
        return
    assert set(after.fields) <= set(before.fields)
    assert (after.quota or 10**9) <= (before.quota or 10**9)
    assert (after.valid_to or "9999") <= (before.valid_to or "9999")


def test_an_app_is_registered_by_its_own_people(user: Login) -> None:
    row = register_app(user("developer"), code="hr-jobs", title="就业服务")
    assert (row.organisation.code, row.secret_hash, row.active) == ("hr", "", True)
    issued = issue_secret(user("developer"), app="hr-jobs")
    assert ConsumerApp.objects.get(code="hr-jobs").secret_hash and issued.client_id == "hr-jobs"
    refusal("sharing.app_exists", lambda: register_app(user("developer"), code="hr-jobs", title="再来"))
    refusal("sharing.bad_app_code", lambda: register_app(user("developer"), code="HR jobs", title="x"))
    refusal("sharing.app_untitled", lambda: register_app(user("developer"), code="hr-x", title=" "))
    refusal("people.not_allowed", lambda: register_app(user("developer"), code="p-x", title="x", organisation="police"))
    refusal("people.not_allowed", lambda: register_app(user("leader"), code="l-x", title="x"))
    refusal("people.not_allowed", lambda: register_app(user("citizen"), code="c-x", title="x"))


def test_suspending_an_app(user: Login) -> None:
    day = dt.date(2026, 6, 1)
    assert answered(day)
    suspend_app(user("developer"), app="hr-app", reason="密钥外泄")
    assert not answered(day)
    refusal("people.not_allowed", lambda: resume_app(user("developer"), app="hr-app", reason="已处理"))
    refusal("people.not_found", lambda: suspend_app(user("police"), app="hr-app", reason="x"))
    refusal("sharing.app_wrong_state", lambda: suspend_app(user("bureau"), app="hr-app", reason="x"))
    refusal("sharing.app_reason_missing", lambda: resume_app(user("bureau"), app="hr-app", reason=" "))
    resume_app(user("bureau"), app="hr-app", reason="已更换密钥")
    assert answered(day)


def test_lists(user: Login, system: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    soon = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=10)).isoformat()
    put_grant(system, spec=msgspec.structs.replace(GRANT, valid_to=soon))
    viewer = user("hr")
    assert viewer.scope.official
    with django_assert_num_queries(1):
        page = grant_list(viewer, state="ending")
    assert [(row.code, row.ends_soon) for row in page.rows] == [("hr-resident", True)]


@pytest.fixture
def as_(user: Login) -> Callable[[str], Client]:
    """Gives a browser that is signed in."""

    def client_of(login: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(user(login))
        return client

    return client_of


def words(response: object) -> str:
    """What a page says."""
    body = HTMLParser(response.content.decode()).body  # type: ignore[attr-defined]
    assert body is not None
    return body.text(separator=" ")


def test_the_page_of_a_grant_changes_it(as_: Callable[[str], Client]) -> None:
    police, hr = as_("police"), as_("hr")
    assert "暂停授权" in words(police.get("/grants/hr-resident/")) and "暂停授权" not in words(
        hr.get("/grants/hr-resident/")
    )
    unsaid = police.post("/grants/hr-resident/suspend/", {"reason": ""})
    assert unsaid.status_code == 422 and told_at(unsaid, "suspend-reason") == "请填写“理由”。"
    unfolded = HTMLParser(unsaid.content.decode()).css("details.unfold[open]")
    assert [one.css_first("h3").text() for one in unfolded] == ["暂停授权"], "and no other"  # type: ignore[union-attr]
    assert police.post("/grants/hr-resident/suspend/", {"reason": "核查"}, follow=True).status_code == 200
    assert "核查" in words(hr.get("/grants/hr-resident/")), "the consumer reads why"
    assert hr.post("/grants/hr-resident/resume/", {"reason": "x"}).status_code == 403
    assert police.post("/grants/hr-resident/nonsense/", {"reason": "x"}).status_code == 404
    police.post("/grants/hr-resident/resume/", {"reason": "查清"})
    asked = {"digest": digest(), "fields_left": ["id_number"], "kinds": ["verify"], "quota": "9", "reason": "够用"}
    wrong = police.post("/grants/hr-resident/change/", {**asked, "only_field": "sex"})
    assert "请同时选择项目并填写取值" in told_at(wrong, "id_only_values")
    wider = police.post("/grants/hr-resident/change/", {**asked, "quota": "99999999"})
    assert wider.status_code == 200 and "扩大了“每日限额”" in told_at(wider, "id_quota")
    stale = police.post("/grants/hr-resident/change/", {**asked, "digest": "0"})
    assert stale.status_code == 409 and "够用" in words(stale) and "请刷新页面" in words(stale)
    done = police.post("/grants/hr-resident/change/", {**asked, "only_field": "sex", "only_values": "2"}, follow=True)
    assert "变更已生效" in words(done)
    spec = Grant.objects.get(code="hr-resident").as_spec()
    assert spec.row_filter == (sharing.RowFilter(field="sex", values=("2",)),) and spec.quota == 9


def test_a_secret_is_on_one_page_only(as_: Callable[[str], Client]) -> None:
    developer = as_("developer")
    made = developer.post("/apps/new/", {"code": "hr-jobs", "title": "就业服务"}, follow=True)
    assert "尚未生成" in words(made)
    taken = developer.post("/apps/new/", {"code": "hr-jobs", "title": "就业"})
    assert "已有应用使用账号" in told_at(taken, "id_code")
    unsaid = developer.post("/apps/hr-jobs/suspend/", {"reason": " "})
    assert unsaid.status_code == 422 and told_at(unsaid, "suspend-reason") == "请填写“理由”。"
    shown = developer.post("/apps/hr-jobs/secret/")
    assert "只显示这一次" in words(shown) and "no-store" in shown.headers["Cache-Control"]
    again = words(developer.get("/apps/hr-jobs/"))
    assert "只显示这一次，请马上" not in again and "系统只保存摘要" in again
    assert as_("police").get("/apps/hr-jobs/").status_code == 404
    assert as_("leader").post("/apps/hr-jobs/secret/").status_code == 403
    assert "已停用" in words(developer.post("/apps/hr-jobs/suspend/", {"reason": "停用"}, follow=True))


@contextmanager
def gateway_process() -> Iterator[str]:
    """A gateway in a process of its own over this test's serving store; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = django_settings.HUITONG
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUITONG_")}
    environment |= {
        "HUITONG_HOME": str(here.home),
        "HUITONG_SERVING_URL": here.serving_url,
        "HUITONG_SECRET": here.secret,
    }
    command = [sys.executable, "-c", f"from huitong.gateway.app import serve; serve(port={port}, workers=1)"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}/gateway"
    try:
        _until(lambda: httpx.get(f"{address}/health", timeout=5, trust_env=False).status_code == 200)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _until(holds: Callable[[], bool], seconds: float = 60) -> float:
    """Wait until something holds; return how many seconds it took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            if holds():
                return time.monotonic() - started
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it never came to hold")


def test_a_gateway_in_another_process_follows(
    user: Login, run_town: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    """Each decision reaches a gateway that runs elsewhere within seconds."""
    write_policy()
    with gateway_process() as address:
        credentials = {"grant_type": "client_credentials", "client_id": "hr-app", "client_secret": SECRET}

        def token() -> str:
            answer = httpx.post(f"{address}/token", data=credentials, timeout=20, trust_env=False)
            return str(answer.json().get("access_token", ""))

        def status() -> int:
            headers = {"Authorization": f"Bearer {bearer}", "Purpose": "hr-resident"}
            address_of = f"{address}/v1/resident/records?key={CITIZEN}"
            return httpx.get(address_of, headers=headers, timeout=20, trust_env=False).status_code

        bearer = token()
        assert status() == 200
        steps: list[tuple[Callable[[], object], bool]] = [
            (lambda: suspend_grant(user("police"), grant="hr-resident", reason="核查"), False),
            (lambda: resume_grant(user("police"), grant="hr-resident", reason="查清"), True),
            (lambda: suspend_app(user("developer"), app="hr-app", reason="外泄"), False),
            (lambda: resume_app(user("bureau"), app="hr-app", reason="换过"), True),
            (lambda: revoke_grant(user("bureau"), grant="hr-resident", reason="结束"), False),
        ]
        for step, answers in steps:
            with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
                step()
            _until(lambda answers=answers: (status() == 200) == answers, seconds=20)  # type: ignore[misc]
            time.sleep(0.6)
            assert (status() == 200) == answers, "and stays so"
