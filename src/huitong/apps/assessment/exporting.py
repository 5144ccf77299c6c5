"""Facts that leave the platform: who took which is kept."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.assessment.models import Quarter
from huitong.apps.assessment.specs import FactsTaken
from huitong.apps.ledger.services import record_audit


@transaction.atomic
def export_facts(
    acting_user: User, *, quarter: Quarter, organisations: Collection[str] | None, table: str = ""
) -> None:
    """Audit that somebody takes a quarter's facts away, before they are given.

    Args:
        quarter: one that the user may see, with facts that they may take.
        organisations: codes of those whose facts they are; None for everybody's.
        table: the one that is taken, "" for all in a bundle.
    """
    taken = FactsTaken(quarter=quarter.code, organisations="、".join(sorted(organisations or ())), table=table)
    record_audit(acting_user, action="assessment.export_facts", kind="quarter", target=quarter.code, after=taken)
