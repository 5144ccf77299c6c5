"""In whose queues a case stands: of each party, and of every organisation above one.

Kept as rows, so that whoever is above sixty departments reads a queue from one index as each of them does.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from huitong.apps.accounts.models import Organisation
from huitong.apps.cases.models import Case, Participation, QueueEntry

BATCH = 2_000
"""Cases whose entries are made anew at once."""


def enter_queues(cases: Iterable[Case]) -> None:
    """Make the entries of these cases, locked, what their parties and their standing say. Cost: the cases' parties."""
    standing = {case.pk: case for case in cases}
    _enter(standing)
    for case in standing.values():
        QueueEntry.objects.filter(case=case).update(**_standing(case))


def enter_parties(cases: Iterable[int]) -> None:
    """Put these cases into the queues of their parties and of those above, and out of any others'; where they stand is
    left as it is. Locks them until the transaction ends, for whoever acts on them meanwhile moves them.
    """
    rows = Case.objects.select_for_update().filter(pk__in=cases).order_by("pk")
    _enter({case.pk: case for case in rows})


def _enter(standing: dict[int, Case]) -> None:
    wanted = _wanted(standing)
    known = {(one.case_id, one.organisation_id): one for one in QueueEntry.objects.filter(case__in=standing)}
    gone = [one.pk for key, one in known.items() if key not in wanted]
    if gone:
        QueueEntry.objects.filter(pk__in=gone).delete()
    new = [
        QueueEntry(case_id=case, organisation_id=organisation, **_standing(standing[case]))
        for case, organisation in sorted(wanted - known.keys())
    ]
    QueueEntry.objects.bulk_create(new, ignore_conflicts=True)


def _standing(case: Case) -> dict[str, object]:
    return {
        "type_id": case.type_id,
        "place": case.place,
        "sort_on": case.sort_on,
        "closed": case.closed_at is not None,
        "escalated": case.escalated,
    }


def _wanted(standing: dict[int, Case]) -> set[tuple[int, int]]:
    parties = Participation.objects.filter(case__in=standing).exclude(organisation=None)
    rows = list(parties.values_list("case", "organisation__path"))
    codes = {code for _, path in rows for code in path.strip("/").split("/")}
    ids = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))
    return {(case, ids[code]) for case, path in rows for code in path.strip("/").split("/")}


def reenter_queues(organisation: Organisation) -> None:
    """Enter the cases of an organisation, and of those below it, anew: it has another superior. In one transaction."""
    parties = Participation.objects.filter(organisation__path__startswith=organisation.path)
    ids = sorted(set(parties.values_list("case", flat=True)))
    with transaction.atomic():
        for at in range(0, len(ids), BATCH):
            enter_parties(ids[at : at + BATCH])
