"""Values as callers write them, made comparable with values as they are stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from huitong.engine.declarations.elements import DataType
from huitong.engine.serving.store import Value

Stated: TypeAlias = str | int | float | bool | None
"""A value in a request's JSON."""
Comparable: TypeAlias = str | int | Decimal | bool | None


def key_forms(key: str) -> tuple[str, ...]:
    """The forms under which a key may be stored: full-width characters narrowed, blanks around it off, and in capitals
    when that differs (ID numbers and credit codes are stored so)."""
    plain = key if key.isascii() else unicodedata.normalize("NFKC", key)
    plain = plain.strip()
    capital = plain.upper()
    return (plain,) if plain == capital else (plain, capital)


def agrees(kind: DataType, stated: Stated, stored: Value) -> bool:
    """Tell whether a stated value is the stored one, whatever their width, case, blanks and way of writing.

    A value that is missing on either side agrees with nothing.
    """
    if stated is None or stored is None:
        return False
    normal = _NORMAL[kind]
    try:
        left, right = normal(stated), normal(stored)
    except (ValueError, InvalidOperation, OverflowError):
        return False
    return left is not None and left == right


def _text(value: Value | Stated) -> str:
    return "".join(unicodedata.normalize("NFKC", str(value)).split()).casefold()


def _decimal(value: Value | Stated) -> Decimal | None:
    number = Decimal(_text(value).replace(",", ""))
    return number if number.is_finite() else None


def _day(value: Value | Stated) -> str:
    """A date as eight digits, from 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日, 20260302 or a time of that day."""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    text = _text(str(value)[:32].replace("T", " ").split(" ")[0] if isinstance(value, str) else value)
    if text.isdecimal() and len(text) == 8:
        return text
    for mark in "年月/.":
        text = text.replace(mark, "-")
    year, month, day = text.removesuffix("日").split("-")
    return f"{date(int(year), int(month), int(day)):%Y%m%d}"


def _moment(value: Value | Stated) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _truth(value: Value | Stated) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(_text(value))


_NORMAL: dict[DataType, Callable[[Value | Stated], Comparable]] = {
    "string": _text,
    "integer": _decimal,
    "decimal": _decimal,
    "date": _day,
    "datetime": _moment,
    "boolean": _truth,
}
