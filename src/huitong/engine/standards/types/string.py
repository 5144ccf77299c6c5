"""Text: trimmed, and NULL where it says nothing."""

from __future__ import annotations

from huitong.engine.standards.types.protocol import TypeReader

TYPE = TypeReader(
    name="string",
    column_type="VARCHAR",
    before=("trim",),
    after=("null_words",),
    sql=lambda column: column,
    quick=None,
    takes=(),
    cast=lambda column: column,
)
