"""Demands for data that no catalog item offers: filed, joined, routed, ended in an item or a reasoned no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec
from django.db import transaction

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import organisation_by_code, working_calendar
from huitong.apps.accounts.services import system_user
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, add_onlooker, assign_party, open_case
from huitong.apps.catalog.selectors import item_by_code
from huitong.apps.demand.models import Joiner, Need
from huitong.apps.demand.specs import Joined, Wanted
from huitong.apps.ledger.services import record_audit
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

CASE_TYPE = "demand"
APPLICANTS = ("data_officer", "developer", "bureau")
CONTEST_DAYS = 10
"""Working days within which a refusal may be contested."""


def file_demand(acting_user: User, *, title: str, wanted: Wanted) -> Case:
    """Ask for data that nobody offers yet.

    Raises:
        Terminal: ``people.not_allowed`` unless the user is a data officer or developer, ``cases.answer_*``.
    """
    data = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in msgspec.structs.asdict(wanted).items()
    }
    return open_case(acting_user, case_type=CASE_TYPE, title=title, data=data)


@transaction.atomic
def join_demand(acting_user: User, *, number: str, matter: str) -> Need:
    """Say that one's department needs the same: it may read the demand from now on, and is told what comes of it.

    Whoever works for an organisation may know that a demand was filed; the list of like demands says so.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``demand.over``, ``demand.joined_already``,
            ``demand.matter_missing``.
    """
    need = Need.objects.select_related("case").filter(case__number=number, kind=Need.Kind.DEMAND).first()
    if need is None:
        raise Terminal("people.not_found", kind="demand", code=number)
    organisation = acting_user.organisation
    if organisation is None or not acting_user.acts_for(organisation.pk, APPLICANTS):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if not matter.strip():
        raise Terminal("demand.matter_missing", number=number)
    if need.outcome:
        raise Terminal("demand.over", number=number)
    _, created = Joiner.objects.get_or_create(
        need=need,
        organisation=organisation,
        defaults={"user": acting_user, "matter": matter.strip()[:200], "at": clock.now()},
    )
    if not created or need.applicant_id == organisation.pk:
        raise Terminal("demand.joined_already", number=number)
    add_onlooker(need.case, organisation=organisation)
    after = Joined(number=number, organisation=organisation.code, matter=matter.strip()[:200])
    record_audit(acting_user, action="demand.join_demand", kind="need", target=number, after=after)
    return need


def check_department(user: User, case: Case, answers: Mapping[str, object]) -> None:  # noqa: ARG001 - a guard
    """A demand goes to an organisation in which somebody answers.

    Raises:
        Terminal: ``people.not_found``, ``demand.nobody_there``.
    """
    organisation = organisation_by_code(str(answers.get("department", "")))
    staffed = organisation.memberships.filter(role__in=("data_officer", "bureau"), user__is_active=True).exists()
    if not staffed:
        raise Terminal("demand.nobody_there", organisation=organisation.shown_short)


def route_demand(user: User, case: Case) -> None:  # noqa: ARG001 - a hook
    """Make the department that the bureau chose the one that must answer."""
    assign_party(case, party="provider", organisation=organisation_by_code(str(case.data["department"])))


def check_item(user: User, case: Case, answers: Mapping[str, object]) -> None:
    """A demand ends in an item that is published and may be applied for; the department's own, unless the bureau says.

    Raises:
        Terminal: ``people.not_found``, ``demand.item_not_ready``, ``demand.not_your_item``.
    """
    item = item_by_code(str(answers.get("item", "")))
    if item.state != "published" or item.sharing_type == "none":
        raise Terminal("demand.item_not_ready", item=item.shown_title)
    if not user.has_role("bureau") and item.provider_id not in user.answers_in("data_officer"):
        raise Terminal("demand.not_your_item", item=item.shown_title, number=case.number)


def lapse_refusals(today: dt.date | None = None) -> int:
    """Close refusals that were not contested in :data:`CONTEST_DAYS`; return how many. Twice does nothing."""
    today = today or clock.beijing_today()
    calendar = working_calendar()
    refused = Need.objects.filter(case__state="refused", case__closed_at=None).select_related("case")
    done = 0
    for need in refused:
        begun = clock.beijing_today(need.case.changed_at)
        if calendar.add_working_days(begun, CONTEST_DAYS).day < today:
            act(system_user(), number=need.case.number, action="lapse", version=None)
            done += 1
    return done


def department_of(user: User) -> Organisation | None:
    """Return the organisation that a user applies for; None for who may not."""
    organisation = user.organisation
    return organisation if organisation is not None and user.acts_for(organisation.pk, APPLICANTS) else None
