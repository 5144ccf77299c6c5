"""Empty text becomes NULL, and nothing else: for fields where 无 is an answer."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

NORMALISER = Normaliser("empty", "空文本转为空", "Empty text becomes NULL", lambda column: f"nullif({column}, '')")
