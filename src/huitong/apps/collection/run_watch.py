"""Who wants to know that a run ended: a registry, because the apps that wait for collections import this one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from huitong.foundation.errors import HuitongError

if TYPE_CHECKING:
    from huitong.apps.collection.models import Run

log = logging.getLogger(__name__)
Watcher = Callable[["Run"], object]
"""Called with a run that is ``done``, after it was recorded; must bear being missed, or called twice."""

_watchers: list[Watcher] = []


def watch_runs(watcher: Watcher) -> None:
    """Have ``watcher`` called after each run that succeeded. For an app's ``ready()``."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def run_ended(run: Run) -> None:
    """Tell everybody who watches. What fails there does not undo the run: it is logged."""
    for watcher in _watchers:
        try:
            watcher(run)
        except HuitongError as error:
            log.error("after run %s (%s %s): %s", run.pk, run.kind, run.target, error)
