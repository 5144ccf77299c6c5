"""How each MySQL type travels: the SQL that makes it safe for the driver, and the Arrow type that it arrives as.

connectorx panics on zero dates and on times beyond a day, and rounds decimals to ten places: such columns are sent as
numbers or text and become what they are on this side.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

_AS_IS = "{column}"
_AS_TEXT = "CAST({column} AS CHAR)"
_AS_MICROSECONDS = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', {column})"
_AS_WHOLE_SECONDS = "(TO_SECONDS({column}) - 62167219200) * 1000000"
"""The same for columns without fractions, at half the cost to the server, whose one thread a reader waits for."""

_INTEGERS = {
    "tinyint": (pa.int8(), pa.uint8()),
    "smallint": (pa.int16(), pa.uint16()),
    "mediumint": (pa.int32(), pa.uint32()),
    "int": (pa.int32(), pa.uint32()),
    "bigint": (pa.int64(), pa.uint64()),
}
_OTHERS: dict[str, tuple[str, pa.DataType]] = {
    "float": (_AS_IS, pa.float32()),
    "double": (_AS_IS, pa.float64()),
    "year": (_AS_IS, pa.int16()),
    "date": ("TO_DAYS({column}) - 719528", pa.date32()),
    "datetime": (_AS_MICROSECONDS, pa.timestamp("us")),
    "timestamp": (_AS_MICROSECONDS, pa.timestamp("us")),
    "bit": ("CAST({column} AS UNSIGNED)", pa.uint64()),
}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_SHAPES = {
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection", "geomcollection",
}  # fmt: skip
_DRIVER_DIGITS, _DRIVER_PLACES, _ARROW_DIGITS = 28, 10, 38


@dataclass(frozen=True)
class ColumnType:
    """A column's type as the server names it, the SQL to select it by (``{column}`` stands for it), its Arrow type."""

    name: str
    expression: str
    arrow: pa.DataType


def column_type(declared: str, kind: str, precision: int | None, scale: int | None) -> ColumnType:
    """Decide how a column is read.

    Args:
        declared: ``column_type`` of the information schema, e.g. ``bigint(20) unsigned``.
        kind: its ``data_type``, e.g. ``bigint``.
        precision: its ``numeric_precision``, for decimals.
        scale: its ``numeric_scale``.
    """
    if kind in _INTEGERS:
        return ColumnType(declared, _AS_IS, _INTEGERS[kind]["unsigned" in declared])
    if kind == "decimal" and precision is not None and scale is not None:
        return _decimal(declared, precision, scale)
    if declared in ("datetime", "timestamp"):
        return ColumnType(declared, _AS_WHOLE_SECONDS, pa.timestamp("us"))
    if kind in _OTHERS:
        return ColumnType(declared, *_OTHERS[kind])
    if kind in _TEXTS:
        return ColumnType(declared, _AS_IS, pa.string())
    if kind in _BYTES:
        return ColumnType(declared, _AS_IS, pa.binary())
    return ColumnType(declared, "ST_AsText({column})" if kind in _SHAPES else _AS_TEXT, pa.string())


def _decimal(declared: str, precision: int, scale: int) -> ColumnType:
    if precision > _ARROW_DIGITS:
        return ColumnType(declared, _AS_TEXT, pa.string())
    fits = precision <= _DRIVER_DIGITS and scale <= _DRIVER_PLACES
    return ColumnType(declared, _AS_IS if fits else _AS_TEXT, pa.decimal128(precision, scale))
