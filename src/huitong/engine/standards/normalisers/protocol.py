"""What a normaliser is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Normaliser:
    """One way of bringing written text to its standard form.

    ``sql`` turns the name of a VARCHAR column, already quoted, into a DuckDB expression for the normalised text. It is
    idempotent, keeps NULL, never fails, and tests cheaply whether there is anything to do before it does it: most
    values are clean.
    """

    name: str
    title: str
    title_en: str
    sql: Callable[[str], str]
