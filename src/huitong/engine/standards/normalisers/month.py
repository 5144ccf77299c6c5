"""A month becomes YYYY-MM: from 202401, 2024/1, 2024年1月, or a day of it."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser


def _sql(column: str) -> str:
    bare = rf"regexp_replace({column}, '\s+', '', 'g')"
    one = rf"regexp_replace({bare}, '^([0-9]{{4}})[-/.年]?([0-9]{{1,2}})月?$', '\1-\2')"
    two = rf"regexp_replace({one}, '^([0-9]{{4}})[-/.年]?([0-9]{{1,2}})[-/.月]?[0-9]{{1,2}}日?$', '\1-\2')"
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9]{{4}}-[0-9]{{2}}') THEN {column} "
        rf"ELSE regexp_replace({two}, '^([0-9]{{4}})-([0-9])$', '\1-0\2') END"
    )


NORMALISER = Normaliser("month", "月份写作 YYYY-MM", "Months as YYYY-MM", _sql)
