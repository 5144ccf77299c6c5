"""Tables that people typed: where the header is, what its columns are called, rows of text into batches."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterable, Sequence

import pyarrow as pa

from huitong.engine.connectors.streams import batch_rows, text_schema

Cells = Sequence[str | None]

SAMPLE = 50
"""Rows in which a header is looked for."""
_NARROW = 3
_FULL_ENOUGH = 0.6


def is_blank(cell: str | None) -> bool:
    """Tell whether a cell holds nothing but white space (or the end-of-file mark that DOS programs leave)."""
    return cell is None or not cell.strip("\x1a\ufeff \t\r\n\u3000")


def header_at(rows: Sequence[Cells]) -> int | None:
    """Return the index of the header among the first rows of a table, None when every row is blank.

    Titles and remarks above a table fill fewer cells than it has columns: the header is the first row that is about
    as full as the rows get. One row alone that is fuller than all others does not count.
    """
    filled = [sum(not is_blank(cell) for cell in row) for row in rows[:SAMPLE]]
    counts = sorted(count for count in filled if count)
    if not counts:
        return None
    top = counts[-2] if len(counts) >= _NARROW else counts[-1]
    needed = top if top <= _NARROW else math.ceil(_FULL_ENOUGH * top)
    return next(index for index, count in enumerate(filled) if count >= needed)


def looks_like_names(cells: Cells) -> bool:
    """Tell whether a row can be a header: at least one cell has a letter or a Chinese character."""
    return any(character.isalpha() for cell in cells if cell for character in cell)


def column_names(cells: Cells, width: int = 0) -> tuple[str, ...]:
    """Return one unique name a column.

    A blank name becomes ``column_<position>``, a repeated one gets ``_2``, ``_3``…; names that differ only in case
    count as repeated, because SQL takes them for the same.

    Args:
        width: the number of columns, where rows are wider than the header.
    """
    names: list[str] = []
    taken: set[str] = set()
    for position in range(max(len(cells), width)):
        cell = cells[position] if position < len(cells) else None
        wanted = re.sub(r"[\r\n]+", "", cell or "").strip("\ufeff \t\u3000") or f"column_{position + 1}"
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def joined_names(header: Sequence[Cells]) -> list[str | None]:
    """Join the names that stand above each other in a header: 地址 over 省 is 地址_省, a repeated name counts once."""
    columns = zip(*header, strict=True)
    return [
        "_".join(dict.fromkeys(cell.strip() for cell in column if cell and not is_blank(cell))) for column in columns
    ]


def text_batches(names: Sequence[str], rows: Iterable[Cells]) -> Generator[pa.RecordBatch, None, None]:
    """Make batches of rows of text; blank rows are left out, short ones filled with NULL, rows are never too long."""
    schema, size, width = text_schema(names), batch_rows(len(names)), len(names)
    kept: list[Cells] = []
    for row in rows:
        if all(map(is_blank, row)):
            continue
        kept.append(row if len(row) == width else [*row, *[None] * (width - len(row))])
        if len(kept) == size:
            yield _batch(schema, kept)
            kept = []
    if kept:
        yield _batch(schema, kept)


def _batch(schema: pa.Schema, rows: Sequence[Cells]) -> pa.RecordBatch:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
