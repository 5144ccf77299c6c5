"""Who wants to know that working days changed: a registry, because the apps that count by them import this one."""

from __future__ import annotations

from collections.abc import Callable

Watcher = Callable[[int], None]
"""Called with the year, in the transaction of the change."""

_watchers: list[Watcher] = []


def watch_calendar(watcher: Watcher) -> None:
    """Have ``watcher`` called whenever working days of a year change. For an app's ``ready()``."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def calendar_changed(year: int) -> None:
    """Tell everybody who watches."""
    for watcher in _watchers:
        watcher(year)
