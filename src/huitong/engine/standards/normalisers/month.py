"""A month becomes YYYY-MM: from 202401, 2024/1, 2024年1月, or a day of it."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser

_PATTERN = r"^\s*([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:月|[-/.月][0-9]{1,2}日?)?|([0-9]{2})(?:[0-9]{2})?)\s*$"


def _sql(column: str) -> str:
    joined = rf"regexp_replace({column}, '{_PATTERN}', '\1-\2\3')"
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9]{{4}}-[0-9]{{2}}') THEN {column} "
        rf"ELSE regexp_replace({joined}, '^([0-9]{{4}})-([0-9])$', '\1-0\2') END"
    )


NORMALISER = Normaliser("month", "月份写作 YYYY-MM", "Months as YYYY-MM", _sql)
