"""Numbers: 1,234.50元 and plain ones; exact, six decimals, below 10^14."""

from __future__ import annotations

from huitong.engine.standards.types.integer import TYPE as INTEGER
from huitong.engine.standards.types.protocol import TypeReader

_TYPE = "DECIMAL(20,6)"

TYPE = TypeReader(
    name="decimal",
    column_type=_TYPE,
    before=(),
    after=("amount", "null_words"),
    sql=lambda column: f"TRY_CAST({column} AS {_TYPE})",
    quick=lambda column: f"TRY_CAST({column} AS {_TYPE})",
    takes=INTEGER.takes,
    cast=lambda column: f"TRY_CAST({column} AS {_TYPE})",
)
