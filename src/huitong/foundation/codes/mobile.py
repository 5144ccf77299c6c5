"""Mobile numbers of mainland China: 11 digits, first 1, second 3 to 9."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-‐-―()]+")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
_FORM = re.compile("1[3-9][0-9]{9}")


def normalise(text: str) -> str:
    """Bring a written number to its standard form: half-width, without separators and country code."""
    return _COUNTRY.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))


def is_valid(number: str) -> bool:
    """Tell whether a normalised number has the form of a mobile number."""
    return _FORM.fullmatch(number) is not None
