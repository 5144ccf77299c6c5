"""Values of packs that cross borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sign = Literal["+", "~", "-"]


@dataclass(frozen=True)
class Change:
    """One line of a plan: ``+`` new, ``~`` changed, ``-`` gone."""

    sign: Sign
    kind: str
    """Field of :class:`huitong.engine.declarations.pack.Pack`, e.g. ``items``."""
    code: str
    fields: tuple[str, ...] = ()
    """``~`` only: names of the spec's fields that differ."""


@dataclass(frozen=True)
class PlanResult:
    """What applying a pack changes, or has changed. Empty when all is as declared."""

    pack: str
    changes: tuple[Change, ...]

    def count(self, sign: Sign) -> int:
        """How many changes of one sign there are."""
        return sum(1 for change in self.changes if change.sign == sign)
