"""Who answers for what: the authoritative department of each data element (一数一源), and what departments are for."""

from __future__ import annotations

from huitong.engine.declarations.spec import Spec


class Authority(Spec, frozen=True, kw_only=True):
    """权威来源: the one department whose word on a data element counts; others take it from there.

    ``identifier`` marks what every register must carry to find its people and companies (ID number, name): having it
    too is no second collection.
    """

    element: str
    """Name of a data element."""
    organisation: str
    basis: str = ""
    basis_en: str = ""
    identifier: bool = False


class Remit(Spec, frozen=True, kw_only=True):
    """职责: words that a demand in the remit of a department would use."""

    organisation: str
    words: tuple[str, ...]
