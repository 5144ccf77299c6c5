"""Runs of the engine: what is recorded, what stops what, and what is found again after a crash."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django.fixtures import Settings
from tests.apps.town import BROKEN, IDS, PERSON, POLICE_ROWS, write_police

from huitong.apps.accounts.models import User
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.services import put_item
from huitong.apps.collection import running
from huitong.apps.collection.models import QualityIssue, Run, Source, TableState
from huitong.apps.collection.selectors import issue_list, may_run, runs_list, the_serving_store
from huitong.apps.collection.services import (
    chain_length,
    check_item_now,
    collect_item_now,
    fuse_library_now,
    publish_now,
    queue_run,
    recover_runs,
    run_chain,
)
from huitong.apps.collection.specs import RunCounts, RunFilter
from huitong.apps.collection.tasks import perform_run
from huitong.apps.ledger.models import AuditEntry
from huitong.foundation.errors import Terminal, Transient

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


def sizes() -> dict[str, int]:
    """Rows of the lake's tables as the pages know them."""
    return {str(state): state.rows for state in TableState.objects.all()}


def test_the_chain_takes_rows_from_sources_to_the_serving_store(town: Path, system: User) -> None:
    seen: list[tuple[str, str]] = []
    report = run_chain(system, watch=lambda run: seen.append((run.kind, run.state)))
    assert report.failures == ()
    assert (report.failed, report.skipped) == (0, 0)
    assert report.done == chain_length() == len(seen) // 2 == 7
    assert [kind for kind, state in seen if state == "done"] == [
        "collect", "collect", "check", "check", "fuse", "publish", "publish"
    ]  # fmt: skip
    assert sizes() == {
        "raw.police_person": 9,
        "raw.centre_insured": 9,
        "std.police_person": 8,
        "quarantine.police_person": 1,
        "std.centre_insured": 9,
        "quarantine.centre_insured": 0,
        "base.population": 9,
        "base.population_conflict": 8,
    }
    answer = the_serving_store().lookup("base.population", "id_number", [IDS[0]], ["person_name"], 10)
    assert answer.rows == [("张0",)]
    assert set(CatalogItem.objects.linked().values_list("link_state", flat=True)) == {"live"}
    assert [entry.target for entry in AuditEntry.objects.filter(action="collection.run_chain")] == [report.chain]
    assert not AuditEntry.objects.filter(action="collection.start_run").exists()
    assert Run.objects.filter(chain=report.chain, requested_by=system).count() == 7
    before = list(TableState.objects.values_list("name", "rows", "changed_at"))
    again = run_chain(system)
    for run in Run.objects.filter(chain=again.chain):
        counts = run.typed_counts
        assert (counts.inserted, counts.updated, counts.deleted) == (0, 0, 0), "a second chain changes nothing"
    assert list(TableState.objects.values_list("name", "rows", "changed_at")) == before
    TableState.objects.filter(schema="std").update(item=None)
    run_chain(system)
    assert not TableState.objects.filter(schema="std", item=None).exists(), "whose a table is, is noted too"
    only = run_chain(system, items=["POLICE-01"])
    kinds = Run.objects.filter(chain=only.chain).order_by("pk").values_list("kind", "target")
    assert list(kinds) == [
        ("collect", "POLICE-01"),
        ("check", "POLICE-01"),
        ("fuse", "population"),
        ("publish", "base.population"),
    ]
    assert chain_length(["POLICE-01"]) == 4


