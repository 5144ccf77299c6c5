"""Sources as declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code, system_by_code
from huitong.apps.catalog.selectors import items_of_source
from huitong.apps.collection.models import Source
from huitong.apps.collection.places import shown_location
from huitong.apps.collection.specs import SourceState
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import sources
from huitong.foundation.errors import Terminal


@transaction.atomic
def put_source(acting_user: User, *, spec: sources.Source) -> Source:
    """Create or change a source.

    Raises:
        Terminal: ``people.not_found`` when organisation or system is unknown.
    """
    row = Source.objects.filter(code=spec.code).first() or Source(code=spec.code)
    before = _state(row.as_spec()) if row.pk else None
    row.title, row.kind, row.shown = spec.title, spec.kind, shown_location(spec.location)
    row.organisation = organisation_by_code(spec.organisation)
    row.system = system_by_code(spec.system) if spec.system else None
    row.set_spec(spec)
    row.save()
    record_audit(
        acting_user, action="collection.put_source", kind="source", target=spec.code, before=before, after=_state(spec)
    )
    return row


@transaction.atomic
def remove_source(acting_user: User, *, code: str) -> None:
    """Remove a source that no item is linked to.

    Raises:
        Terminal: ``collection.source_in_use`` names items that are.
    """
    linked = items_of_source(code)
    if linked:
        raise Terminal("collection.source_in_use", source=code, items="、".join(linked[:5]))
    row = Source.objects.get(code=code)
    row.delete()
    record_audit(
        acting_user, action="collection.remove_source", kind="source", target=code, before=_state(row.as_spec())
    )


@transaction.atomic
def bind_variables(
    *, codes: Iterable[str], variables: Mapping[str, str], defaults: Mapping[str, str] | None = None
) -> None:
    """Say what ``${NAME}`` stands for in the locations of some sources, beside what has been said before.

    Args:
        variables: for this installation; a value stays until another is given.
        defaults: of the sources' pack, where this installation says nothing.
    """
    for row in Source.objects.filter(code__in=tuple(codes)):
        row.variables = {**row.variables, **variables}
        row.defaults = {**row.defaults, **(defaults or {})}
        row.save(update_fields=["variables", "defaults"])


def _state(spec: sources.Source) -> SourceState:
    return SourceState(
        code=spec.code,
        title=spec.title,
        organisation=spec.organisation,
        kind=spec.kind,
        shown=shown_location(spec.location),
    )
