"""Workbooks: titles, merged cells, numbers that are codes, damage."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from huitong.engine.connectors import CONNECTORS, spreadsheet
from huitong.engine.connectors.protocol import SourceObject, Watermark
from huitong.engine.connectors.sheet_grid import text_of
from huitong.foundation.errors import Terminal


def saved(path: Path, rows, merged=(), title="表一", first_cell=(1, 1)):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.cell(first_cell[0] + number, first_cell[1] + column, value)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def changed(path: Path, old: str, new: str) -> None:
    """Replace text within a workbook's first sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert old.encode() in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def code_of(read, source, name):
    with pytest.raises(Terminal) as caught:
        read(source, name)
    assert "{" not in caught.value.detail("zh") + caught.value.hint("en")
    return caught.value.code


def test_titles_blank_rows_and_merged_cells(tmp_path, source, read):
    rows = [
        ["某市人员登记表"],
        [],
        ["填报单位：民政局", None, None, "2026年"],
        ["区县", "姓名", "地址", None, "备注"],
        [None, None, "省", "市"],
        ["金安区", "张三", "安徽", "六安", None],
        [None, "李四", "安徽", "合肥", "x"],
        [],
        ["裕安区", "王五", "跨两列", None, None],
    ]
    merged = ["A1:E1", "A4:A5", "B4:B5", "C4:D4", "E4:E5", "A6:A7", "C9:D9"]
    saved(tmp_path / "a.xlsx", rows, merged)
    assert [list(row.values()) for row in read(source("xlsx", tmp_path), "a.xlsx#表一")] == [
        ["金安区", "张三", "安徽", "六安", None],
        ["金安区", "李四", "安徽", "合肥", "x"],
        ["裕安区", "王五", "跨两列", "跨两列", None],
    ]
    names = [column.name for column in CONNECTORS["xlsx"].columns(source("xlsx", tmp_path), "a.xlsx#表一")]
    assert names == ["区县", "姓名", "地址_省", "地址_市", "备注"]


def test_a_table_that_begins_elsewhere(tmp_path, source, read):
    saved(tmp_path / "a.xlsx", [["编号", "名称"], [1, "x"], [2, "y"], [3, None]], ["D7:D8"], first_cell=(5, 3))
    found = read(source("xlsx", tmp_path), "a.xlsx")
    assert found == [{"编号": "1", "名称": "x"}, {"编号": "2", "名称": "y"}, {"编号": "3", "名称": "y"}]


def test_a_form_with_every_row_merged_alike_has_one_header_row(tmp_path, source, read):
    rows = [["姓名", None, "单位", None], ["张三", None, "民政局", None], ["李四", None, "公安局", None]]
    saved(tmp_path / "a.xlsx", rows, [f"{pair[0]}{row}:{pair[1]}{row}" for row in (1, 2, 3) for pair in ("AB", "CD")])
    found = read(source("xlsx", tmp_path), "a.xlsx", columns=("姓名", "单位"))
    assert found == [{"姓名": "张三", "单位": "民政局"}, {"姓名": "李四", "单位": "公安局"}]


