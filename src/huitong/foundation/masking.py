"""Masks: what a reader without the right to the clear value sees instead.

A mask takes any text and never fails, never returns more of the value than its description says, and gives the same
answer for the same value. Values it cannot make sense of are covered whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from huitong.foundation.errors import Terminal

COVER = "*"
_HIDDEN = COVER * 4
_YEAR = re.compile(r"((?:1[89]|20)[0-9]{2})(?:[-/.年][0-9]{1,2}(?![0-9]).*|[0-9]{4})")
_COUNTY = r"[^0-9路街巷号]{1,7}?(?<![小社园校厂])(?:县|区|旗)"
_PLACE = re.compile(
    rf"[^0-9路街巷号]{{1,16}}?(?:省|自治区|市(?!场)){_COUNTY}|{_COUNTY}|[^0-9路街巷号]{{1,16}}?市(?!场)"
)
_BOUNDS = tuple(Decimal(10) ** power * step for power in range(2, 9) for step in (1, 2, 5))


@dataclass(frozen=True)
class Mask:
    """A named mask with what it leaves visible, for the reader who chooses one."""

    name: str
    title: str
    title_en: str
    cover: Callable[[str], str]


def _full(value: str) -> str:
    return _HIDDEN if value else ""


def _name(value: str) -> str:
    return value[:1] + COVER * min(len(value) - 1, 2) if len(value) > 1 else _full(value)


def _ends(value: str, first: int, last: int) -> str:
    if len(value) < 2 * (first + last):
        return _full(value)
    return value[:first] + COVER * (len(value) - first - last) + value[len(value) - last :]


def _id_number(value: str) -> str:
    return _ends(value, 6, 1) if len(value) in (15, 18) else _ends(value, 1, 1)


def _mobile(value: str) -> str:
    return _ends(value, 3, 2) if len(value) == 11 else _full(value)


def _phone(value: str) -> str:
    return COVER * (len(value) - 2) + value[-2:] if len(value) >= 7 else _full(value)


def _email(value: str) -> str:
    user, at, host = value.rpartition("@")
    return f"{user[:1]}***{at}{host}" if len(user) > 1 else _full(value)


def _address(value: str) -> str:
    place = _PLACE.match(value)
    return f"{place[0]}{_HIDDEN}" if place and len(place[0]) < len(value) else _full(value)


def _bank_account(value: str) -> str:
    return COVER * (len(value) - 4) + value[-4:] if len(value) >= 8 else _full(value)


def _number(value: str) -> str:
    return COVER * (len(value) - 3) + value[-3:] if len(value) >= 6 else _full(value)


def _plate(value: str) -> str:
    return value[:2] + COVER * (len(value) - 3) + value[-1:] if len(value) in (7, 8) else _full(value)


def _year(value: str) -> str:
    year = _YEAR.fullmatch(value)
    return year[1] if year else _full(value)


def _amount_range(value: str) -> str:
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return _full(value)
    if not amount.is_finite() or amount < 0:
        return _full(value)
    place = bisect_right(_BOUNDS, amount)
    if place == 0:
        return f"< {_BOUNDS[0]}"
    return f"≥ {_BOUNDS[-1]}" if place == len(_BOUNDS) else f"{_BOUNDS[place - 1]}–{_BOUNDS[place]}"


MASKS: dict[str, Mask] = {
    entry.name: entry
    for entry in (
        Mask("full", "全部遮盖", "Everything is covered", _full),
        Mask("name", "保留姓（首字）", "First character stays", _name),
        Mask("id_number", "身份证保留区划和末位，其他证件保留首末位", "Division and last character stay", _id_number),
        Mask("mobile", "保留前三位和后两位", "First three and last two digits stay", _mobile),
        Mask("phone", "保留后两位", "Last two digits stay", _phone),
        Mask("email", "保留首字母和域名", "First letter and domain stay", _email),
        Mask("address", "保留到县（区）", "Down to the county stays", _address),
        Mask("bank_account", "保留后四位", "Last four digits stay", _bank_account),
        Mask("number", "保留后三位", "Last three characters stay", _number),
        Mask("plate", "保留发牌机关和末位", "Issuing place and last character stay", _plate),
        Mask("year", "保留年份", "The year stays", _year),
        Mask("amount_range", "换成区间（1-2-5）", "A range in steps of 1, 2, 5 stands for the amount", _amount_range),
    )
}
"""Every mask by its name, as data elements and grants use it."""


def mask(name: str, value: str | int | float | Decimal | date | None) -> str | None:
    """Return what a masked reader sees of a value; None stays None and the mask "" changes nothing but the type.

    Args:
        name: a name of ``MASKS``, or "".
        value: a text, or anything whose text is what a reader would see (dates in ISO form).

    Raises:
        Terminal: ``standards.unknown_mask``.
    """
    if value is None:
        return None
    if not name:
        return str(value)
    if name not in MASKS:
        raise Terminal("standards.unknown_mask", name=name, known=", ".join(MASKS))
    return MASKS[name].cover(str(value))
