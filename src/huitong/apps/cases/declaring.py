"""Case types as declared: put and removed. Cases under way are never left where a new declaration knows no way."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import working_calendar
from huitong.apps.cases.clockwork import save_standing, settle_clocks
from huitong.apps.cases.models import Case, CaseType
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import cases
from huitong.engine.declarations.case_checks import check_case_type
from huitong.foundation import clock
from huitong.foundation.errors import Terminal


@transaction.atomic
def put_case_type(acting_user: User, *, spec: cases.CaseType) -> CaseType:
    """Create or change a case type. Clocks of open cases are brought to the new declaration.

    Raises:
        Terminal: ``case_types.*`` (see :func:`huitong.engine.declarations.case_checks.check_case_type`),
            ``cases.type_in_use`` when an open case stands in a state, or has parties, that would be gone.
    """
    check_case_type(spec)
    row = CaseType.objects.filter(code=spec.code).first() or CaseType(code=spec.code)
    before = row.as_spec() if row.pk else None
    if before is not None:
        _check_open_cases(row, before, spec)
    row.prefix, row.title, row.title_en = spec.prefix, spec.title, spec.title_en
    row.set_spec(spec)
    row.save()
    if before is not None and (before.clocks, before.states) != (spec.clocks, spec.states):
        _settle_open_cases(row, spec)
    record_audit(
        acting_user, action="cases.put_case_type", kind="case_type", target=spec.code, before=before, after=spec
    )
    return row


def _check_open_cases(row: CaseType, before: cases.CaseType, after: cases.CaseType) -> None:
    still_open = Case.objects.filter(type=row, closed_at=None)
    left = {state.name for state in after.states if state.turn}
    gone = [state.name for state in before.states if state.turn and state.name not in left]
    places = [f"{before.code}:{name}" for name in gone]
    parties = {party.name for party in before.parties} != {party.name for party in after.parties}
    stranded = still_open if parties else still_open.filter(place__in=places)
    if (gone or parties) and stranded.exists():
        raise Terminal("cases.type_in_use", case_type=before.code, count=stranded.count())


def _settle_open_cases(row: CaseType, spec: cases.CaseType) -> None:
    """Work grows with the open cases of the type."""
    today, calendar = clock.beijing_today(), working_calendar()
    for case in Case.objects.filter(type=row, closed_at=None).iterator(chunk_size=500):
        turn = spec.state(case.state).turn
        if turn != case.turn:
            party = case.participations.filter(name=turn).first()
            case.turn, case.turn_organisation = turn, party.organisation if party else None
        settle_clocks(case, spec, today=today, calendar=calendar)
        save_standing(case)


@transaction.atomic
def remove_case_type(acting_user: User, *, code: str) -> None:
    """Remove a case type of which there never was a case.

    Raises:
        Terminal: ``cases.type_in_use``: cases stay, and with them what says how they were handled.
    """
    row = CaseType.objects.get(code=code)
    count = Case.objects.filter(type=row).count()
    if count:
        raise Terminal("cases.type_in_use", case_type=code, count=count)
    before = row.as_spec()
    row.delete()
    record_audit(acting_user, action="cases.remove_case_type", kind="case_type", target=code, before=before)
