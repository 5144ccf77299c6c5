"""Separators and the country code of a mobile number go."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser


def _sql(column: str) -> str:
    bare = rf"regexp_replace({column}, '[\s\x{{A0}}\x{{3000}}()‐-―-]+', '', 'g')"
    return (
        f"CASE WHEN strlen({column}) = 11 AND NOT (contains({column}, '-') OR contains({column}, ' ')) THEN {column} "
        rf"ELSE regexp_replace({bare}, '^(\+86|0086|86)(1[3-9][0-9]{{9}})$', '\2') END"
    )


NORMALISER = Normaliser("mobile", "去除分隔符和国家代码", "Remove separators and country code", _sql)
