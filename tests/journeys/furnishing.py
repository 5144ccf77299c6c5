"""What people have been at in the town before the guide's pictures are taken and the tour is walked."""

from __future__ import annotations

from tests.apps.assessing import NOW
from tests.apps.demand_town import apply_for, demand_of, step
from tests.apps.town import CITIZEN

from huitong.apps.accounts.models import User
from huitong.apps.assessment.services import freeze_quarter, publish_quarter
from huitong.apps.catalog.drafting import draft_change
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries.services import look_up


def furnish() -> None:
    """Applications and a demand at several stages, a change being drafted, a look-up, a published quarter."""
    users = {login: User.objects.get(login=login) for login in ("hr", "developer", "bureau", "police")}
    apply_for(users["developer"])
    step(users["bureau"], apply_for(users["hr"]), "pass_on", comment="用途明确，依据充分")
    demand_of(users["hr"])
    draft_change(users["police"], code="POLICE-01")
    look_up(users["police"], library="population", key=CITIZEN, purpose="办理群众或企业申请的事项", case="GA-0001")
    import_evidence()
    freeze_quarter(users["bureau"], quarter=NOW.previous.code)
    publish_quarter(users["bureau"], quarter=NOW.previous.code)