def test_one_failing_source_does_not_stop_the_others(town: Path, system: User) -> None:
    run_chain(system)
    (town / "police.sqlite").unlink()
    report = run_chain(system)
    assert report.failed == 1 and report.skipped == 1
    (failure,) = report.failures
    assert (failure.kind, failure.target) == ("collect", "POLICE-01") and failure.code.startswith("source.")
    assert failure.title and "police.sqlite" in failure.detail and failure.hint
    failed = Run.objects.get(state="failed")
    assert failed.error.startswith("source.") and failed.finished_at
    assert CatalogItem.objects.get(code="POLICE-01").link_state == "failing"
    assert Source.objects.get(code="police-db").reachable is False
    assert Source.objects.get(code="centre-files").reachable is True
    assert sizes()["base.population"] == 9
    row = runs_list(system, RunFilter(state="failed")).rows[0]
    assert row.error_detail and row.error_hint and row.target_title == "户籍人口"
    write_police(town, POLICE_ROWS)
    assert collect_item_now(system, item="POLICE-01").state == "done"
    assert CatalogItem.objects.get(code="POLICE-01").link_state == "live"
    assert Source.objects.get(code="police-db").last_error == ""


def test_issues_open_close_and_reopen(town: Path, system: User, user: Login) -> None:
    def collect_and_check() -> QualityIssue:
        assert collect_item_now(system, item="POLICE-01").state == "done"
        assert check_item_now(system, item="POLICE-01").state == "done"
        return QualityIssue.objects.get(item__code="POLICE-01", rule="id_number.checksum")

    issue = collect_and_check()
    assert (issue.state, issue.failed, issue.total, issue.severity) == ("open", 1, 9, "reject")
    opened = issue.opened_at
    assert collect_and_check().opened_at == opened, "an open issue stays the one it is"
    write_police(town, POLICE_ROWS[:-1])
    issue = collect_and_check()
    assert (issue.state, issue.failed) == ("closed", 0) and issue.closed_at
    write_police(town, [*POLICE_ROWS, (BROKEN[:-2] + "00", "王坏", "1", "")])
    issue = collect_and_check()
    assert (issue.state, issue.times_opened, issue.closed_at) == ("open", 2, None)
    row = next(row for row in issue_list(user("police")).rows if row.rule == "id_number.checksum")
    assert [point.failed for point in row.trend] == [1, 1, 0, issue.failed]
    assert issue_list(user("hr")).total == 0


def test_an_issue_of_a_rule_that_is_gone_closes(town: Path, system: User) -> None:
    strict = msgspec.structs.replace(PERSON, fields=(*PERSON.fields[:3], msgspec.structs.replace(PERSON.fields[3], required=True)))  # fmt: skip  # noqa: E501
    write_police(town, [(IDS[0], "张0", "1", "")])
    put_item(system, spec=strict)
    collect_item_now(system, item="POLICE-01")
    check_item_now(system, item="POLICE-01")
    assert list(QualityIssue.objects.values_list("state", flat=True)) == ["open"]
    put_item(system, spec=PERSON)
    check_item_now(system, item="POLICE-01")
    assert list(QualityIssue.objects.values_list("state", flat=True)) == ["closed"]


def test_who_may_run_what(user: Login) -> None:
    assert collect_item_now(user("police"), item="POLICE-01").state == "done"
    assert collect_item_now(user("hr"), item="CENTRE-01").state == "done", "what is below is one's own"
    item = CatalogItem.objects.get(code="CENTRE-01")
    allowed = {login for login in ("bureau", "leader", "police", "hr", "centre", "developer", "citizen") if may_run(user(login), item)}  # fmt: skip  # noqa: E501
    assert allowed == {"bureau", "hr", "centre"}
    assert not may_run(AnonymousUser(), item)
    calls: list[Callable[[], object]] = [
        lambda: collect_item_now(user("leader"), item="POLICE-01"),
        lambda: collect_item_now(user("centre"), item="POLICE-01"),
        lambda: fuse_library_now(user("police"), library="population"),
        lambda: publish_now(user("police"), table="base.population"),
        lambda: run_chain(user("police")),
    ]
    for call in calls:
        with pytest.raises(Terminal) as error:
            call()
        assert error.value.code == "people.not_allowed"
    assert Run.objects.count() == 2, "a refused run is not entered"


def test_unknown_targets(town: Path, system: User) -> None:
    for call in (
        lambda: collect_item_now(system, item="NO-1"),
        lambda: fuse_library_now(system, library="no"),
        lambda: publish_now(system, table="base.no"),
    ):
        with pytest.raises(Terminal) as error:
            call()
        assert error.value.code == "people.not_found"


