"""Letters become small."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

NORMALISER = Normaliser("lower", "转小写", "Lower case", lambda column: f"lower({column})")
