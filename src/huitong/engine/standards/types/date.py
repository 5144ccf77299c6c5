"""Days: 2024-01-31, 2024/1/31, 2024.1.31, 20240131, 2024年1月31日; a time behind is cut off."""

from __future__ import annotations

from huitong.engine.standards.types.protocol import TypeReader

_PATTERN = r"\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?([T\s]+[0-9:.]+([+]08:?(00)?)?)?\s*"


def _sql(column: str) -> str:
    return (
        f"CASE WHEN strlen({column}) = 8 AND regexp_full_match({column}, '[0-9]{{8}}') "
        f"THEN TRY_CAST(try_strptime({column}, '%Y%m%d') AS DATE) "
        f"WHEN regexp_full_match({column}, '{_PATTERN}') "
        rf"THEN TRY_CAST(regexp_replace({column}, '{_PATTERN}', '\1-\2-\3') AS DATE) END"
    )


def _quick(column: str) -> str:
    # the cast to DATE takes any text behind the date, and names such as epoch; that to TIMESTAMP is strict
    return f"CASE WHEN strlen({column}) = 10 THEN TRY_CAST({column} AS TIMESTAMP)::DATE END"


TYPE = TypeReader(
    name="date",
    column_type="DATE",
    before=(),
    after=("null_words",),
    sql=_sql,
    quick=_quick,
    takes=("DATE", "TIMESTAMP"),
    cast=lambda column: f"CAST({column} AS DATE)",
)
