"""Text that is not the UTF-8 it claims to be: old programs store GBK bytes in databases that do not check."""

from __future__ import annotations

import pyarrow as pa


def readable_text(column: pa.Array) -> pa.Array:
    """Return ``column`` with every text valid UTF-8.

    A text that is not is read as GB18030, and when it is not that either, written as hexadecimal digits: nothing is
    dropped and nothing replaced.
    """
    if not pa.types.is_string(column.type):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array([None if value is None else _decoded(value) for value in _raw(column)], pa.string())
    return column


def _raw(column: pa.Array) -> list[bytes | None]:
    raw: list[bytes | None] = column.view(pa.binary()).to_pylist()
    return raw


def _decoded(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.hex().upper()
