"""Writes of the ledgers."""

from __future__ import annotations

from huitong.apps.ledger.audit import audit_entry, record_audit, request_scope
from huitong.apps.ledger.desk import close_desk, record_use
from huitong.apps.ledger.importing import forget_imported_evidence, import_evidence
from huitong.apps.ledger.owners import Owners, register_owners

__all__ = [
    "Owners",
    "audit_entry",
    "close_desk",
    "forget_imported_evidence",
    "import_evidence",
    "record_audit",
    "record_use",
    "register_owners",
    "request_scope",
]
