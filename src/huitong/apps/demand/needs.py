"""What lists and figures read of a case, kept up as the case moves, in the same transaction."""

from __future__ import annotations

from huitong.apps.accounts.models import User
from huitong.apps.cases.answered import answer_time
from huitong.apps.cases.models import Case
from huitong.apps.catalog.selectors import items_by_code
from huitong.apps.demand.models import Need
from huitong.apps.sharing.models import Service
from huitong.foundation import clock

OUTCOMES = {
    "granted": Need.Outcome.GRANTED,
    "fulfilled": Need.Outcome.FULFILLED,
    "refused": Need.Outcome.REFUSED,
    "closed": Need.Outcome.REFUSED,
    "withdrawn": Need.Outcome.WITHDRAWN,
}
ANSWERS = (Need.Outcome.GRANTED, Need.Outcome.FULFILLED, Need.Outcome.REFUSED)


def note_need(user: User, case: Case) -> None:  # noqa: ARG001 - a hook
    """Bring the need of a case to where the case stands; the first answer sets its days once for all."""
    parties = {one.name: one.organisation_id for one in case.participations.all()}
    need = Need.objects.filter(case=case).first() or _opened(case, parties)
    need.outcome = OUTCOMES.get(case.state, "")
    if need.kind == Need.Kind.DEMAND:  # an application is answered by whose data it is about
        need.provider_id = parties["provider"] or need.provider_id
    if case.state == "fulfilled":
        need.item = items_by_code([str(case.data["item"])]).get(str(case.data["item"]))
    if need.outcome in ANSWERS and need.answered_on is None:
        took = answer_time(case)
        need.answered_on, need.days, need.in_time = clock.beijing_today(), took.days, took.in_time
    need.save()


def _opened(case: Case, parties: dict[str, int | None]) -> Need:
    need = Need(case=case, kind=case.type.code, opened_on=clock.beijing_today(case.opened_at))
    need.applicant_id = parties["applicant"] or 0
    if case.subject_kind == "service":
        need.service = Service.objects.filter(code=case.subject_key).first()
    elif case.subject_kind == "item":
        need.item = items_by_code([case.subject_key]).get(case.subject_key)
    holder = need.service or need.item
    need.provider_id = holder.provider_id if holder else parties["provider"] or 0
    return need
