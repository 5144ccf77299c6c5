"""Typed values of saved views."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.engine.declarations.spec import Spec


@dataclass(frozen=True)
class ViewLink:
    """A saved view as the list's menu and the command palette draw it."""

    id: int
    title: str
    href: str
    is_default: bool


class ViewSpec(Spec, frozen=True, kw_only=True):
    """A saved view as the audit ledger keeps it."""

    listing: str
    title: str
    path: str
    query: str
    is_default: bool = False
