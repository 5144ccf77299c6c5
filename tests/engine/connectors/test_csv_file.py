"""Files of separated values: encodings, delimiters, headers, ragged rows, damage."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.csv_file import BLOCK
from huitong.engine.connectors.protocol import ReadRequest, Watermark
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

TEXT = '编号,姓名,备注\n1,张三,身份证号\n2,李四,\n3,王五,""\n'
ROWS = [
    {"编号": "1", "姓名": "张三", "备注": "身份证号"},
    {"编号": "2", "姓名": "李四", "备注": None},
    {"编号": "3", "姓名": "王五", "备注": ""},
]


def refused(read, source, name, code, **more):
    with pytest.raises(Terminal) as caught:
        read(source, name, **more)
    assert caught.value.code == code
    assert "{" not in caught.value.detail("zh") + caught.value.detail("en") + caught.value.hint("zh")
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gbk", b""),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_are_told_apart(encoding, mark, packed, tmp_path, source, read):
    data = mark + TEXT.encode(encoding)
    (tmp_path / "a.csv").write_bytes(gzip.compress(data) if packed else data)
    assert read(source("csv", tmp_path), "a.csv") == ROWS


def test_first_chinese_character_after_megabytes_of_ascii(tmp_path, source, read):
    rows = "".join(f"{n},abcdefghijklmnopqrstuvwxyz,x\n" for n in range(60_000))
    (tmp_path / "a.csv").write_bytes(f"id,name,note\n{rows}9,张三丰,喆\n".encode("gb18030"))
    assert (tmp_path / "a.csv").stat().st_size > 1 << 20
    assert read(source("csv", tmp_path), "a.csv")[-1] == {"id": "9", "name": "张三丰", "note": "喆"}


def test_few_bytes_that_decode_both_ways_are_judged_by_what_they_spell(tmp_path, source, read):
    both = "a,b\n1,统战\n".encode("gbk")
    both.decode("utf-8")
    (tmp_path / "chinese.csv").write_bytes(both)
    (tmp_path / "french.csv").write_bytes("a,b\n1,café\n".encode())
    assert read(source("csv", tmp_path), "chinese.csv") == [{"a": "1", "b": "统战"}]
    assert read(source("csv", tmp_path), "french.csv") == [{"a": "1", "b": "café"}]


def test_unknown_encoding_is_refused_and_can_be_declared(tmp_path, source, read):
    (tmp_path / "a.csv").write_bytes("name,city\nJosé,Málaga\n".encode("latin-1"))
    refused(read, source("csv", tmp_path), "a.csv", "source.encoding_unknown")
    assert read(source("csv", tmp_path, encoding="latin-1"), "a.csv") == [{"name": "José", "city": "Málaga"}]
    refused(read, source("csv", tmp_path, encoding="klingon"), "a.csv", "source.encoding_unsupported")


def test_bytes_of_another_encoding_far_inside(tmp_path, source, read):
    for encoding, other in (("utf-8", "gbk"), ("gbk", "utf-8")):
        start = ("编号,姓名\n" + "1,张三\n" * 300_000).encode(encoding)
        (tmp_path / "a.csv").write_bytes(start + "2,李四光,\n".encode(other) + b"3,\xff\xff\n")
        refused(read, source("csv", tmp_path), "a.csv", "source.encoding_mismatch")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "\x01"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter, line_end, tmp_path, source, read):
    lines = [
        ["a", "b", "c"],
        ["1", "x, y; z" if delimiter not in ",;" else "x y", "3"],
        ["2", f"两{line_end}行", '说"好"'],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(lines)
    (tmp_path / "a.csv").write_bytes(out.getvalue().encode())
    assert [list(row.values()) for row in read(source("csv", tmp_path), "a.csv")] == lines[1:]
    declared = source("csv", tmp_path, delimiter="\\t" if delimiter == "\t" else delimiter)
    assert [list(row.values()) for row in read(declared, "a.csv")] == lines[1:]


def test_declared_delimiter_must_be_one(tmp_path, source, read):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    refused(read, source("csv", tmp_path, delimiter="，"), "a.csv", "source.bad_delimiter")


def test_headers_blank_repeated_and_below_a_title(tmp_path, source, read):
    text = "某市登记表,,,,\n填报单位：民政局,,,,\n姓名,,金额,金额,ID\n张三,男,1,2,3\n,,,,\n李四,女,3,4,5\n"
    (tmp_path / "a.csv").write_text(text)
    names = [column.name for column in CONNECTORS["csv"].columns(source("csv", tmp_path), "a.csv")]
    assert names == ["姓名", "column_2", "金额", "金额_2", "ID"]
    assert [row["姓名"] for row in read(source("csv", tmp_path), "a.csv")] == ["张三", "李四"]


def test_short_rows_are_filled_and_blank_surplus_cut(tmp_path, source, read):
    (tmp_path / "a.csv").write_text('a,b,c\n1,2,3\n4\n5,"6\n6",,, \n\n7,8\n\x1a')
    found = sorted(read(source("csv", tmp_path), "a.csv"), key=lambda row: row["a"])
    assert found == [
        {"a": "1", "b": "2", "c": "3"},
        {"a": "4", "b": None, "c": None},
        {"a": "5", "b": "6\n6", "c": None},
        {"a": "7", "b": "8", "c": None},
    ]


def test_rows_all_wider_than_the_header_keep_their_cells(tmp_path, source, read):
    (tmp_path / "a.csv").write_text("a,b,c\n1,2,3,x\n4,5,6,y\n")
    assert read(source("csv", tmp_path), "a.csv")[1] == {"a": "4", "b": "5", "c": "6", "column_4": "y"}


def test_a_row_that_is_too_long_is_named_and_nothing_of_it_is_told(tmp_path, source, read):
    (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 5 + "张三,1,2\n" + "1,2\n")
    error = refused(read, source("csv", tmp_path), "a.csv", "source.row_too_long")
    assert error.parameters["line"] == "7"
    assert "张三" not in str(error)


@pytest.mark.parametrize("start", ['a,b\n1,2\n1,"', 'a,b\n1,2\n"1,'])
@pytest.mark.parametrize("rows", [2, 3 * BLOCK // 4])
def test_an_unclosed_quote_swallows_nothing(start, rows, tmp_path, source, read):
    (tmp_path / "a.csv").write_text(start + "x,2\n" * rows)
    refused(read, source("csv", tmp_path), "a.csv", "source.row_endless")


@pytest.mark.parametrize("content", [b"", b" \r\n \n", b",,,\n,,,\n", codecs.BOM_UTF8, gzip.compress(b"", mtime=0)])
def test_empty_files(content, tmp_path, source, read):
    (tmp_path / "a.csv").write_bytes(content)
    refused(read, source("csv", tmp_path), "a.csv", "source.empty")


def test_header_alone_is_a_table_without_rows(tmp_path, source, read):
    (tmp_path / "a.csv").write_text("a,b")
    assert read(source("csv", tmp_path), "a.csv") == []


def test_numbers_alone_have_no_header(tmp_path, source, read):
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    refused(read, source("csv", tmp_path), "a.csv", "source.no_header")


def test_truncated_archive(tmp_path, source, read):
    data = gzip.compress("".join(f"{n},{n * n}\n" for n in range(400_000)).join(["a,b\n", ""]).encode())
    (tmp_path / "a.csv.gz").write_bytes(data[: len(data) // 2])
    refused(read, source("csv", tmp_path), "a.csv.gz", "source.bad_format")
    (tmp_path / "a.csv.gz").write_bytes(data[:30])
    refused(read, source("csv", tmp_path), "a.csv.gz", "source.bad_format")


def test_two_hundred_columns(tmp_path, source, read):
    header = [f"字段{n}" for n in range(200)]
    (tmp_path / "a.csv").write_text(",".join(header) + "\n" + (",".join(map(str, range(200))) + "\n") * 50)
    rows = read(source("csv", tmp_path), "a.csv", columns=("字段199", "字段0"))
    assert rows == [{"字段199": "199", "字段0": "0"}] * 50


def test_several_deliveries(tmp_path, source, read):
    (tmp_path / "d-1.csv").write_bytes("编号,姓名\n1,张三丰\n".encode("gbk"))
    (tmp_path / "d-2.csv").write_text("姓名;编号\n李四光;2\n")
    (tmp_path / "other.csv").write_text("x,y\n1,2\n")
    here = source("csv", tmp_path)
    assert read(here, "d-*.csv") == [{"编号": "1", "姓名": "张三丰"}, {"编号": "2", "姓名": "李四光"}]
    assert [found.name for found in CONNECTORS["csv"].objects(here)] == ["d-1.csv", "d-2.csv", "other.csv"]
    (tmp_path / "d-3.csv").write_text("编号,名字\n3,x\n")
    assert refused(read, here, "d-*.csv", "source.columns_differ").parameters["columns"] == "名字, 姓名"


def test_what_is_missing_is_said_with_what_exists(tmp_path, source, read):
    (tmp_path / "persons.csv").write_text("id,name\n1,x\n")
    here = source("csv", tmp_path)
    assert "persons.csv" in refused(read, here, "person.csv", "source.object_missing").detail("en")
    assert "name" in refused(read, here, "persons.csv", "source.column_missing", columns=("nmae",)).detail("zh")
    refused(read, source("csv", tmp_path / "nowhere"), "a.csv", "source.location_missing")
    refused(read, here, "../persons.csv", "source.bad_location")


def test_watermarks_on_text(tmp_path, source, read):
    rows = "n,day\n9,2026-01-01 08:00\n10,2026-01-02T08:00\n,\n11,昨天\n"
    (tmp_path / "a.csv").write_text(rows.replace("\n,\n", "\n12,\n"))
    here = source("csv", tmp_path)
    assert [row["n"] for row in read(here, "a.csv", watermark=Watermark("n", 10))] == ["10", "12", "11"]
    day = Watermark("day", date(2026, 1, 2))
    assert [row["n"] for row in read(here, "a.csv", columns=("n",), watermark=day)] == ["10", "12", "11"]
    text = Watermark("day", "2026-01-02")
    assert [row["n"] for row in read(here, "a.csv", columns=("n",), watermark=text)] == ["10", "12", "11"]


CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u3000\ufeff") | st.sampled_from("\n,\"';\t"),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_quoted_text_reads_back_equal(rows, encoding, line_end, tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("csv")
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows([("甲", "乙", "丙"), *rows])
    (folder / "a.csv").write_bytes(out.getvalue().encode(encoding))
    here = Source(
        code="s1", title="", organisation="", kind="csv", location=str(folder), delimiter=",", encoding=encoding
    )
    with CONNECTORS["csv"].read(here, ReadRequest("a.csv")) as reader:
        assert [tuple(row.values()) for row in reader.read_all().to_pylist()] == rows


def test_flat_memory_and_closed_file(tmp_path, source):
    (tmp_path / "a.csv").write_text("a,b\n" + "1,张三丰\n" * 800_000)
    with CONNECTORS["csv"].read(source("csv", tmp_path), ReadRequest("a.csv")) as reader:
        sizes = [batch.nbytes for batch, _ in zip(reader, range(2), strict=False)]
    assert max(sizes) < 4 * BLOCK
