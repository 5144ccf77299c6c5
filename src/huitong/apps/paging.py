"""One page of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import F

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)
R = TypeVar("R")
Q = TypeVar("Q", bound="models.QuerySet[Any]")

PAGE_SIZE = 50
MOST_ROWS = 500
"""Nobody gets more than this many rows in one page."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a longer list. ``number`` counts from 1."""

    rows: tuple[T, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self.number < self.pages

    @property
    def first(self) -> int:
        """Position of the first row in the whole list, from 1; 0 in an empty list."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Position of the last row in the whole list."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def bounded(number: int, size: int, total: int, most: int = MOST_ROWS) -> tuple[int, int]:
    """Return a page number and size (at most ``most``) within what there is, whatever was asked for."""
    size = min(max(1, size), most)
    return min(max(1, number), max(1, -(-total // size))), size


def ordered(rows: Q, order: str, columns: Mapping[str, str | F]) -> Q:
    """Order a query by a column of its list, ties as they were made; it keeps its own when there is no such column.

    Args:
        rows: the query.
        order: the column's name, with ``-`` for descending.
        columns: the field of each column; an ``F`` where it may be empty: what has none comes last, either way.
    """
    field, down = columns.get(order.removeprefix("-")), order.startswith("-")
    if field is None:
        return rows
    sign = "-" if down else ""
    if isinstance(field, F):
        empty_last = field.desc(nulls_last=True) if down else field.asc(nulls_last=True)
        return rows.order_by(empty_last, f"{sign}pk")
    return rows.order_by(f"{sign}{field}", f"{sign}pk")


def sorted_by(rows: Iterable[T], order: str, columns: Mapping[str, str]) -> list[T]:
    """Order things in memory as :func:`ordered` does: by the attribute that a column shows."""
    name = columns.get(order.removeprefix("-"))
    return list(rows) if name is None else sorted(rows, key=attrgetter(name), reverse=order.startswith("-"))


def page_in(rows: Sequence[T], *, number: int, size: int) -> Page[T]:
    """Cut one page out of things in memory."""
    number, size = bounded(number, size, len(rows))
    return Page(tuple(rows[(number - 1) * size : number * size]), len(rows), number, size)


def page_of(rows: models.QuerySet[M], shape: Callable[[M], T], *, number: int = 1, size: int = PAGE_SIZE) -> Page[T]:
    """Cut one page out of a query and give its rows their shape. Queries as :func:`cut`."""
    page = cut(rows, number=number, size=size)
    return Page(rows=tuple(map(shape, page.rows)), total=page.total, number=page.number, size=page.size)


def cut(rows: models.QuerySet[M, R], *, number: int, size: int, most: int | None = None) -> Page[R]:
    """Cut one page out of a query: one query to read, and one to count what is more than a first page.

    Args:
        most: where counting stops; None counts all.
    """
    counted = rows if most is None else rows[:most]
    number, size = max(1, number), min(max(1, size), MOST_ROWS)
    if number == 1:
        ahead = size + 1 if most is None else min(size + 1, most)
        first = list(rows[:ahead])
        total = len(first) if len(first) < ahead or ahead == most else counted.count()
        return Page(tuple(first[:size]), total, number, size)
    total = counted.count()
    number, size = bounded(number, size, total)
    return Page(tuple(rows[(number - 1) * size : number * size]), total, number, size)
