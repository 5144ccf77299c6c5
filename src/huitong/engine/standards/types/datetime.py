"""Moments in Beijing time: 2024-01-31 08:05:09 and the other ways of writing a date, with or without a time.

A missing time is midnight; a time marked as UTC becomes Beijing time.
"""

from __future__ import annotations

from huitong.engine.standards.types.protocol import TypeReader

_PATTERN = (
    r"\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[T\s]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,9})?))?(Z|[+]0[08]:?(?:00)?)?)?\s*"
)
_UTC = r"(Z|[+]00:?(00)?)\s*$"


def _sql(column: str) -> str:
    day = rf"regexp_replace({column}, '{_PATTERN}', '\1-\2-\3')"
    time = rf"regexp_replace({column}, '{_PATTERN}', '\4:\5:\6')"
    return (
        f"CASE WHEN strlen({column}) = 8 AND regexp_full_match({column}, '[0-9]{{8}}') "
        f"THEN try_strptime({column}, '%Y%m%d') "
        f"WHEN strlen({column}) = 14 AND regexp_full_match({column}, '[0-9]{{14}}') "
        f"THEN try_strptime({column}, '%Y%m%d%H%M%S') "
        f"WHEN regexp_full_match({column}, '{_PATTERN}') "
        f"THEN TRY_CAST(rtrim(concat({day}, ' ', {time}), ' :') AS TIMESTAMP) "
        f"+ to_hours(CASE WHEN regexp_matches({column}, '{_UTC}') THEN 8 ELSE 0 END) END"
    )


def _quick(column: str) -> str:
    # the form keeps out time zones, which the cast takes and forgets
    return f"CASE WHEN {column} LIKE '____-__-__ __:__:__' THEN TRY_CAST({column} AS TIMESTAMP) END"


TYPE = TypeReader(
    name="datetime",
    column_type="TIMESTAMP",
    before=(),
    after=("null_words",),
    sql=_sql,
    quick=_quick,
    takes=("TIMESTAMP", "DATE"),
    cast=lambda column: f"CAST({column} AS TIMESTAMP)",
)
