"""Words that people and programs write for "nothing" become NULL."""

from __future__ import annotations

from huitong.engine.lake.names import literal
from huitong.engine.standards.normalisers.protocol import Normaliser

WORDS = (
    "",
    "NULL",
    "Null",
    "null",
    "None",
    "none",
    "NaN",
    "nan",
    "N/A",
    "n/a",
    "#N/A",
    "\\N",
    "无",
    "空",
    "暂无",
    "-",
    "--",
    "—",
    "——",
    "/",
)
"""Whole values that stand for nothing; a field where 无 is an answer has a code list or is boolean."""
_LONGEST = max(len(word.encode()) for word in WORDS)


def _sql(column: str) -> str:
    # DuckDB makes a join of a long IN list, which every row passes; this is looked at for short texts only
    words = ", ".join(map(literal, WORDS))
    return (
        f"CASE WHEN strlen({column}) <= {_LONGEST} AND list_contains([{words}], {column}) THEN NULL ELSE {column} END"
    )


NORMALISER = Normaliser("null_words", "空值字样转为空", "Words for nothing become NULL", _sql)
