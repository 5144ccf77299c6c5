"""What people have been at in the town before the guide's pictures are taken and the tour is walked."""

from __future__ import annotations

from msgspec.structs import replace
from tests.apps.assessing import NOW
from tests.apps.demand_town import apply_for, demand_of, step
from tests.apps.test_disputes import raised
from tests.apps.test_registry import SPEC
from tests.apps.town import CITIZEN

from huitong.apps.accounts.models import User
from huitong.apps.assessment.services import freeze_quarter, publish_quarter
from huitong.apps.catalog.drafting import draft_change
from huitong.apps.demand.services import start_draft
from huitong.apps.ledger.services import import_evidence
from huitong.apps.libraries.services import look_up
from huitong.apps.registry.services import save_project, submit_project


def furnish() -> None:
    """Applications, a demand, IT projects at several stages, drafts, a look-up, a dispute, a published quarter."""
    users = {login: User.objects.get(login=login) for login in ("hr", "developer", "bureau", "police")}
    apply_for(users["developer"])
    step(users["bureau"], apply_for(users["hr"]), "pass_on", comment="用途明确，依据充分")
    demand_of(users["hr"])
    draft_change(users["police"], code="POLICE-01")
    look_up(users["police"], library="population", key=CITIZEN, purpose="办理群众或企业申请的事项", case="GA-0001")
    start_draft(users["developer"], subject_kind="service", subject_key="resident", steps={})
    save_project(users["hr"], spec=SPEC)
    submit_project(users["hr"], project_id=save_project(users["hr"], spec=replace(SPEC, title="补贴发放系统")).pk)
    raised(users["police"])
    import_evidence()
    freeze_quarter(users["bureau"], quarter=NOW.previous.code)
    publish_quarter(users["bureau"], quarter=NOW.previous.code)
