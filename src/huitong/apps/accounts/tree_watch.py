"""Who else must know when an organisation gets another superior: apps register here what they keep by the tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huitong.apps.accounts.models import Organisation

Watcher = Callable[["Organisation"], None]
_watchers: list[Watcher] = []


def watch_tree(watcher: Watcher) -> None:
    """Call ``watcher`` with each organisation that moved, in the transaction in which it and all below it did."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def tree_changed(organisation: Organisation) -> None:
    """Tell the watchers."""
    for watcher in _watchers:
        watcher(organisation)
