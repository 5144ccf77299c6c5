"""Only the digits stay: for account numbers written in groups."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

NORMALISER = Normaliser(
    "digits", "只保留数字", "Keep digits only", lambda column: f"regexp_replace({column}, '[^0-9]+', '', 'g')"
)
