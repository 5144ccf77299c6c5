"""Read what the departments hold, as they hold it."""

from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from huitong.packs.demo.generator.objects import SourceObject, source_objects

Rows = list[tuple[Any, ...]]


def header_and_rows(folder: Path, item: SourceObject) -> tuple[tuple[str, ...], Rows]:
    """Return the columns and the rows of one source object."""
    file = folder / item.file
    if item.medium == "db":
        with closing(sqlite3.connect(file)) as source:
            found = source.execute(f'SELECT * FROM "{item.object}" ORDER BY id')
            return tuple(column[0] for column in found.description), found.fetchall()
    lines: list[tuple[Any, ...]]
    if item.medium == "csv":
        with file.open(encoding=item.encoding, newline="") as text:
            lines = [tuple(line) for line in csv.reader(text)]
    elif item.medium == "xlsx":
        book = load_workbook(file, read_only=True)
        lines = list(book[item.object].iter_rows(values_only=True))
        book.close()
    else:
        page = file.read_text(encoding="utf-8")
        lines = [
            tuple(map(unescape, re.findall("<t[dh]>(.*?)</t[dh]>", row))) for row in re.findall("<tr>.*?</tr>", page)
        ]
    return tuple(lines[0]), lines[1:]


def everything(home: Path) -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Return every source object's columns and rows, by table."""
    return {item.table: header_and_rows(home / "city", item) for item in source_objects()}
