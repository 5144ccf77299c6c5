"""How one file of separated values is laid out: encoding, delimiter, columns, and where its rows begin."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from huitong.engine.connectors.decoding import Utf8Stream, encoding_of, open_bytes
from huitong.engine.connectors.failures import bad_format
from huitong.engine.connectors.grids import SAMPLE, column_names, header_at, is_blank, looks_like_names
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

DELIMITERS = (",", "\t", ";", "|", "^", "\x01")
HEAD = 1 << 18
"""Bytes at the beginning of a file from which its layout is read: a header must end within them."""
csv.field_size_limit(max(csv.field_size_limit(), HEAD))  # the limit is the process's: only ever raised


@dataclass(frozen=True)
class Layout:
    """``rows_at`` is the byte of the file, as UTF-8 and without a byte order mark, at which the rows begin."""

    path: Path
    encoding: str
    mark: int
    delimiter: str
    names: tuple[str, ...]
    rows_at: int


@dataclass(frozen=True)
class _Record:
    cells: Sequence[str]
    end: int
    line: int


def layout_of(source: Source, path: Path) -> Layout:
    """Look at the beginning of a file.

    Raises:
        Terminal: ``source.empty``, ``source.no_header``, ``source.bad_delimiter``, ``source.bad_format``,
            ``source.encoding_unknown``, ``source.encoding_unsupported``, ``source.encoding_mismatch``.
    """
    encoding, mark = encoding_of(source, path)
    head, whole = _head(source, path, encoding, mark)
    if is_blank(head):
        raise Terminal("source.empty", source=source.code, object=path.name)
    delimiter = _declared(source) if source.delimiter else _delimiter(head)
    try:
        records = list(_records(head, delimiter, whole=whole))
    except csv.Error as error:
        raise bad_format(source, path.name, error) from error
    rows = [record.cells for record in records]
    at = header_at(rows)
    if at is None:
        raise Terminal("source.empty", source=source.code, object=path.name)
    if not looks_like_names(rows[at]):
        raise Terminal("source.no_header", source=source.code, object=path.name)
    widths = Counter(len(row) for row in rows[at + 1 :] if not all(map(is_blank, row)))
    usual = widths.most_common(1)[0][0] if widths else 0
    return Layout(
        path=path,
        encoding=encoding,
        mark=mark,
        delimiter=delimiter,
        names=column_names(rows[at], usual),
        rows_at=len(head[: records[at].end].encode()),
    )


def _head(source: Source, path: Path, encoding: str, mark: int) -> tuple[str, bool]:
    """Return the first characters of a file, and whether these are all."""
    with open_bytes(source, path) as file:
        file.read(mark)
        stream = Utf8Stream(source, path, file, encoding)
        data = stream.read(HEAD) or b""
        whole = not stream.read(1)
    return (data.decode() if whole else data.decode(errors="ignore")), whole  # a character may be cut at the end


def _declared(source: Source) -> str:
    delimiter = {"\\t": "\t", "tab": "\t"}.get(source.delimiter, source.delimiter)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise Terminal("source.bad_delimiter", source=source.code, delimiter=source.delimiter)
    return delimiter


def _delimiter(head: str) -> str:
    """Return the delimiter that cuts most of the first records into the same number of cells."""
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(record.cells) for record in _records(head, delimiter, whole=False) if any(record.cells)]
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        score = (count / len(widths), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _records(head: str, delimiter: str, *, whole: bool) -> Iterator[_Record]:
    """Cut the beginning of a file into records; the last is left out where it may be cut short."""
    end = line = 0

    def lines() -> Iterator[str]:
        nonlocal end, line
        for each in io.StringIO(head, newline=""):
            end += len(each)
            line += 1
            yield each

    before: _Record | None = None
    for number, cells in enumerate(csv.reader(lines(), delimiter=delimiter)):
        if before is not None:
            yield before
        before = _Record(cells, end, line)
        if number > SAMPLE:
            return
    if before is not None and (whole or before.line == 1):
        yield before
