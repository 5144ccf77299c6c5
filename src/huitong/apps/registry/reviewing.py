"""What the bureau's review of an IT project does: the hooks of the case type ``it_project``."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases import registry
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import add_onlooker
from huitong.apps.ledger.services import record_audit
from huitong.apps.registry.models import Project
from huitong.apps.registry.selectors import project_of_case
from huitong.apps.registry.services import CASE_TYPE, require_ready
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number


def register() -> None:
    """Tell the case engine what a review is about and what its states mean for the project."""
    registry.subject_link("project", _subject)
    registry.may_open(CASE_TYPE, _may_be_reviewed)
    registry.guard(CASE_TYPE, "cut", _is_less)
    for state in ("review", "asked", "approved", "cut", "rejected", "withdrawn"):
        registry.on_entering(CASE_TYPE, state, _follow)


def _subject(viewer: Viewer, key: str) -> registry.Link | None:
    row = Project.objects.visible_to(viewer).filter(pk=whole_number(key) or 0).first()
    return registry.Link(str(row), reverse("registry:project", args=[row.pk])) if row else None


def _may_be_reviewed(user: User, opening: registry.Opening) -> None:
    """Only its keeper sends a project to the bureau, complete, and once."""
    number = whole_number(opening.subject_key) if opening.subject_kind == "project" else None
    if number is None:
        raise Terminal("people.not_found", kind="project", code=opening.subject_key)
    require_ready(user, number)


def _is_less(user: User, case: Case, data: Mapping[str, object]) -> None:  # noqa: ARG001 - the registry's signature
    row = project_of_case(case)
    amount = data.get("approved_amount")
    if not isinstance(amount, int | float) or amount >= row.asked:
        raise Terminal("registry.not_less", asked=f"{row.asked:,}")


def _follow(user: User, case: Case) -> None:
    """Let the project stand as its review does, with the money that was decided."""
    if case.version == 1:
        _begin(case)
    row = project_of_case(case)
    row.state = case.state
    if case.state == Project.State.APPROVED:
        row.approved = row.asked
    elif case.state == Project.State.CUT:
        row.approved = round(float(str(case.data["approved_amount"])))
    elif case.state == Project.State.REJECTED:
        row.approved = 0
    row.save()
    if row.approved is not None:
        record_audit(user, action="registry.decide_project", kind="project", target=str(row.pk), after=row.as_spec())


def _begin(case: Case) -> None:
    """Make a case just opened the project's review, and nothing else; those whose project it is read it.

    The bureau, a superior organisation or an officer with a second post may have sent it, and are its applicant.
    """
    Project.objects.filter(pk=whole_number(case.subject_key) or 0).update(case=case.number)
    owner = project_of_case(case).organisation
    if not case.participations.filter(organisation=owner).exists():
        add_onlooker(case, organisation=owner)
