"""Rows of a file of separated values that have more or fewer cells than its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as arrow_csv

from huitong.engine.connectors.csv_layout import Layout
from huitong.engine.connectors.decoding import Utf8Stream, open_bytes
from huitong.engine.connectors.failures import bad_format
from huitong.engine.connectors.grids import Cells, is_blank, text_batches
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError, Terminal


class OddRows:
    """Takes rows from the parser as it meets them and gives them back mended."""

    def __init__(self, source: Source, layout: Layout) -> None:
        self._source, self._layout = source, layout
        self._texts: list[str] = []

    def keep(self, row: arrow_csv.InvalidRow) -> str:
        """Keep a row for later; the parser goes on without it. Called from the parser's threads."""
        self._texts.append(row.text)
        return "skip"

    def mended(self) -> Iterator[pa.RecordBatch]:
        """Return the rows met since the last call: short ones filled up, long ones cut where what is cut is blank.

        Raises:
            Terminal: ``source.row_too_long``, ``source.row_endless``.
        """
        texts, self._texts = self._texts, []
        yield from text_batches(self._layout.names, map(self._cells, texts))

    def _cells(self, text: str) -> Cells:
        if text.count('"') % 2 and any(line_end in text for line_end in "\r\n"):
            raise unclosed(self._source, self._layout)
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=self._layout.delimiter), [])
        except csv.Error as error:
            raise bad_format(self._source, self._layout.path.name, error) from error
        width = len(self._layout.names)
        if not all(map(is_blank, cells[width:])):
            raise self._too_long()
        return [cell or None for cell in cells[:width]]

    def _too_long(self) -> HuitongError:
        """Go through the file again to find the line: the parser does not say it."""
        layout = self._layout
        with open_bytes(self._source, layout.path) as file:
            file.read(layout.mark)
            raw = Utf8Stream(self._source, layout.path, file, layout.encoding)
            lines = io.TextIOWrapper(io.BufferedReader(raw), encoding="utf-8", newline="")
            reader = csv.reader(lines, delimiter=layout.delimiter)
            too_long = (row for row in reader if not all(map(is_blank, row[len(layout.names) :])))
            cells = len(next(too_long, ()))
            line = f"{reader.line_num:,}"
        return Terminal(
            "source.row_too_long",
            source=self._source.code,
            object=layout.path.name,
            line=line,
            cells=cells,
            columns=len(layout.names),
        )


def unclosed(source: Source, layout: Layout) -> Terminal:
    """Say that a quotation mark is not closed, so that one row swallows those below."""
    return Terminal("source.row_endless", source=source.code, object=layout.path.name)
