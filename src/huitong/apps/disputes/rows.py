"""The doubted row in clear, for the data officers of the department whose row it is: to find it at the source."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.cases.models import Case
from huitong.apps.cases.registry import PageStep
from huitong.apps.cases.selectors import access_case
from huitong.apps.catalog.selectors import elements_by_name, item_by_code
from huitong.apps.collection.selectors import the_lake
from huitong.apps.disputes.models import Dispute
from huitong.apps.disputes.sealing import unseal
from huitong.apps.disputes.specs import DisputeSpec, SourceColumn, SourceRow
from huitong.apps.disputes.tracing import field_title
from huitong.apps.disputes.wording import CHECKED
from huitong.apps.ledger.services import record_audit, record_use
from huitong.engine.declarations.items import ItemField
from huitong.engine.evidence.record import Evidence, utc_text
from huitong.engine.lake.names import KEY, ident, table
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

OFFICERS = ("data_officer",)


def show_row(acting_user: User, *, number: str) -> SourceRow:
    """Return the row that a dispute is about: the columns that the source finds it by, and the doubted one.

    Evidence and audit are written before the row is returned: the data subject sees who looked, and for what.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user is a data officer of the source
            department itself, ``disputes.row_forgotten`` once the dispute is over, ``disputes.row_gone``.
    """
    case = access_case(acting_user, number)
    found = Dispute.objects.filter(case=case).first()
    if found is None:
        raise Terminal("people.not_found", kind="dispute", code=number)
    source = _source_of(acting_user, case)
    if source is None:
        raise Terminal("people.not_allowed", login=acting_user.login)
    if not found.sealed_row:
        raise Terminal("disputes.row_forgotten", number=number)
    columns = _columns(found)
    with transaction.atomic():
        after = DisputeSpec(number=number, item=found.item, column=found.column, subject=found.subject)
        record_audit(acting_user, action="disputes.show_row", kind="dispute", target=number, after=after)
        record_use(_evidence(acting_user, source, found, number, tuple(one.name for one in columns)))
    title = item_by_code(found.item).shown_title
    return SourceRow(number=number, item=found.item, item_title=title, columns=columns, run=found.run)


def may_see_row(user: User, case: Case) -> bool:
    """Tell whether ``user`` is a data officer of exactly the department that the value comes from."""
    return _source_of(user, case) is not None


def _source_of(user: User, case: Case) -> Organisation | None:
    """The department that the value comes from, for its own data officers, whose main post may be elsewhere."""
    party = case.participations.select_related("organisation").filter(name="source").first()
    source = party.organisation if party else None
    return source if source is not None and user.acts_for(source.pk, OFFICERS) else None


def offered_row(user: User, case: Case) -> PageStep | None:
    """Offer the row on the page of its dispute (registered with the case engine)."""
    open_one = case.closed_at is None and Dispute.objects.filter(case=case).exclude(sealed_row="").exists()
    if not open_one or not may_see_row(user, case):
        return None
    note = gettext("显示查找这条记录所需的项目；本次查看会留下存证，当事人可以看到。")
    return PageStep(gettext("查看来源行"), reverse("disputes:source_row", args=[case.number]), note)


def _columns(row: Dispute) -> tuple[SourceColumn, ...]:
    spec = item_by_code(row.item).as_spec()
    link = spec.link
    with the_lake().reader() as con:
        known = con.execute(f"SELECT * FROM {table('raw', row.table)} LIMIT 0").description or []
        there = [str(one[0]) for one in known]
        names = [name for name in (*(link.key if link else ()), row.column) if name in there]
        names = list(dict.fromkeys(names))
        wanted = ", ".join(f"CAST({ident(name)} AS VARCHAR)" for name in names)
        found = con.execute(
            f"SELECT {wanted} FROM {table('raw', row.table)} WHERE {ident(KEY)} = ?", [unseal(row.sealed_row)]
        ).fetchone()
    if found is None:
        raise Terminal("disputes.row_gone", number=row.case.number)
    titles = _titles(spec.fields)
    return tuple(
        SourceColumn(name, titles.get(name, ""), value or "", name == row.column)
        for name, value in zip(names, found, strict=True)
    )


def _titles(fields: Sequence[ItemField]) -> dict[str, str]:
    """What the columns of the source are called, where fields are bound to them. One query."""
    elements = elements_by_name(one.element for one in fields)
    return {one.column: field_title(one, elements.get(one.element)) for one in fields}


def _evidence(user: User, source: Organisation, row: Dispute, number: str, columns: tuple[str, ...]) -> Evidence:
    return Evidence(
        time=utc_text(clock.now()),
        consumer=f"desk:{source.code}",
        service=f"item:{row.item}",
        kind="look_up",
        purpose=CHECKED,
        case=number,
        operator=user.login,
        subjects=(row.subject,),
        fields=columns,
        asked=1,
        answered=1,
    )
