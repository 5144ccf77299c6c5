"""Audit entries in the transaction of the change; evidence imported once, whatever happens; the meter."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from tests.apps.town import CITIZEN, IDS

from huitong.apps.accounts.models import User
from huitong.apps.ledger.models import AuditEntry, EvidenceAnchor, EvidenceRecord, MeterDay
from huitong.apps.ledger.selectors import (
    anchors,
    audit_list,
    evidence_list,
    keys_used_today,
    meter,
    meter_from_evidence,
    subject_of,
    usage_by_service,
    who_used,
)
from huitong.apps.ledger.services import (
    close_desk,
    forget_imported_evidence,
    import_evidence,
    record_audit,
    record_use,
    request_scope,
)
from huitong.apps.ledger.specs import EvidenceFilter, Usage
from huitong.engine.evidence.record import Evidence, utc_text
from huitong.engine.evidence.segments import ledger_folder, ledger_key_file
from huitong.engine.evidence.writer import open_writer
from huitong.foundation.clock import now
from huitong.foundation.errors import Terminal

pytestmark = pytest.mark.django_db
Login = Callable[[str], User]


def evidence(**changes: object) -> Evidence:
    """One answered call of the human resources' app about the citizen."""
    usual: dict[str, object] = {
        "time": utc_text(now()),
        "consumer": "hr-app",
        "service": "resident",
        "kind": "records",
        "purpose": "核验参保人身份",
        "legal_basis": "社会保险法",
        "grant": "hr-resident",
        "operator": "小王",
        "subjects": (subject_of(CITIZEN),),
        "fields": ("id_number", "person_name"),
        "asked": 1,
        "answered": 1,
        "as_of": 7,
    }
    return Evidence(**{**usual, **changes})  # type: ignore[arg-type]


def write(home: Path, *records: Evidence, chain: str = "gateway") -> list[str]:
    """Append records as the gateway does; return their receipts."""
    writer = open_writer(ledger_folder(home), chain, ledger_key_file(home))
    try:
        return [writer.append(record).hash for record in records]
    finally:
        writer.close()


def test_an_audit_entry_needs_the_transaction_of_its_change(user: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(transaction.TransactionManagementError):
        record_audit(user("bureau"), action="x.y", kind="x", target="y")


def test_an_audit_entry_names_user_organisation_and_request(user: Login) -> None:
    with request_scope("abc123"):
        record_audit(user("police"), action="sharing.revoke_grant", kind="grant", target="g")
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.login, entry.organisation.code if entry.organisation else "", entry.request) == (
        "police",
        "police",
        "abc123",
    )
    assert [row.target for row in audit_list(user("police"), kind="grant", target="g").rows] == ["g"]
    assert audit_list(user("hr"), kind="grant", target="g").total == 0


def test_import_is_idempotent_and_follows_new_records(town: Path, home: Path) -> None:
    receipts = write(home, evidence(), evidence(outcome="gateway.quota_exceeded", subjects=(), answered=0))
    assert import_evidence().imported == 2
    assert import_evidence().imported == 0
    receipts += write(home, evidence(asked=2, subjects=(subject_of(IDS[1]),), absent=(subject_of(IDS[2]),)))
    assert import_evidence().imported == 1
    assert list(EvidenceRecord.objects.order_by("seq").values_list("hash", flat=True)) == receipts
    assert anchors() == {"gateway-0": (3, receipts[-1])}
    assert meter_from_evidence() == meter_of_all()


def meter_of_all() -> tuple[object, ...]:
    """The meter as the bureau sees it, of all days."""
    return meter(User.objects.get(login="bureau"), days=100_000)


def test_import_goes_on_after_sealed_segments_and_over_several_chains(town: Path, home: Path) -> None:
    for _ in range(3):  # closing the writer seals its segment: each round has a file of its own
        write(home, evidence(), evidence())
        import_evidence()
    write(home, evidence(), chain="desk")
    import_evidence()
    assert sorted(EvidenceRecord.objects.values_list("chain", "seq")) == [
        ("desk-0", 1),
        *(("gateway-0", seq) for seq in range(1, 7)),
    ]


def test_import_again_from_nothing_gives_the_same(town: Path, home: Path) -> None:
    write(home, *(evidence(asked=number) for number in range(1, 6)))
    import_evidence()
    before, metered = list(EvidenceRecord.objects.values_list("chain", "seq", "hash", "asked")), meter_of_all()
    forget_imported_evidence()
    assert meter_of_all() == ()
    import_evidence()
    assert list(EvidenceRecord.objects.values_list("chain", "seq", "hash", "asked")) == before
    assert meter_of_all() == metered


