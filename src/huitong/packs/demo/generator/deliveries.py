"""Files as departments deliver them: text in GB18030 (GBK and the rare characters of places), spreadsheets, a page."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

Row = Sequence[object]
_PAGE = """<!DOCTYPE html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>{title} · 皋城市</title></head>
<body><h1>{title}</h1><p>演示数据，纯属虚构。</p>
<table id="data"><thead>{header}</thead><tbody>
{rows}
</tbody></table></body></html>
"""


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its name, header and rows."""

    name: str
    header: Sequence[str]
    rows: Iterable[Row]


def write_delivery(target: Path, sheets: Sequence[Sheet], *, encoding: str) -> None:
    """Write the file whose suffix says what it is, in place of ``target`` at once.

    Args:
        target: ``.csv`` (one sheet, in ``encoding``), ``.xlsx`` (any number) or ``.html`` (one, UTF-8).
        sheets: what it holds.
        encoding: of a text file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    _WRITERS[target.suffix](draft, sheets, encoding)
    draft.replace(target)


def _write_csv(target: Path, sheets: Sequence[Sheet], encoding: str) -> None:
    (sheet,) = sheets
    with target.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.header)
        writer.writerows(sheet.rows)


def _write_xlsx(target: Path, sheets: Sequence[Sheet], _encoding: str) -> None:
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.append(list(sheet.header))
        for row in sheet.rows:
            page.append(list(row))
    with target.open("wb") as file:
        book.save(file)


def _write_html(target: Path, sheets: Sequence[Sheet], _encoding: str) -> None:
    (sheet,) = sheets
    rows = "\n".join(_line("td", row) for row in sheet.rows)
    target.write_text(_PAGE.format(title=sheet.name, header=_line("th", sheet.header), rows=rows), encoding="utf-8")


def _line(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"


_WRITERS: dict[str, Callable[[Path, Sequence[Sheet], str], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".html": _write_html,
}
