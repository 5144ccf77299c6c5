"""Exports of rows: what left the site as a file is in the audit ledger, masked though it was."""

from __future__ import annotations

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.collection.specs import RowsExport
from huitong.apps.ledger.services import record_audit


@transaction.atomic
def record_export(acting_user: User, *, export: RowsExport) -> None:
    """Keep that rows of a table were given out as a file. Call it before the first row leaves."""
    record_audit(acting_user, action="collection.export_rows", kind="rows", target=export.table, after=export)