def test_an_unlinked_item_fails_with_a_reason(town: Path, system: User) -> None:
    assert collect_item_now(system, item="HR-01").error == "collect.not_linked"
    assert check_item_now(system, item="HR-01").error == "check.not_collected"
    assert fuse_library_now(system, library="population").error == "fuse.no_input"
    assert publish_now(system, table="base.population").error == "publish.no_table"


def test_a_defect_fails_its_run_only(
    town: Path, system: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(run: Run) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setitem(running._STEPS, "check", broken)
    with caplog.at_level(logging.ERROR):
        report = run_chain(system)
    assert (report.done, report.failed) == (2, 5), "both checks, and what stands on them and was never there"
    run = Run.objects.filter(kind="check").latest("pk")
    assert (run.error, run.error_parameters) == ("jobs.crashed", {"reason": "ZeroDivisionError: boom"})
    assert "ZeroDivisionError" in caplog.text


def test_a_queued_run_is_done_once(town: Path, system: User) -> None:
    run = queue_run(system, kind="collect", target="POLICE-01")
    assert run.state == "queued" and run.started_at is None
    assert perform_run.call(run.pk) == "done"
    assert perform_run.call(run.pk) == "not queued"
    assert Run.objects.count() == 1


def test_only_what_may_pass_is_tried_again(town: Path, system: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(error: Exception) -> None:
        def step(run: Run) -> None:
            raise error

        monkeypatch.setitem(running._STEPS, "collect", step)

    fails(Terminal("source.not_found", source="x"))
    perform_run.call(queue_run(system, kind="collect", target="POLICE-01").pk)
    assert Run.objects.count() == 1
    fails(Transient("lake.owned", pid=1))
    run = queue_run(system, kind="collect", target="POLICE-01")
    while run.state == "queued":
        perform_run.call(run.pk)
        run = Run.objects.latest("pk")
    attempts = Run.objects.filter(error="lake.owned").order_by("pk").values_list("attempt", flat=True)
    assert list(attempts) == [1, 2, 3]


def test_a_run_killed_after_its_commit_is_found_in_the_lake(town: Path, system: User) -> None:
    done = collect_item_now(system, item="POLICE-01")
    lake_run = done.lake_run
    TableState.objects.all().delete()
    # What the process would have left behind, had it been killed between the lake's commit and ours:
    Run.objects.filter(pk=done.pk).update(state="running", lake_run=None, finished_at=None, counts={})
    dead = Run.objects.create(kind="fuse", target="population", state="running", worker="elsewhere:1")
    found = recover_runs()
    assert (found.completed, found.added, found.interrupted) == (1, 0, 1)
    done.refresh_from_db()
    dead.refresh_from_db()
    assert (done.state, done.lake_run, done.typed_counts.read) == ("done", lake_run, 9)
    assert done.typed_counts == RunCounts(read=9, inserted=9, rows=9)
    assert sizes() == {"raw.police_person": 9}
    assert (dead.state, dead.error) == ("failed", "jobs.interrupted")
    assert recover_runs() == dataclasses.replace(found, completed=0, interrupted=0)


def test_a_run_nobody_entered_is_added(town: Path, system: User) -> None:
    collect_item_now(system, item="POLICE-01")
    Run.objects.all().delete()
    assert recover_runs().added == 1
    run = Run.objects.get()
    assert (run.kind, run.target, run.state, run.requested_by) == ("collect", "POLICE-01", "done", None)


def test_a_shared_lake_asks_the_process_table(town: Path, settings: Settings) -> None:
    settings.HUITONG = dataclasses.replace(settings.HUITONG, lake_catalog="postgres://db/lake")
    from huitong.apps.collection.recovering import _is_gone

    assert not _is_gone(Run(worker="another-host:1"))
    assert _is_gone(Run(worker=f"{running.this_process().partition(':')[0]}:999999"))
