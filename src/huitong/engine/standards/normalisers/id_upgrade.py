"""A 15-digit ID number becomes the 18-digit one (GB 11643): the century 19 goes in, the check character on."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CENTURY = 1 * _WEIGHTS[6] + 9 * _WEIGHTS[7]
_PLACES = (*range(6), *range(8, 17))
"""Where the 15 digits stand in the 18."""


def _sql(column: str) -> str:
    terms = [f"substr({column}, {at + 1}, 1)::INT * {_WEIGHTS[place]}" for at, place in enumerate(_PLACES)]
    check = f"substr('10X98765432', ({_CENTURY} + {' + '.join(terms)}) % 11 + 1, 1)"
    return (
        f"CASE WHEN strlen({column}) = 15 THEN CASE WHEN regexp_full_match({column}, '[0-9]{{15}}') "
        f"THEN concat(substr({column}, 1, 6), '19', substr({column}, 7), {check}) ELSE {column} END "
        f"ELSE {column} END"
    )


NORMALISER = Normaliser("id_upgrade", "15 位身份证号升为 18 位", "15-digit ID numbers to 18 digits", _sql)
