"""Stored values as they are answered: of the declared type, or masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from huitong.engine.declarations.elements import DataType
from huitong.engine.serving.policy import ServedField
from huitong.engine.serving.store import Value
from huitong.foundation.errors import Terminal
from huitong.foundation.masking import MASKS

Shown: TypeAlias = str | int | float | bool | Decimal | None
"""A value in an answer's JSON; decimals are written as exact numbers."""
Shape = Callable[[Value], Shown]


def shape_of(field: ServedField, *, clear: bool) -> Shape:
    """Return the function that makes a stored value of the field answerable.

    Raises:
        Terminal: ``standards.unknown_mask``: then the field is not answered at all.
    """
    if not field.mask or clear:
        return _SHAPES[field.type]
    if field.mask not in MASKS:
        raise Terminal("standards.unknown_mask", name=field.mask, known=", ".join(MASKS))
    cover = MASKS[field.mask].cover

    def masked(value: Value) -> Shown:
        text = _text(value)
        return None if text is None else cover(text)

    return masked


def _text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _integer(value: Value) -> Shown:
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() else _plain(value)


def _decimal(value: Value) -> Shown:
    if not isinstance(value, str):
        return _plain(value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


def _truth(value: Value) -> Shown:
    return bool(value) if isinstance(value, int) else _plain(value)


def _day(value: Value) -> Shown:
    text = _text(value)
    return text[:10] if isinstance(text, str) else text


def _moment(value: Value) -> Shown:
    text = _text(value)
    return text.replace(" ", "T", 1) if isinstance(text, str) else text


def _plain(value: Value) -> Shown:
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


_SHAPES: dict[DataType, Shape] = {
    "string": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _day,
    "datetime": _moment,
    "boolean": _truth,
}
