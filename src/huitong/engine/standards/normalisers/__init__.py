"""Normalisers: each brings text to its standard form by a DuckDB expression."""

from huitong.engine.standards.normalisers import (
    amount,
    digits,
    empty,
    half_width,
    id_upgrade,
    lower,
    mobile,
    month,
    no_spaces,
    null_words,
    trim,
    upper,
    wan_yuan,
)
from huitong.engine.standards.normalisers.protocol import Normaliser

NORMALISERS: dict[str, Normaliser] = {
    module.NORMALISER.name: module.NORMALISER
    for module in (
        trim,
        half_width,
        no_spaces,
        upper,
        lower,
        digits,
        id_upgrade,
        mobile,
        month,
        amount,
        wan_yuan,
        empty,
        null_words,
    )
}
"""Every normaliser by the name that data elements use."""
