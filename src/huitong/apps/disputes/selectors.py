"""Reads of disputes."""

from __future__ import annotations

from django.utils import timezone

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import scope_of
from huitong.apps.disputes.sealing import read_token
from huitong.apps.disputes.specs import DoubtedValue
from huitong.apps.disputes.tracing import Trace, trace_of_library, trace_of_table
from huitong.apps.libraries.selectors import access_library, library_of_table
from huitong.apps.libraries.services import MAY_LOOK_UP
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.selectors import access_service
from huitong.foundation.errors import Terminal


def trace_of_token(viewer: User, token: str) -> Trace:
    """Trace a value that the reader looked up.

    Raises:
        Terminal: ``people.not_allowed``, ``people.not_found``, ``disputes.token_broken``, ``disputes.no_trace``.
    """
    if not viewer.has_role(*MAY_LOOK_UP):
        raise Terminal("people.not_allowed", login=viewer.login)
    library, key, attribute = read_token(token)
    return trace_of_library(access_library(viewer, library).as_spec(), key, attribute)


def may_doubt(viewer: User, service: str) -> bool:
    """Tell whether one's organisation gets answers of a service now, and may therefore doubt them."""
    today = timezone.localdate()
    return any(
        (grant.valid_from is None or grant.valid_from <= today) and (grant.valid_to is None or grant.valid_to >= today)
        for grant in Grant.objects.filter(
            service__code=service, state=Grant.State.ACTIVE, app__organisation__in=scope_of(viewer).organisations
        )
    )


def trace_of_service(viewer: User, *, service: str, key: str, field: str) -> Trace:
    """Trace a value that a consumer app got from a service.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the organisation holds a grant in force,
            ``disputes.no_trace``.
    """
    row: Service = access_service(viewer, service)
    spec = row.as_spec()
    if not may_doubt(viewer, service) or field not in spec.fields:
        raise Terminal("people.not_allowed", login=viewer.login)
    schema, _, name = spec.table.partition(".")
    library = library_of_table(name) if schema == "base" else None
    if library is not None:
        return trace_of_library(library.as_spec(), key, field)
    return trace_of_table(name, spec.key, key, field)


def doubted(trace: Trace) -> DoubtedValue:
    """Return a trace as a form may show it."""
    return DoubtedValue(
        item=trace.item.code,
        item_title=trace.item.shown_title,
        provider_title=trace.item.provider.shown_short,
        field_title=trace.field_title,
        subject=trace.shown_subject,
        value=trace.shown_value,
        row=trace.shown_row,
        run=trace.run,
        collected_at=trace.collected_at,
    )