def test_a_table_far_below(tmp_path, source, read):
    saved(tmp_path / "a.xlsx", [["编号", "名称"], [1, "x"]], first_cell=(200, 1))
    assert read(source("xlsx", tmp_path), "a.xlsx") == [{"编号": "1", "名称": "x"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.5, "-0.5"),
        (1234.5600000000002, "1234.56"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (6222021234567891.0, "6222021234567891"),
        (3.4152219900101126e17, "341522199001011260"),
        (True, "TRUE"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
        (time(1, 2, 3), "01:02:03"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        ("", None),
        (" 001 ", " 001 "),
    ],
)
def test_cells_as_text(value, text):
    assert text_of(value) == text


def test_numbers_that_are_codes_keep_all_their_digits(tmp_path, source, read):
    path = saved(tmp_path / "a.xlsx", [["证件", "卡号", "金额"], [111, 222, 0.1], ["34152219900101123X", 333, 1]])
    changed(path, "<v>111</v>", "<v>341522199001011234</v>")
    changed(path, "<v>222</v>", "<v>6222021234567890123</v>")
    assert [list(row.values()) for row in read(source("xlsx", tmp_path), "a.xlsx")] == [
        ["341522199001011234", "6222021234567890123", "0.1"],
        ["34152219900101123X", "333", "1"],
    ]


def test_looking_around(tmp_path, source, read):
    saved(tmp_path / "a.xlsx", [["编号"], [1]], title="一")
    saved(tmp_path / "b.xlsx", [["编号"], [1]], title="二")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    connector, here = CONNECTORS["xlsx"], source("xlsx", tmp_path)
    assert connector.objects(here) == tuple(
        SourceObject(name, None) for name in ("a.xlsx#一", "b.xlsx#二", "broken.xlsx")
    )
    assert read(source("xlsx", tmp_path / "a.xlsx"), "a.xlsx#一") == [{"编号": "1"}]
    for name, told in [("a.xlsx#二", "a.xlsx#一"), ("c.xlsx", "b.xlsx")]:
        with pytest.raises(Terminal) as caught:
            read(here, name)
        assert caught.value.code == "source.object_missing"
        assert told in caught.value.detail("en")


def test_columns_and_watermark(tmp_path, source, read):
    saved(tmp_path / "a.xlsx", [["编号", "日期"], [1, date(2026, 1, 1)], [2, date(2026, 1, 3)], [3, None]])
    here = source("xlsx", tmp_path)
    found = read(here, "a.xlsx", columns=("日期", "编号"), watermark=Watermark("日期", date(2026, 1, 2)))
    assert [list(row.values()) for row in found] == [["2026-01-03", "2"], [None, "3"]]
    with pytest.raises(Terminal) as caught:
        read(here, "a.xlsx", columns=("日起",))
    assert caught.value.code == "source.column_missing"


def test_two_hundred_columns(tmp_path, source, read):
    saved(tmp_path / "a.xlsx", [[f"字段{n}" for n in range(200)], list(range(200))])
    assert list(read(source("xlsx", tmp_path), "a.xlsx")[0].values()) == [str(n) for n in range(200)]


def test_damaged_empty_and_oversized_workbooks(tmp_path, source, read, monkeypatch):
    here = source("xlsx", tmp_path)
    good = saved(tmp_path / "a.xlsx", [["编号"], [1]]).read_bytes()
    (tmp_path / "empty.xlsx").touch()
    (tmp_path / "cut.xlsx").write_bytes(good[: len(good) // 2])
    (tmp_path / "text.xlsx").write_text("编号,姓名\n1,x\n")
    (tmp_path / "text.xls").write_text("<html><table>")
    saved(tmp_path / "blank.xlsx", [[" ", None], [None, "\n"]])
    saved(tmp_path / "numbers.xlsx", [[1, 2], [3, 4]])
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("x", "y")
    for name, code in [
        ("empty.xlsx", "source.empty"),
        ("cut.xlsx", "source.bad_format"),
        ("text.xlsx", "source.bad_format"),
        ("text.xls", "source.bad_format"),
        ("zip.xlsx", "source.bad_format"),
        ("blank.xlsx", "source.empty"),
        ("numbers.xlsx", "source.no_header"),
    ]:
        assert code_of(read, here, name) == code, name
    monkeypatch.setattr(spreadsheet, "MOST_BYTES", 1_000)
    assert code_of(read, here, "a.xlsx") == "source.too_many_bytes"


def test_one_stray_cell_far_away_does_not_take_all_memory(tmp_path, source, read):
    path = saved(tmp_path / "a.xlsx", [["编号", "名称"], [1, "x"], [2, "y"]])
    changed(path, 'r="B3"', 'r="XFD1048576"')
    assert code_of(read, source("xlsx", tmp_path), "a.xlsx") == "source.too_many_bytes"
