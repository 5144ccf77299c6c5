"""Writes of the registry: systems and contacts as their owners keep them, and IT projects up to their review."""

from __future__ import annotations

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from huitong.apps.accounts.models import Organisation, System, User
from huitong.apps.accounts.selectors import organisation_by_code, require_bureau
from huitong.apps.accounts.services import put_organisation, put_system
from huitong.apps.cases.services import open_case
from huitong.apps.declared import stored
from huitong.apps.ledger.services import record_audit
from huitong.apps.registry.models import Project
from huitong.apps.registry.selectors import access_project, access_system, may_register_for
from huitong.engine.declarations import people, projects
from huitong.foundation.errors import Terminal

CASE_TYPE = "it_project"
ENDED = ("retired", "merged")
_BUREAU = "bureau"


@transaction.atomic
def register_system(acting_user: User, *, spec: people.System) -> System:
    """Register a system, or change its record.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user keeps the owner's register,
            ``registry.successor_missing`` for a merged system, ``registry.succession_cycle``,
            ``registry.system_linked`` when a system ends to which items are still linked.
    """
    require_keeper(acting_user, organisation_by_code(spec.organisation))
    known = System.objects.filter(code=spec.code).first()
    if known is not None:
        require_keeper(acting_user, known.organisation)
    if spec.state == "merged" and not spec.successor:
        raise Terminal("registry.successor_missing", system=spec.title)
    _check_succession(spec)
    linked = known.items.current().linked().values_list("code", flat=True)[:5] if known else ()
    if spec.state in ENDED and linked:
        raise Terminal("registry.system_linked", system=spec.title, items="、".join(linked))
    return put_system(acting_user, spec=spec)


def _check_succession(spec: people.System) -> None:
    followed = {spec.code}
    code = spec.successor
    while code:
        if code in followed:
            raise Terminal("registry.succession_cycle", system=spec.title, successor=spec.successor)
        followed.add(code)
        code = System.objects.filter(code=code).values_list("successor__code", flat=True).first() or ""


@transaction.atomic
def register_organisation(acting_user: User, *, spec: people.Organisation) -> Organisation:
    """Register an organisation, or change its place in the tree; what is below it moves along.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it, ``people.not_found`` for an unknown superior,
            ``accounts.organisation_cycle``, ``registry.second_root`` for another organisation without a superior,
            ``registry.second_bureau``, ``registry.last_bureau``.
    """
    require_bureau(acting_user)
    others = Organisation.objects.exclude(code=spec.code)
    if not spec.superior and others.filter(superior=None).exists():
        raise Terminal("registry.second_root", title=spec.title)
    _check_bureau(spec, others)
    return put_organisation(acting_user, spec=spec)


def _check_bureau(spec: people.Organisation, others: QuerySet[Organisation]) -> None:
    """Reviews, reminders and disputes go to the bureau: there is one, and a change of kind never takes it away."""
    was = Organisation.objects.filter(code=spec.code, kind=_BUREAU).exists()
    other = others.filter(kind=_BUREAU).first()
    if spec.kind == _BUREAU and not was and other is not None:
        raise Terminal("registry.second_bureau", title=spec.title, bureau=other.title)
    if spec.kind != _BUREAU and was and other is None:
        raise Terminal("registry.last_bureau", title=spec.title)


@transaction.atomic
def set_contacts(
    acting_user: User,
    *,
    organisation: str,
    chief_data_officer: people.Contact | None,
    liaisons: tuple[people.Contact, ...],
) -> Organisation:
    """Record who answers for an organisation's data.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the user keeps the organisation's register.
    """
    row = organisation_by_code(organisation)
    require_keeper(acting_user, row)
    spec = msgspec.structs.replace(row.as_spec(), chief_data_officer=chief_data_officer, liaisons=liaisons)
    return put_organisation(acting_user, spec=spec)


def require_keeper(user: User, organisation: Organisation) -> None:
    """Refuse who does not keep the register of an organisation.

    Raises:
        Terminal: ``people.not_allowed``.
    """
    if not may_register_for(user, organisation):
        raise Terminal("people.not_allowed", login=user.login)


@transaction.atomic
def save_project(acting_user: User, *, spec: projects.Project, project_id: int | None = None) -> Project:
    """Begin a project, or keep what has been written of one that is not in review; one that was asked about may be
    completed before it is answered.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``registry.project_closed``.
    """
    organisation = organisation_by_code(spec.organisation)
    require_keeper(acting_user, organisation)
    row = _editable(acting_user, project_id) if project_id else Project(created_by=acting_user)
    row.organisation = organisation
    row.title, row.title_en, row.asked = spec.title, spec.title_en, spec.asked
    row.system = access_system(acting_user, spec.system) if spec.system else None
    row.spec = stored(spec)
    row.save()
    record_audit(acting_user, action="registry.save_project", kind="project", target=str(row.pk), after=spec)
    return row


@transaction.atomic
def submit_project(acting_user: User, *, project_id: int) -> Project:
    """Send a project to the bureau.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``, ``registry.project_closed``,
            ``registry.project_incomplete`` names what is missing, above all the data it will share.
    """
    row = access_project(acting_user, project_id)
    open_case(acting_user, case_type=CASE_TYPE, title=row.title, subject_kind="project", subject_key=str(row.pk))
    row.refresh_from_db()
    record_audit(acting_user, action="registry.submit_project", kind="project", target=str(row.pk), after=row.as_spec())
    return row


def require_ready(user: User, project_id: int) -> Project:
    """Return a project that its keeper may send to the bureau now, locked: it goes into one review.

    Raises:
        Terminal: as :func:`submit_project`.
    """
    row = _editable(user, project_id)
    row = Project.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=row.pk)
    if row.state != Project.State.EDITING:
        raise Terminal("registry.project_closed", title=row.title)
    missing = missing_parts(row.as_spec())
    if missing:
        raise Terminal("registry.project_incomplete", title=row.title, parts="、".join(missing))
    return row


def missing_parts(spec: projects.Project) -> list[str]:
    """Name the parts without which a project is not reviewed."""
    parts = {
        gettext("建设内容"): spec.purpose.strip(),
        gettext("申报金额"): spec.asked,
        gettext("要共享的数据"): spec.shares,
    }
    return [name for name, value in parts.items() if not value]


def _editable(user: User, project_id: int) -> Project:
    row = access_project(user, project_id)
    require_keeper(user, row.organisation)
    if row.state not in (Project.State.EDITING, Project.State.ASKED):
        raise Terminal("registry.project_closed", title=row.title)
    return row
