"""What a request that only reads asks the database once, however many parts of its page need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
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


def read_once(read: Callable[P, R]) -> Callable[P, R]:
    """Let a function read once in each :func:`reading` for the same arguments, and as ever elsewhere.

    Nobody changes what it returns; its arguments are hashable.
    """

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _known.get()
        if known is None:
            return read(*args, **kwargs)
        key = (read, args, tuple(kwargs.items()))
        if key not in known:
            known[key] = read(*args, **kwargs)
        return cast(R, known[key])

    return remembered
