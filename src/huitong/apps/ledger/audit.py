"""Audit entries: one in the same transaction as every change somebody makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import transaction

from huitong.apps.declared import stored
from huitong.apps.ledger.models import AuditEntry
from huitong.engine.declarations.spec import Spec

if TYPE_CHECKING:
    from huitong.apps.accounts.models import User

_request: ContextVar[str] = ContextVar("huitong_request", default="")


@contextmanager
def request_scope(name: str) -> Iterator[None]:
    """Name the request (or command, or task) that audit entries written inside belong to."""
    token = _request.set(name)
    try:
        yield
    finally:
        _request.reset(token)


def audit_entry(
    acting_user: User,
    *,
    action: str,
    kind: str,
    target: str,
    before: Spec | None = None,
    after: Spec | None = None,
) -> AuditEntry:
    """Build an entry without saving it, for services that write many at once."""
    return AuditEntry(
        user_id=acting_user.pk,
        login=acting_user.login,
        organisation_id=acting_user.organisation_id,
        action=action,
        target_kind=kind,
        target=target,
        before=stored(before) if before is not None else None,
        after=stored(after) if after is not None else None,
        request=_request.get(),
    )


def record_audit(
    acting_user: User,
    *,
    action: str,
    kind: str,
    target: str,
    before: Spec | None = None,
    after: Spec | None = None,
) -> AuditEntry:
    """Write the entry of a change, inside the change's own transaction.

    Args:
        acting_user: who decided.
        action: ``<app>.<verb>_<noun>``, the service's name.
        kind: what was changed, e.g. ``grant``; with ``target``, its code, it names the object.
        before: what it was, None when it is new.
        after: what it is, None when it is gone.

    Raises:
        TransactionManagementError: called outside a transaction; then the entry could outlive a failed change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry is written in the transaction of its change")
    entry = audit_entry(acting_user, action=action, kind=kind, target=target, before=before, after=after)
    entry.save(force_insert=True)
    return entry
