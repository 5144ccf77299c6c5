"""Yes and no: 是/否, 有/无, Y/N, 1/0, true/false."""

from __future__ import annotations

from huitong.engine.lake.names import literal
from huitong.engine.standards.types.protocol import TypeReader

YES = ("1", "y", "yes", "t", "true", "是", "有", "√")
NO = ("0", "n", "no", "f", "false", "否", "无", "×")


def _sql(column: str) -> str:
    yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
    return f"CASE WHEN lower({column}) IN ({yes}) THEN true WHEN lower({column}) IN ({no}) THEN false END"


TYPE = TypeReader(
    name="boolean",
    column_type="BOOLEAN",
    before=("trim",),
    after=("half_width", "empty"),
    sql=_sql,
    quick=None,
    takes=("BOOLEAN",),
    cast=lambda column: column,
)
