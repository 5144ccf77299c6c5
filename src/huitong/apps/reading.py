"""What a request that only reads asks the database once, however many parts of its page need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TypeVar, cast

R = TypeVar("R")
_known: ContextVar[dict[object, object] | None] = ContextVar("huitong_read", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Remember inside what :func:`read_once` functions found. For what changes nothing: nobody is told to forget."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def read_once(read: Callable[[], R]) -> Callable[[], R]:
    """Let a function read once in each :func:`reading`, and as ever elsewhere. Nobody changes what it returns."""

    @wraps(read)
    def remembered() -> R:
        known = _known.get()
        if known is None:
            return read()
        if read not in known:
            known[read] = read()
        return cast(R, known[read])

    return remembered
