"""Citizen ID numbers (公民身份号码): GB 11643-1999, check character by ISO 7064 MOD 11-2."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

Problem = Literal["", "length", "characters", "province", "birth_date", "checksum"]

_CHECK_CHARACTERS = "10X98765432"
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_BLANKS = re.compile(r"\s+")
_DIGITS_AND_CHECK = re.compile(r"[0-9]{17}[0-9X]")

_PROVINCE_SPANS = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 96))
PROVINCES = frozenset(str(code) for first, last in _PROVINCE_SPANS for code in range(first, last + 1))
"""First two digits in use: GB/T 2260 provinces, 81-83 residence permits of Hong Kong, Macao and Taiwan residents,
91-96 foreigners' permanent residence cards."""
EARLIEST_BIRTH = date(1880, 1, 1)
"""An older date of birth is taken as a mistake."""


@dataclass(frozen=True)
class IdNumber:
    """What a valid number says of its holder. ``sex`` is a GB/T 2261.1 code: ``1`` male, ``2`` female."""

    number: str
    division: str
    birth_date: date
    sex: Literal["1", "2"]


def check_character(first: str) -> str:
    """Return the check character of the first 17 digits."""
    return _CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def complete(first: str) -> str:
    """Return the whole number for its first 17 digits."""
    return first + check_character(first)


def upgrade(number: str) -> str:
    """Turn a 15-digit number (in use until 2013, years 19xx) into 18 digits; anything else is returned as it is."""
    if len(number) != 15 or not (number.isascii() and number.isdecimal()):
        return number
    return complete(number[:6] + "19" + number[6:])


def normalise(text: str) -> str:
    """Bring a written number to its standard form: half-width, no blanks, ``X`` upper case, 18 digits."""
    return upgrade(_BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper())


def problem(number: str, *, today: date) -> Problem:
    """Name the first thing that is wrong with a normalised number, "" where nothing is.

    Args:
        number: 18 characters, as ``normalise`` gives them.
        today: a later date of birth is wrong.
    """
    if len(number) != 18:
        return "length"
    if not _DIGITS_AND_CHECK.fullmatch(number):
        return "characters"
    if number[:2] not in PROVINCES:
        return "province"
    born = _date(number[6:14])
    if born is None or not EARLIEST_BIRTH <= born <= today:
        return "birth_date"
    if check_character(number[:17]) != number[17]:
        return "checksum"
    return ""


def parse(number: str, *, today: date) -> IdNumber | None:
    """Read a normalised number; None where something is wrong with it."""
    born = _date(number[6:14])
    if born is None or problem(number, today=today):
        return None
    return IdNumber(number=number, division=number[:6], birth_date=born, sex="1" if int(number[16]) % 2 else "2")


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
