"""The bulletin as a workbook: the page's tables with numbers as numbers, one sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from huitong.apps.assessment.bulletin import Bulletin, PeerPart

_HEAD = PatternFill("solid", fgColor="E5EFF7")
_WIDE = 60


def bulletin_book(bulletin: Bulletin) -> bytes:
    """Return the workbook: a sheet of ranks a group of peers, then values, indicators, comments and files of facts."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for group in bulletin.groups:
        _sheet(book, group.title, bulletin.title, _rank_heads(bulletin), _rank_rows(bulletin, group))
    _sheet(book, gettext("分项数值"), bulletin.title, _value_heads(), _value_rows(bulletin))
    _sheet(book, gettext("考核指标"), bulletin.title, _indicator_heads(), _indicator_rows(bulletin))
    if bulletin.annex:
        heads = (gettext("单位"), gettext("关于"), gettext("意见"), gettext("答复"))
        rows = ((one.title, one.indicator, one.text, one.answer) for one in bulletin.annex)
        _sheet(book, gettext("意见与答复"), bulletin.title, heads, rows)
    _sheet(book, gettext("事实文件"), bulletin.title, (gettext("表"), gettext("行数"), "SHA-256"), bulletin.files)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rank_heads(bulletin: Bulletin) -> tuple[str, ...]:
    heads = (gettext("名次"), gettext("单位"), gettext("得分"), gettext("名次变化"))
    return (*heads, *(one.title for one in bulletin.indicators))


def _rank_rows(bulletin: Bulletin, group: PeerPart) -> Iterable[Sequence[object]]:
    for row in group.rows:
        scores = (row.parts[one.spec.code].score if one.spec.code in row.parts else None for one in bulletin.indicators)
        yield (row.rank, row.title, row.total, row.change, *scores)


def _value_heads() -> tuple[str, ...]:
    heads = (gettext("单位"), gettext("指标"), gettext("数值"), gettext("分子"), gettext("分母"))
    return (*heads, gettext("得分"), gettext("权重"), gettext("计入总分"))


def _value_rows(bulletin: Bulletin) -> Iterable[Sequence[object]]:
    for group in bulletin.groups:
        for row in group.rows:
            for part in row.parts.values():
                yield (
                    row.title, part.title, part.value, part.numerator, part.denominator, part.score, part.weight,
                    part.points,
                )  # fmt: skip


def _indicator_heads() -> tuple[str, ...]:
    heads = (gettext("指标"), gettext("权重"), gettext("满分值"), gettext("零分值"), gettext("平均得分"))
    return (*heads, gettext("说明"), "SQL")


def _indicator_rows(bulletin: Bulletin) -> Iterable[Sequence[object]]:
    for one in bulletin.indicators:
        yield one.title, one.spec.weight, one.full, one.zero, one.mean, one.abstract, one.spec.sql.strip()


def _sheet(book: Workbook, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.create_sheet(name[:31])
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(list(heads))
    for cell in sheet[2]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in rows:
        sheet.append([_plain(value) for value in row])
    sheet.freeze_panes = "C3" if len(heads) > 4 else "A3"
    _set_widths(sheet, heads)


def _plain(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted."""
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return f"'{value}" if is_formula else value


def _set_widths(sheet: Worksheet, heads: Sequence[str]) -> None:
    for place in range(1, len(heads) + 1):
        texts = [str(row[0].value or "") for row in sheet.iter_rows(min_row=2, min_col=place, max_col=place)]
        longest = max(sum(2 if ord(sign) > 0x2E7F else 1 for sign in text.split("\n")[0]) for text in texts)
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDE, max(8, longest + 2))