def test_a_line_being_written_is_left_for_later(town: Path, home: Path) -> None:
    write(home, evidence(), evidence())
    file = next((ledger_folder(home) / "gateway-0").glob("*.jsonl"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    assert import_evidence().imported == 1
    file.write_bytes(whole)
    assert import_evidence().imported == 1


def test_a_chain_that_was_cut_and_grown_again_is_noticed(town: Path, home: Path) -> None:
    write(home, evidence(), evidence())
    import_evidence()
    anchor = EvidenceAnchor.objects.get()
    anchor.hash = "0" * 64  # as if what was imported were not what the file continues
    anchor.save()
    write(home, evidence())
    with pytest.raises(Terminal) as error:
        import_evidence()
    assert error.value.code == "ledger.gap"
    assert EvidenceRecord.objects.count() == 2


def test_a_record_that_is_no_record_is_noticed(town: Path, home: Path) -> None:
    write(home, evidence())
    file = next((ledger_folder(home) / "gateway-0").glob("*.jsonl"))
    file.write_bytes(file.read_bytes() + b"not evidence\n")
    with pytest.raises(Terminal) as error:
        import_evidence()
    assert error.value.code == "ledger.gap"


def test_days_are_beijing_days(town: Path, home: Path) -> None:
    write(home, evidence(time="2026-03-01T15:59:59.999Z"), evidence(time="2026-03-01T16:00:00.000Z"))
    import_evidence()
    days = EvidenceRecord.objects.order_by("seq").values_list("day", flat=True)
    assert list(days) == [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]


def test_the_meter_counts_refusals_and_repeated_calls(town: Path, home: Path) -> None:
    refused = evidence(outcome="gateway.token_invalid", consumer="?", grant="", subjects=(), answered=0, repeated=50)
    write(home, evidence(), refused)
    import_evidence()
    assert usage_by_service(days=1) == {"resident": Usage(calls=51, refused=50)}
    assert keys_used_today("hr-resident") == 1
    assert meter_from_evidence() == meter_of_all()


def test_who_sees_which_evidence(user: Login, home: Path) -> None:
    about_another = (subject_of(IDS[1]),)
    write(
        home,
        evidence(),
        evidence(consumer="police-app", service="insurance", grant="police-insurance", subjects=about_another),
    )
    import_evidence()

    def seen(login: str) -> set[str]:
        return {row.service for row in evidence_list(user(login), EvidenceFilter()).rows}

    assert seen("bureau") == seen("leader") == {"resident", "insurance"}
    assert seen("police") == {"resident", "insurance"}, "provides one, used the other"
    assert seen("centre") == {"insurance"}
    assert seen("hr") == {"resident", "insurance"}, "uses one, and the centre below provides the other"
    assert seen("citizen") == {"resident"}, "what is about the citizen"
    assert evidence_list(AnonymousUser(), EvidenceFilter()).total == 0
    assert [row.service for row in who_used(user("citizen"), IDS[1]).rows] == ["resident"], (
        "asking for others is no use"
    )
    assert [row.service for row in who_used(user("bureau"), IDS[1].lower()).rows] == ["insurance"]
    assert who_used(user("police"), CITIZEN).total == 0
    assert MeterDay.objects.visible_to(user("citizen")).count() == 0


def test_filters(user: Login, home: Path) -> None:
    receipts = write(home, evidence(), evidence(outcome="gateway.purpose_missing", case="A-1"))
    import_evidence()

    def found(**wanted: object) -> list[str]:
        rows = evidence_list(user("bureau"), EvidenceFilter(**wanted)).rows  # type: ignore[arg-type]
        return [row.receipt for row in rows]

    assert found(outcome="ok") == [receipts[0]]
    assert found(outcome="refused") == [receipts[1]]
    assert found(receipt=receipts[0]) == [receipts[0]]
    assert found(case="A-1") == [receipts[1]]
    assert found(since=dt.date(2999, 1, 1)) == []


def test_lists_stay_flat(user: Login, home: Path, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    write(home, *(evidence() for _ in range(30)))
    import_evidence()
    viewer = user("hr")
    assert viewer.scope.official
    with django_assert_num_queries(2):
        assert len(evidence_list(viewer, EvidenceFilter()).rows) == 30


@pytest.mark.parametrize("order", ["", "at", "-at", "nonsense"])
def test_either_end_of_the_ledger_is_read_by_its_index(user: Login, home: Path, order: str) -> None:
    write(home, *(evidence() for _ in range(3)))
    import_evidence()
    with CaptureQueriesContext(connection) as asked:
        rows = evidence_list(user("bureau"), EvidenceFilter(), order=order, size=2).rows
    (page,) = (one["sql"] for one in asked if 'ORDER BY "ledger_evidencerecord"."at"' in one["sql"])
    explain = "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            explain = "EXPLAIN"
            cursor.execute("SET LOCAL enable_seqscan = off")  # of three rows it would read them all
        cursor.execute(f"{explain} {page}")
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert "evidence_at" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan, plan
    assert [row.seq for row in rows] == ([1, 2] if order == "at" else [3, 2])


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_desk_look_ups_are_on_disk_when_recorded(town: Path, home: Path) -> None:
    receipt = record_use(evidence(consumer="desk:police", service="library:population"))
    lines = [json.loads(line) for file in ledger_folder(home).glob("desk-0/*.jsonl") for line in _lines(file)]
    assert [line["hash"] for line in lines] == [receipt.hash]
    close_desk()
    assert record_use(evidence()).seq == 2
