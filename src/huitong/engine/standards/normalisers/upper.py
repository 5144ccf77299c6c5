"""Letters become capitals."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

NORMALISER = Normaliser("upper", "转大写", "Upper case", lambda column: f"upper({column})")
