"""Full-width letters, digits and signs become ASCII: the part of Unicode NFKC that matters for codes and numbers."""

from __future__ import annotations

from huitong.engine.lake.names import literal
from huitong.engine.standards.normalisers.protocol import Normaliser

_OFFSET = 0xFEE0
_HALF = "".join(map(chr, range(0x21, 0x7F)))
_FULL = "".join(chr(ord(char) + _OFFSET) for char in _HALF)


def _sql(column: str) -> str:
    # as many characters as bytes: ASCII, nothing to do; translate builds its table for every row, 10 µs
    return (
        f"CASE WHEN length({column}) = strlen({column}) THEN {column} "
        rf"WHEN regexp_matches({column}, '[\x{{FF01}}-\x{{FF5E}}]') "
        f"THEN translate({column}, {literal(_FULL)}, {literal(_HALF)}) ELSE {column} END"
    )


NORMALISER = Normaliser("half_width", "全角转半角", "Full-width to half-width", _sql)
