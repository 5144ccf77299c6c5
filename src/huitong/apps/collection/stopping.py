"""A long chain ends between two of its steps when the process is told to stop."""

from __future__ import annotations

import threading

_stopping = threading.Event()


def stop_chains() -> None:
    """Let running chains end after the step they are at."""
    _stopping.set()


def allow_chains() -> None:
    """Undo :func:`stop_chains`, when the process starts to work."""
    _stopping.clear()


def must_stop() -> bool:
    """Tell whether the process is about to end."""
    return _stopping.is_set()
