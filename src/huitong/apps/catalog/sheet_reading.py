"""A workbook in the guide's layout, read: the items it holds, and for every cell that makes no sense, why."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from huitong.apps.catalog.checking import GUIDE_TYPES
from huitong.apps.catalog.classes import resource_class_of
from huitong.apps.catalog.sheet_layout import COLUMNS, MOST_BYTES, MOST_ROWS, Line
from huitong.apps.catalog.sheet_lines import NO, WORDED, YES, Register, field_line, lines_of
from huitong.apps.labels import LABELS, Text
from huitong.engine.declarations import items
from huitong.foundation.errors import Terminal
from huitong.foundation.numbers import whole_number

_OF = {column.name: column.of for column in COLUMNS}
_DIGITS = re.compile(r"\d+")
_UNPACKED = 20
"""A workbook that unpacks to more than this many times its greatest size is refused."""


@dataclass(frozen=True)
class CellProblem:
    """A cell that makes no sense: its address, its heading, what it says, and what is wrong."""

    cell: str
    title: str
    value: str
    text: Text


@dataclass(frozen=True)
class ReadItem:
    """An item as read: where it begins, what it says, and the cells that make no sense."""

    row: int
    spec: items.CatalogItem | None
    problems: tuple[CellProblem, ...] = ()


@dataclass
class _Block:
    """The lines of one item."""

    row: int
    lines: list[tuple[int, Line]] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)


def read_workbook(
    content: bytes, known: Register, existing: Callable[[str], items.CatalogItem | None]
) -> tuple[ReadItem, ...]:
    """Read a workbook, merged cells or repeated ones alike.

    Args:
        content: an ``.xlsx`` file.
        known: what its names stand for.
        existing: gives the published item of a code: what the sheet has no column for (rules, link) is kept.

    Raises:
        Terminal: ``catalog.sheet_unreadable``, ``catalog.sheet_no_heads``, ``catalog.sheet_too_large``.
    """
    rows = _rows(content)
    columns, first = _heads(rows)
    return tuple(_Reader(known, existing, columns).item(block) for block in _blocks(rows[first:], first, columns))


def _rows(content: bytes) -> list[tuple[object, ...]]:
    if len(content) > MOST_BYTES:
        raise Terminal("catalog.sheet_too_large", most=f"{MOST_BYTES // 1_000_000} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED * MOST_BYTES:
                raise Terminal("catalog.sheet_too_large", most=f"{_UNPACKED * MOST_BYTES // 1_000_000} MB")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: list[tuple[object, ...]] = []
        for row in book.worksheets[0].iter_rows(values_only=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise Terminal("catalog.sheet_too_large", most=f"{MOST_ROWS:,}")
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, EOFError) as error:
        raise Terminal("catalog.sheet_unreadable", reason=str(error)[:200]) from error
    return rows


def _heads(rows: list[tuple[object, ...]]) -> tuple[dict[str, int], int]:
    """Return the place of each column that is there, and the index of the first row below the headings."""
    for index, row in enumerate(rows[:10]):
        texts = [_text(value) for value in row]
        if "信息资源名称" not in texts and "目录名称" not in texts:
            continue
        below = [_text(value) for value in rows[index + 1]] if index + 1 < len(rows) else []
        leaves = {column.title for column in COLUMNS if column.title}
        two = len(leaves & set(below)) >= 3
        return _places(texts, below if two else []), index + (2 if two else 1)
    raise Terminal("catalog.sheet_no_heads")


def _places(texts: list[str], below: list[str]) -> dict[str, int]:
    places = {}
    for column in COLUMNS:
        names = (column.title or column.group, *column.also)
        for row in (below, texts):
            found = next((row.index(name) for name in names if name in row), None)
            if found is not None:
                places[column.name] = found
                break
    return places


def _blocks(rows: list[tuple[object, ...]], first: int, columns: dict[str, int]) -> Iterator[_Block]:
    block: _Block | None = None
    for index, row in enumerate(rows):
        line = {name: _text(row[at]) if at < len(row) else "" for name, at in columns.items()}
        line = {**dict.fromkeys(_OF, ""), **line}
        if not any(line.values()):
            continue
        same = block is not None and all(
            line[name] in ("", block.lines[0][1][name]) for name in ("title", "code", "resource_code", "provider")
        )
        if block is None or (line["title"] and not same):
            if block:
                yield block
            block = _Block(first + index + 1)
        block.lines.append((first + index + 1, line))
    if block:
        yield block


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


class _Reader:
    """Turns the lines of one item after the other into specs."""

    def __init__(
        self, known: Register, existing: Callable[[str], items.CatalogItem | None], columns: dict[str, int]
    ) -> None:
        self._known, self._existing, self._columns = known, existing, columns
        self._providers: dict[str, str] = {}
        for code, (title, uscc) in known.around.organisations.items():
            self._providers.update({name: code for name in (title, uscc, code) if name})
        self._systems = {name: code for code, title in known.systems.items() for name in (title, code)}
        self._items = {code: item for item, code in known.resource_codes.items()}
        self._block = _Block(0)

    def item(self, block: _Block) -> ReadItem:
        """Read the lines of one item."""
        self._block = block
        row, line = block.lines[0]
        base = self._existing(line["code"]) if line["code"] else None
        if base is not None and self._unchanged(base):
            return ReadItem(row, base)
        values = self._item_values(row, line, base)
        spec = items.CatalogItem(**{**_parts(base), **values})  # type: ignore[arg-type]
        return ReadItem(row, None if block.problems else spec, tuple(block.problems))

    def _unchanged(self, base: items.CatalogItem) -> bool:
        """Tell whether the lines are just what the item is written as: then nothing was changed."""
        written = lines_of(base, self._known)
        lines = [line for _row, line in self._block.lines]
        whole = self._columns.keys() == _OF.keys() and len(written) == len(lines)
        return whole and all(
            read[name] == as_is[name] or (place and _OF[name] == "item" and not read[name])
            for place, (read, as_is) in enumerate(zip(lines, written, strict=False))
            for name in _OF
        )

    def _item_values(self, row: int, line: Line, base: items.CatalogItem | None) -> dict[str, object]:
        values: dict[str, object] = {
            name: line[name]
            for name in ("title", "title_en", "abstract", "abstract_en", "format_type", "sharing_condition")
        }
        values |= {name: line[name] for name in ("sharing_basis", "open_condition", "resource_code", "code", "table")}
        values |= {name: line[name] for name in ("sharing_condition_en", "sharing_basis_en", "open_condition_en")}
        values |= {name: self._worded(row, name, line[name]) for name in WORDED if line[name]}
        values["provider"] = self._named(row, "provider", line["provider"] or line["provider_code"], self._providers)
        values["system"] = self._named(row, "system", line["system"], self._systems)
        values["open_to_public"] = self._yes(row, "open_to_public", line["open_to_public"])
        values["published_on"] = self._day(row, line["published_on"])
        values["related"] = self._related(row, line["related"])
        values["classification"] = code = self._class(row, line)
        if kind := resource_class_of(code):
            values["resource_class"] = kind
        if base is not None and base.classification != code:
            values["category"] = ""
        if base is not None and not base.resource_code:
            kept = self._known.resource_codes.get(base.code)
            values["resource_code"] = "" if line["resource_code"] == kept else line["resource_code"]
        absent = {name for name in values if name in _OF and name not in self._columns}
        if base is not None:
            values = {name: value for name, value in values.items() if name not in absent}
        values["fields"] = tuple(self._fields(base))
        return values

    def _fields(self, base: items.CatalogItem | None) -> Iterator[items.ItemField]:
        known = {one.std_name: one for one in base.fields} if base else {}
        with translation.override("zh-hans"):
            written = {name: field_line(one, self._known.around) for name, one in known.items()}
        for row, line in self._block.lines:
            mine = {name: line[name] for name, of in _OF.items() if of == "field"}
            if not any(mine.values()):
                continue
            yield known[line["name"]] if written.get(line["name"]) == mine else self._field(row, mine)

    def _field(self, row: int, line: Line) -> items.ItemField:
        element = self._element(row, line["element"])
        declared = self._known.around.elements.get(element)
        kind = self._worded(row, "guide_type", line["guide_type"]) if line["guide_type"] else ""
        length = self._length(row, line["length"])
        default = GUIDE_TYPES[declared.type][0] if declared else ""
        return items.ItemField(
            column=line["column"],
            element=element,
            name="" if line["name"] == element else line["name"],
            title=line["field_title"],
            title_en=line["field_title_en"],
            required=self._yes(row, "required", line["required"]),
            unique=self._yes(row, "unique", line["unique"]),
            guide_type="" if kind == default else kind,  # type: ignore[arg-type]
            length=0 if declared and length == declared.max_length else length,
        )

    def _element(self, row: int, text: str) -> str:
        elements = self._known.around.elements
        names = {name: one.name for one in elements.values() for name in (one.name, one.code, one.title)}
        return self._named(row, "element", text, names)

    def _named(self, row: int, column: str, text: str, names: dict[str, str]) -> str:
        if text and text not in names:
            self._wrong(row, column, text, _("没有登记过这个名称。"))
        return names.get(text, "")

    def _worded(self, row: int, column: str, text: str) -> str:
        for value, entry in LABELS[column].items():
            with translation.override("zh-hans"):
                words = {value, str(entry.text)}
            with translation.override("en"):
                words.add(str(entry.text))
            if text in words:
                return value
        with translation.override("zh-hans"):
            offered = "、".join(str(entry.text) for entry in LABELS[column].values())
        self._wrong(row, column, text, _("只能填：%(offered)s。"), offered=offered)
        return next(iter(LABELS[column]))

    def _yes(self, row: int, column: str, text: str) -> bool:
        if text not in ("", YES, NO, "1", "0", "Yes", "No"):
            self._wrong(row, column, text, _("只能填“是”或“否”。"))
        return text in (YES, "1", "Yes")

    def _day(self, row: int, text: str) -> str:
        if not text:
            return ""
        try:
            return date.fromisoformat(text.replace("/", "-").replace(".", "-")).isoformat()
        except ValueError:
            self._wrong(row, "published_on", text, _("日期应写成 2026-03-01。"))
            return ""

    def _length(self, row: int, text: str) -> int:
        number = whole_number(text or "0", most=999_999)
        if number is None:
            self._wrong(row, "length", text, _("长度应是整数。"))
        return number or 0

    def _related(self, row: int, text: str) -> tuple[str, ...]:
        codes = [code for code in re.split(r"[、,，;；\s]+", text) if code]
        known = self._items.keys() | set(self._items.values()) | set(self._known.around.tables.values())
        for code in codes:
            if code not in known:
                self._wrong(row, "related", code, _("没有登记过这个名称。"))
        return tuple(self._items.get(code, code) for code in codes)

    def _class(self, row: int, line: Line) -> str:
        """The deepest of the four cells says all: each begins with its whole code."""
        for level in (4, 3, 2, 1):
            if text := line[f"class_{level}"]:
                found = _DIGITS.match(text)
                if found is None:
                    self._wrong(row, f"class_{level}", text, _("分类应以代码开头，例如“303002 公安局”。"))
                return found[0] if found else ""
        return ""

    def _wrong(self, row: int, column: str, value: str, text: Text, **values: str) -> None:
        at = self._columns.get(column)
        titles = {one.name: one.title or one.group for one in COLUMNS}
        said = str(text) % values if values else text
        cell = f"{get_column_letter(at + 1)}{row}" if at is not None else str(row)
        self._block.problems.append(CellProblem(cell, titles[column], value, said))


def _parts(base: items.CatalogItem | None) -> dict[str, object]:
    if base is None:
        return {"code": "", "title": "", "title_en": "", "provider": "", "table": "", "fields": ()}
    return {name: getattr(base, name) for name in msgspec.structs.asdict(base)}
