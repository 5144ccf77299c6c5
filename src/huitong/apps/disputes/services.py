"""Writes of disputes: raising one, and what a collection shows of it."""

from __future__ import annotations

import logging
import re

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, open_case
from huitong.apps.cases.titles import title_form
from huitong.apps.collection.models import Run
from huitong.apps.collection.selectors import the_lake
from huitong.apps.disputes.models import Dispute
from huitong.apps.disputes.sealing import digest_of_value, seal, unseal
from huitong.apps.disputes.specs import DisputeSpec
from huitong.apps.disputes.tracing import Trace, raw_value
from huitong.apps.disputes.wording import FIELD, ITEM, OPENED, kept_item
from huitong.apps.ledger.services import record_audit, record_use
from huitong.engine.evidence.record import Evidence, utc_text
from huitong.foundation import clock
from huitong.foundation.errors import HuitongError, Terminal

log = logging.getLogger(__name__)

CASE_TYPE = "dispute"
_TITLE = title_form(CASE_TYPE, "{} · {}", "{} · {}")
_NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?!\d)")


def open_dispute(acting_user: User, *, trace: Trace, doubt: str, statement: str) -> Case:
    """Send a doubt to the department that the value comes from.

    Evidence that the record was read is on disk before the case is opened: the data subject sees who doubted what.

    Args:
        trace: of the value, see :mod:`huitong.apps.disputes.tracing`.
        doubt: one of the case type's choices.
        statement: what speaks for it; without numbers of people.

    Raises:
        Terminal: ``disputes.unmasked`` when the statement holds an ID or telephone number; what
            :func:`huitong.apps.cases.services.open_case` raises.
    """
    if _NUMBERS.search(statement):
        raise Terminal("disputes.unmasked")
    with transaction.atomic():
        case = open_case(
            acting_user,
            case_type=CASE_TYPE,
            title=_TITLE.of(trace.item.title, trace.field_name),
            subject_kind="item",
            subject_key=trace.item.code,
            parties={"source": trace.item.provider.code},
            through=CASE_TYPE,
            data={
                "doubt": doubt,
                "statement": statement,
                FIELD: trace.field_name,
                ITEM: kept_item(trace.item.title, trace.item.code),
                "row": trace.shown_row[:200],
                "run": str(trace.run or ""),
                "subject": trace.shown_subject,
                "value": trace.kept_value[:200],
            },
        )
        Dispute.objects.create(
            case=case,
            item=trace.item.code,
            table=trace.item.table,
            column=trace.column,
            sealed_row=seal(trace.row),
            value_digest=trace.digest,
            subject=trace.subject,
            run=trace.run,
        )
        after = DisputeSpec(number=case.number, item=trace.item.code, column=trace.column, subject=trace.subject)
        record_audit(acting_user, action="disputes.open_dispute", kind="dispute", target=case.number, after=after)
        record_use(_evidence(acting_user, trace, case.number))
    return case


def _evidence(user: User, trace: Trace, number: str) -> Evidence:
    return Evidence(
        time=utc_text(clock.now()),
        consumer=f"desk:{user.organisation.code if user.organisation else ''}",
        service=f"item:{trace.item.code}",
        kind="look_up",
        purpose=OPENED,
        case=number,
        operator=user.login,
        subjects=(trace.subject,),
        fields=(trace.column,),
        asked=1,
        answered=1,
    )


def look_after_collection(run: Run) -> tuple[int, int]:
    """Close the disputes whose value a collection shows changed; send back those that it shows unchanged.

    Only collections begun after the department said it had corrected the value count. Doing it again does nothing.

    Returns:
        How many were closed and how many sent back.
    """
    if run.kind != Run.Kind.COLLECT or run.state != Run.State.DONE or run.item is None or run.started_at is None:
        return 0, 0
    waiting = Dispute.objects.filter(item=run.item.code, case__state="waiting", corrected_at__lt=run.started_at)
    rows = list(waiting.select_related("case"))
    shown = [_changed(row) for row in rows]
    for row, changed in zip(rows, shown, strict=True):
        action = "shown" if changed else "not_shown"
        try:
            act(system_user(), number=row.case.number, action=action, version=None, data={"seen_run": str(run.pk)})
        except HuitongError as error:  # somebody was faster; the next collection looks again
            log.warning("dispute %s not settled: %s", row.case.number, error)
    return sum(shown), len(shown) - sum(shown)


def _changed(row: Dispute) -> bool:
    key = unseal(row.sealed_row)
    with the_lake().reader() as con:
        value = raw_value(con, row.table, key, row.column)
    return digest_of_value(row.table, key, row.column, value) != row.value_digest


def note_corrected(acting_user: User, case: Case) -> None:  # noqa: ARG001 - a hook's signature
    """Remember when the department said it had corrected the value (a hook of the case)."""
    Dispute.objects.filter(case=case).update(corrected_at=clock.now())


def forget_row(acting_user: User, case: Case) -> None:  # noqa: ARG001 - a hook's signature
    """Forget which row it was about once the case is over (a hook of the case)."""
    Dispute.objects.filter(case=case).update(sealed_row="", value_digest="")
