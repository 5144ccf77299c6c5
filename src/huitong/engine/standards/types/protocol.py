"""What a data type is to the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class TypeReader:
    """How text becomes a value of a data element's type.

    ``sql`` turns the name of a VARCHAR column, already quoted, into an expression of type ``column_type``: NULL for
    text that cannot be read, which the ``conversion`` rule then reports. ``before`` and ``after`` name normalisers
    applied around those of the element. ``quick`` reads text as it was written: right where it answers, NULL where it
    cannot tell; what it reads passes by the normalisers. ``takes`` lists prefixes of DuckDB types that ``cast`` can
    turn into the type as they are, without a detour over text.
    """

    name: str
    column_type: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    sql: Callable[[str], str]
    quick: Callable[[str], str] | None
    takes: tuple[str, ...]
    cast: Callable[[str], str]
