"""How each PostgreSQL type travels: the SQL that makes it safe for the driver, and the Arrow type that it arrives as.

DuckDB reads ``NaN`` in a numeric column as 0 and a numeric without precision as a rounded double: the first is sent as
NULL, the second as text.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

_AS_IS = "{column}"
_AS_TEXT = "{column}::text"
_AS_JSON = "to_json({column})::text"
_ARRAY, _COMPOSITE = "A", "C"
_HEADER = 4
"""PostgreSQL adds the size of a header to a numeric's modifier."""
_ARROW_DIGITS = 38

_PLAIN = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "bytea": pa.binary(),
    "text": pa.string(),
    "varchar": pa.string(),
}


@dataclass(frozen=True)
class ColumnType:
    """A column's type as the server names it, the SQL to select it by (``{column}`` stands for it), its Arrow type."""

    name: str
    expression: str
    arrow: pa.DataType


def column_type(declared: str, base: str, category: str, modifier: int) -> ColumnType:
    """Decide how a column is read.

    Args:
        declared: what ``format_type`` says, e.g. ``numeric(12,2)`` or the name of a domain.
        base: ``typname`` of the type, of the underlying one for a domain.
        category: its ``typcategory``.
        modifier: its ``typmod``, -1 for none.
    """
    if base in _PLAIN:
        return ColumnType(declared, _AS_IS, _PLAIN[base])
    if base == "numeric" and modifier >= _HEADER:
        return _numeric(declared, modifier - _HEADER)
    if category in (_ARRAY, _COMPOSITE):
        return ColumnType(declared, _AS_JSON, pa.string())
    return ColumnType(declared, _AS_TEXT, pa.string())


def _numeric(declared: str, modifier: int) -> ColumnType:
    precision, scale = modifier >> 16 & 0xFFFF, modifier & 0x7FF
    if precision > _ARROW_DIGITS or scale > precision:  # a scale may be negative since PostgreSQL 15: a large one here
        return ColumnType(declared, _AS_TEXT, pa.string())
    expression = f"NULLIF({{column}}, 'NaN')::numeric({precision},{scale})"
    return ColumnType(declared, expression, pa.decimal128(precision, scale))
