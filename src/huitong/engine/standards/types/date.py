"""Days: 2024-01-31, 2024/1/31, 2024.1.31, 20240131, 2024年1月31日; a time behind is cut off."""

from __future__ import annotations

from huitong.engine.standards.types.protocol import TypeReader

_PATTERN = r"\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?([T\s]+[0-9:.]+([+]08:?(00)?)?)?\s*"


def date_sql(column: str) -> str:
    """Return an expression for the date that a text names.

    DuckDB's own cast also takes text behind the date, names such as ``epoch`` and five-digit years; so its answer
    counts only where it writes the same text again, which most values do, at half the cost of a pattern.
    """
    cast = f"TRY_CAST({column} AS DATE)"
    return (
        f"CASE WHEN {cast}::VARCHAR = {column} AND strlen({column}) = 10 THEN {cast} "
        f"WHEN strlen({column}) = 8 AND regexp_full_match({column}, '[0-9]{{8}}') "
        f"THEN TRY_CAST(try_strptime({column}, '%Y%m%d') AS DATE) "
        f"WHEN regexp_full_match({column}, '{_PATTERN}') "
        rf"THEN TRY_CAST(regexp_replace({column}, '{_PATTERN}', '\1-\2-\3') AS DATE) END"
    )


TYPE = TypeReader(
    name="date",
    column_type="DATE",
    before=(),
    after=("null_words",),
    sql=date_sql,
    takes=("DATE", "TIMESTAMP"),
    cast=lambda column: f"CAST({column} AS DATE)",
)
