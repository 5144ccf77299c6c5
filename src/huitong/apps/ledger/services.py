"""Writes of the ledgers."""

from __future__ import annotations

from huitong.apps.ledger.audit import audit_entry, record_audit, request_scope

__all__ = ["audit_entry", "record_audit", "request_scope"]
