"""Whole numbers: 1200, 1,200, 1200.0; not 1.5."""

from __future__ import annotations

from huitong.engine.standards.types.protocol import TypeReader


def _sql(column: str) -> str:
    whole, exact = f"TRY_CAST({column} AS BIGINT)", f"TRY_CAST({column} AS DECIMAL(20, 6))"
    # DuckDB's cast rounds 1.5 to 2
    return f"CASE WHEN NOT contains({column}, '.') OR {exact} = {whole} THEN {whole} END"


def _cast(column: str) -> str:
    return f"CASE WHEN {column} = floor({column}) THEN TRY_CAST({column} AS BIGINT) END"


TYPE = TypeReader(
    name="integer",
    column_type="BIGINT",
    before=(),
    after=("amount", "null_words"),
    sql=_sql,
    quick=lambda column: f"CASE WHEN NOT contains({column}, '.') THEN TRY_CAST({column} AS BIGINT) END",
    takes=(
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "DECIMAL",
        "DOUBLE",
        "FLOAT",
    ),
    cast=_cast,
)
