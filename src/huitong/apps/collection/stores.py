"""This process's one lake and one serving store: opened on first use, closed at exit."""

from __future__ import annotations

import atexit
import threading

from django.conf import settings

from huitong.engine.lake import Lake, open_lake
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.store import ServingStore

_lock = threading.RLock()
_lakes: dict[str, Lake] = {}
_serving: dict[str, ServingStore] = {}


def the_lake() -> Lake:
    """Return the lake.

    Raises:
        Transient: ``lake.owned`` names the process that has the embedded lake: ask that one, over its API.
    """
    with _lock:
        where = settings.HUITONG.lake_catalog
        if where not in _lakes:
            _lakes[where] = open_lake(settings.HUITONG)
        return _lakes[where]


def the_serving_store() -> ServingStore:
    """Return the serving store."""
    with _lock:
        where = settings.HUITONG.serving_url
        if where not in _serving:
            _serving[where] = open_serving(where)
        return _serving[where]


def close_stores() -> None:
    """Close both, so that another process may own the lake. They open again when asked for."""
    with _lock:
        for lake in _lakes.values():
            lake.close()
        for store in _serving.values():
            store.close()
        _lakes.clear()
        _serving.clear()


atexit.register(close_stores)
