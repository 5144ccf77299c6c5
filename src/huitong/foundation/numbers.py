"""Whole numbers out of what people and programs send: forms, addresses, codes."""

from __future__ import annotations

MOST = 2**31 - 1
"""What a number column of every database holds."""


def whole_number(text: str, *, most: int = MOST) -> int | None:
    """Return the number from 0 to ``most`` that ``text`` writes in plain digits; None for anything else.

    Its length is looked at first: Python refuses to read a number of more than 4,300 digits, with an error of its own.
    """
    if len(text) > len(str(most)) or not (text.isascii() and text.isdecimal()):
        return None
    number = int(text)
    return number if number <= most else None
