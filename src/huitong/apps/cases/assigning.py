"""Who takes part in a case, when that is found out on the way. For hooks: in the transaction of an action."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import Organisation
from huitong.apps.cases.clockwork import hand_over_clocks, save_standing
from huitong.apps.cases.entries import enter_parties
from huitong.apps.cases.models import Case, Participation
from huitong.foundation import clock

ONLOOKER = "onlooker"
"""Parties that take no turn: ``onlooker-<organisation>``."""


@transaction.atomic
def assign_party(case: Case, *, party: str, organisation: Organisation) -> None:
    """Make ``organisation`` the party, and if it is that party's turn, the one that must act."""
    case.participations.filter(name=party).update(organisation=organisation)
    hand_over_clocks(case, party=party, organisation=organisation.pk, today=clock.beijing_today(case.changed_at))
    if case.turn == party:
        case.turn_organisation, case.claimed_by = organisation, None
    save_standing(case)


@transaction.atomic
def add_onlooker(case: Case, *, organisation: Organisation) -> None:
    """Let an organisation read a case in which it takes no turn; doing it again changes nothing."""
    Case.objects.select_for_update().get(pk=case.pk)  # first, as whoever acts on it does
    name = f"{ONLOOKER}-{organisation.pk}"
    _, created = Participation.objects.get_or_create(case=case, name=name, defaults={"organisation": organisation})
    if created:
        enter_parties([case.pk])
