"""The background threads of an embedded installation, and the process that has them."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.apps.test_ledger import evidence, write
from tests.apps.town import IDS, PACK, SECRET

from huitong.apps.accounts.models import CalendarDay, User
from huitong.apps.accounts.services import set_calendar_day, system_user
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import newest_runs, the_serving_store
from huitong.apps.collection.services import (
    allow_chains,
    chain_end,
    queue_chain,
    queue_run,
    run_chain,
    stop_chains,
    this_process,
)
from huitong.apps.ledger.models import AuditEntry, EvidenceRecord
from huitong.apps.packs.services import apply_pack
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.services import revoke_grant
from huitong.config import worker
from huitong.config.worker import follow, requeue_abandoned_tasks, start_worker_thread, work_off_queue

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def whole_town(town_folder: Path) -> Path:
    """The town's pack, committed."""
    apply_pack(system_user(), PACK, variables={"town": str(town_folder)})
    return town_folder


def test_queued_work_and_new_evidence_are_taken_up(whole_town: Path, home: Path) -> None:
    dead = Run.objects.create(kind="collect", target="POLICE-01", state="running", worker="gone:1")
    threads = start_worker_thread()
    try:
        dead.refresh_from_db()
        assert dead.error == "jobs.interrupted"
        run = queue_run(system_user(), kind="collect", target="POLICE-01")
        chain = queue_chain(system_user())
        write(home, evidence())
        wait_for(lambda: Run.objects.filter(chain=chain, kind="publish", state="done").count() == 2)
        run.refresh_from_db()
        assert run.state == "done"
        wait_for(lambda: EvidenceRecord.objects.count() == 1)
        wait_for(lambda: the_serving_store().policy_version() is not None)
    finally:
        threads.stop()
    wait_for(lambda: set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}, 2)
    queue_run(system_user(), kind="collect", target="POLICE-01")
    time.sleep(0.8)
    assert Run.objects.latest("pk").state == "queued", "stopped threads do nothing"


def test_a_chain_tells_how_it_ended(whole_town: Path) -> None:
    first, second = queue_chain(system_user()), queue_chain(system_user())
    assert chain_end(first) is chain_end(second) is None, "both wait"
    work_off_queue()
    assert chain_end(first) == chain_end(second) == ""
    broken = DBTaskResult.objects.order_by("enqueued_at").last()
    assert broken is not None and second in broken.args_kwargs["args"]
    DBTaskResult.objects.filter(pk=broken.pk).update(status="FAILED", exception_class_path="builtins.OSError")
    assert (chain_end(first), chain_end(second)) == ("", "builtins.OSError")


def test_the_newest_runs_are_found_however_long_ago(whole_town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    police = User.objects.get(login="police")
    old = [Run.objects.create(kind="collect", target="A", organisation=police.organisation).pk for _ in range(3)]
    others = Run.objects.create(kind="collect", target="B", organisation=User.objects.get(login="hr").organisation)
    monkeypatch.setattr("huitong.apps.collection.selectors.LATEST", 2)
    assert [run.id for run in newest_runs(police, most=2)] == old[:0:-1], "fewer lie among the latest"
    assert [run.id for run in newest_runs(system_user(), most=1)] == [others.pk]


def test_a_chain_ends_between_two_steps_when_the_process_stops(whole_town: Path) -> None:
    def stop_after_first(run: Run) -> None:
        if run.state == "done":
            stop_chains()

    try:
        report = run_chain(system_user(), watch=stop_after_first)
    finally:
        allow_chains()
    assert (report.done, report.failed, report.skipped) == (1, 0, 6)
    assert not Run.objects.exclude(state="done").exists()


def test_tasks_of_a_dead_process_are_done_again(whole_town: Path) -> None:
    run = queue_run(system_user(), kind="collect", target="POLICE-01")
    host = this_process().partition(":")[0]
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[f"{host}:999999"], started_at=timezone.now())
    work_off_queue()
    run.refresh_from_db()
    assert run.state == "queued"
    assert requeue_abandoned_tasks() == 1
    work_off_queue()
    run.refresh_from_db()
    assert run.state == "done"


def test_a_policy_that_could_not_be_written_is_written_later(whole_town: Path, home: Path) -> None:
    follow()
    policy = home / "serving" / "policy.json"
    policy.unlink()
    policy.mkdir()  # nothing can replace it
    revoke_grant(system_user(), grant="hr-resident", reason="演练")
    assert Grant.objects.get(code="hr-resident").state == "revoked"
    policy.rmdir()
    follow()
    written = the_serving_store().read_policy()
    assert written is not None and [grant.code for grant in written.grants] == ["police-insurance"]


def test_failing_background_work_complains_once_and_goes_on(
    whole_town: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def fails() -> None:
        calls.append(1)
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(worker, "follow", fails)
    monkeypatch.setattr(worker, "FOLLOW_SECONDS", 0.01)
    threads = start_worker_thread()
    try:
        wait_for(lambda: len(calls) > 5)
    finally:
        threads.stop()
    assert caplog.text.count("ZeroDivisionError: boom") == 1


def test_writers_wait_for_each_other(whole_town: Path) -> None:
    user = system_user()
    failures: list[BaseException] = []

    def write_often(number: int) -> None:
        try:
            for turn in range(15):
                set_calendar_day(user, day=dt.date(2027, 1 + number, 1 + turn), working=bool(turn % 2))
        except DatabaseError as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write_often, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and CalendarDay.objects.count() == 60
    assert AuditEntry.objects.filter(action="accounts.set_calendar_day").count() == 60


def test_site_and_gateway_are_one_process(whole_town: Path) -> None:
    run_chain(system_user())
    from huitong.config.asgi import application

    def revoke() -> None:
        revoke_grant(user, grant="hr-resident", reason="任务结束")
        connections.close_all()

    async def visit() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        async with application.router.lifespan_context(application):
            transport = httpx.ASGITransport(app=application)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                site = await client.get("/api/status")
                form = {"grant_type": "client_credentials", "client_id": "hr-app", "client_secret": SECRET}
                token = (await client.post("/gateway/token", data=form)).json()["access_token"]
                headers = {"Authorization": f"Bearer {token}", "Purpose": "hr-resident"}
                answer = await client.get(f"/gateway/v1/resident/records?key={IDS[0]}", headers=headers)
                await sync_to_async(revoke)()
                await asyncio.sleep(1.5)
                refused = await client.get(f"/gateway/v1/resident/records?key={IDS[0]}", headers=headers)
        return site, answer, refused

    user = system_user()
    site, answer, refused = asyncio.run(visit())
    assert site.status_code == 401 and site.json()["code"] == "people.sign_in_needed"
    assert answer.status_code == 200 and answer.headers["Receipt"]
    assert refused.status_code == 403 and refused.json()["code"] == "gateway.purpose_not_granted"
    follow()
    assert EvidenceRecord.objects.filter(grant="hr-resident", outcome="ok").count() == 1
