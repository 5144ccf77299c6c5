"""Unified social credit codes (统一社会信用代码) of organisations: GB 32100-2015, check character modulo 31."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Problem = Literal["", "registration_number", "length", "characters", "checksum"]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters in the order of their values: letters without I, O, S, V and Z."""

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BLANKS = re.compile(r"\s+")
_FORM = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_REGISTRATION_NUMBER = re.compile("[0-9]{15}")


def check_character(first: str) -> str:
    """Return the check character of the first 17 characters."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first: str) -> str:
    """Return the check character of an organisation code's first 8 characters (GB 11714, modulo 11)."""
    values = (int(char, 36) for char in first)
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def complete(prefix: str, organisation: str) -> str:
    """Return the whole code.

    Args:
        prefix: registering department, kind of organisation and division: 8 characters, e.g. ``91341500``.
        organisation: the first 8 characters of the organisation code, e.g. ``MA2N0C1F``.
    """
    first = prefix + organisation + organisation_check_character(organisation)
    return first + check_character(first)


def normalise(text: str) -> str:
    """Bring a written code to its standard form: half-width, no blanks, upper case."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def problem(code: str) -> Problem:
    """Name the first thing that is wrong with a normalised code, "" where nothing is.

    ``registration_number`` is a business registration number of 15 digits, in use before the unified code.
    """
    if _REGISTRATION_NUMBER.fullmatch(code):
        return "registration_number"
    if len(code) != 18:
        return "length"
    if not _FORM.fullmatch(code):
        return "characters"
    if check_character(code[:17]) != code[17]:
        return "checksum"
    return ""
