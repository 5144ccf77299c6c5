"""Authorities and remits as declared: put and removed."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code
from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.demand.models import Authority, Remit
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import remits
from huitong.foundation.errors import Terminal


@transaction.atomic
def put_authority(acting_user: User, *, spec: remits.Authority) -> Authority:
    """Say which department answers for a data element.

    Raises:
        Terminal: ``people.not_found`` when element or organisation is unknown.
    """
    element = elements_by_name([spec.element]).get(spec.element)
    if element is None:
        raise Terminal("people.not_found", kind="data element", code=spec.element)
    row = Authority.objects.filter(element=element).first() or Authority(element=element)
    before = row.as_spec() if row.pk else None
    row.organisation, row.identifier = organisation_by_code(spec.organisation), spec.identifier
    row.set_spec(spec)
    row.save()
    record_audit(
        acting_user, action="demand.put_authority", kind="authority", target=spec.element, before=before, after=spec
    )
    return row


@transaction.atomic
def remove_authority(acting_user: User, *, code: str) -> None:
    """Take back that a department answers for an element."""
    row = Authority.objects.get(element__name=code)
    before = row.as_spec()
    row.delete()
    record_audit(acting_user, action="demand.remove_authority", kind="authority", target=code, before=before)


@transaction.atomic
def put_remit(acting_user: User, *, spec: remits.Remit) -> Remit:
    """Say in words what a department is for.

    Raises:
        Terminal: ``people.not_found`` when the organisation is unknown.
    """
    organisation = organisation_by_code(spec.organisation)
    row = Remit.objects.filter(organisation=organisation).first() or Remit(organisation=organisation)
    before = row.as_spec() if row.pk else None
    row.set_spec(spec)
    row.save()
    record_audit(
        acting_user, action="demand.put_remit", kind="remit", target=spec.organisation, before=before, after=spec
    )
    return row


@transaction.atomic
def remove_remit(acting_user: User, *, code: str) -> None:
    """Forget what a department is for."""
    row = Remit.objects.get(organisation__code=code)
    before = row.as_spec()
    row.delete()
    record_audit(acting_user, action="demand.remove_remit", kind="remit", target=code, before=before)
