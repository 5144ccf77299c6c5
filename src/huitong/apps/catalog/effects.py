"""Whom a change or a cancellation of an item touches, told before anybody decides.

Other apps say what stands on an item (:func:`register_effects`, in ``AppConfig.ready()``); the catalog imports none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from huitong.apps.labels import Text
from huitong.engine.declarations import items

if TYPE_CHECKING:
    from huitong.apps.accounts.models import User
    from huitong.apps.accounts.visibility import Viewer


@dataclass(frozen=True)
class Effect:
    """Something that stands on an item: what it is, where it is shown, and what would happen to it."""

    kind: Text
    title: Text
    href: str
    text: Text
    grave: bool = False
    """Whether somebody loses what they use today."""


Loss = Literal["cancelled", "withdrawn", "moved", "unlinked", "handed_over"]
"""Out of the catalog; shared no more; its table has another name; rows no longer arrive; another department's."""


@dataclass(frozen=True)
class Lost:
    """What an item would no longer give: certain fields (their std names), or more than that."""

    item: items.CatalogItem
    after: items.CatalogItem | None
    """What it becomes; None when it is cancelled."""
    losses: frozenset[Loss]
    fields: frozenset[str]

    @property
    def whole(self) -> bool:
        """Whether nothing of it may be used any more."""
        return bool(self.losses & {"cancelled", "withdrawn"})

    @property
    def nothing(self) -> bool:
        """Whether everything stays as it is."""
        return not self.losses and not self.fields


EffectsOf = Callable[["Viewer", Lost], Iterable[Effect]]
"""From who asks and what is lost; names only what the viewer may see, and counts the rest."""
Ending = Callable[["User", Lost], None]
_sources: list[EffectsOf] = []
_endings: list[Ending] = []


def register_effects(function: EffectsOf) -> None:
    """Ask ``function`` what stands on an item that loses something."""
    if function not in _sources:
        _sources.append(function)


def register_ending(function: Ending) -> None:
    """Call ``function`` in the transaction that takes something of an item away."""
    if function not in _endings:
        _endings.append(function)


def end_what_stands_on(acting_user: User, lost: Lost) -> None:
    """Let every app narrow or end what cannot go on as it was. Where nothing is lost, nothing is done."""
    if lost.nothing:
        return
    for function in _endings:
        function(acting_user, lost)


def lost_between(before: items.CatalogItem, after: items.CatalogItem | None) -> Lost:
    """Return what is lost when an item becomes ``after``, or is cancelled (None)."""
    if after is None:
        return Lost(before, None, frozenset({"cancelled"}), frozenset(field.std_name for field in before.fields))
    happened: dict[Loss, bool] = {
        "withdrawn": after.sharing_type == "none" != before.sharing_type,
        "moved": bool(before.table and after.table) and after.table != before.table,
        "unlinked": before.link is not None and after.link is None,
        "handed_over": after.provider != before.provider,
    }
    kept = {field.std_name for field in after.fields}
    gone = frozenset(field.std_name for field in before.fields) - kept
    return Lost(before, after, frozenset(one for one, true in happened.items() if true), gone)


def effects_of(viewer: Viewer, before: items.CatalogItem, after: items.CatalogItem | None) -> tuple[Effect, ...]:
    """Return whom it touches when an item becomes ``after``, or is cancelled (None); the grave ones first."""
    lost = lost_between(before, after)
    if lost.nothing:
        return ()
    found = [effect for ask in _sources for effect in ask(viewer, lost)]
    return tuple(sorted(found, key=lambda effect: not effect.grave))
