"""Normalisers and types: what people write, and what it is read as."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitong.engine.declarations.elements import Element
from huitong.engine.standards.bindings import normalisers_of
from huitong.engine.standards.normalisers import NORMALISERS
from huitong.engine.standards.types import TYPES
from huitong.foundation.codes import id_number, mobile, uscc

CONNECTION = duckdb.connect()
Value = str | int | bool | date | datetime | Decimal | None


def normalised(names: tuple[str, ...], texts: list[str | None]) -> list[str | None]:
    """Apply normalisers one after the other, as the check query does in layers."""
    rows = "SELECT unnest($1) AS x"
    for name in names:
        expression = NORMALISERS[name].sql("x")
        rows = f"SELECT {expression} AS x FROM ({rows})"
    return [row[0] for row in CONNECTION.execute(rows, [texts]).fetchall()]


def read(type_: str, text: str | None) -> Value:
    """Read one text as a data element of a type."""
    element = Element(code="x", name="x", title="x", title_en="x", type=type_)  # type: ignore[arg-type]
    (clean,) = normalised(normalisers_of(element), [text])
    reader = TYPES[type_]
    slow = _one(f"SELECT {reader.sql('x')} FROM (SELECT $1::VARCHAR AS x)", clean)
    if reader.quick:
        quick = _one(f"SELECT {reader.quick('x')} FROM (SELECT $1::VARCHAR AS x)", text)
        assert quick is None or quick == slow
    return slow


def _one(sql: str, parameter: str | None) -> Value:
    row = CONNECTION.execute(sql, [parameter]).fetchone()
    value: Value = row[0] if row else None
    return value


@pytest.mark.parametrize(
    ("name", "written", "clean"),
    [
        ("trim", "  王\u3000 小明\t", "王 小明"),
        ("trim", "王小明", "王小明"),
        ("trim", None, None),
        ("half_width", "ＡＢｃ１２３（）－", "ABc123()-"),
        ("half_width", "金安区１号", "金安区1号"),
        ("no_spaces", " 3415 02\u00a01990\u3000", "3415021990"),
        ("upper", "9134x", "9134X"),
        ("lower", "Wang@Example.CN", "wang@example.cn"),
        ("digits", "6222 0212-3456", "622202123456"),
        ("id_upgrade", "110105491231002", "11010519491231002X"),
        ("id_upgrade", "11010549123100X", "11010549123100X"),
        ("mobile", "+86 138-0013-8000", "13800138000"),
        ("mobile", "8613800138000", "13800138000"),
        ("mobile", "138 0013 800", "1380013800"),
        ("month", "202401", "2024-01"),
        ("month", "2024年1月", "2024-01"),
        ("month", "20240131", "2024-01"),
        ("month", "2024/1", "2024-01"),
        ("month", "2024-01-31", "2024-01"),
        ("month", "Januar", "Januar"),
        ("amount", "1,234.50元", "1234.50"),
        ("amount", "￥１２．５", "12.5"),
        ("amount", "人民币100元整", "100"),
        ("wan_yuan", "500(万元)", "500"),
        ("wan_yuan", "500万元人民币", "500"),
        ("wan_yuan", "500万美元", "500万美元"),
        ("null_words", "NULL", None),
        ("null_words", "无", None),
        ("null_words", "-", None),
        ("null_words", "", None),
        ("null_words", "无锡", "无锡"),
        ("empty", "", None),
        ("empty", "无", "无"),
    ],
)
def test_normalisers(name: str, written: str | None, clean: str | None) -> None:
    assert normalised((name,), [written]) == [clean]


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(sorted(NORMALISERS)),
    st.lists(st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
)
def test_normalisers_never_fail_and_are_idempotent(name: str, texts: list[str | None]) -> None:
    once = normalised((name,), texts)
    assert normalised((name,), once) == once
    assert all(clean is None for text, clean in zip(texts, once, strict=True) if text is None)


SPOILT = st.sampled_from([" ", "\u3000", "\t", "\u00a0"])
WIDE = {char: chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))}


@st.composite
def written(draw: st.DrawFn, clean: st.SearchStrategy[str]) -> str:
    """Write a clean value as people do: full-width, small letters, blanks."""
    chars = [
        draw(st.sampled_from([char, WIDE[char], char.lower()])) + draw(st.just("") | SPOILT) for char in draw(clean)
    ]
    return "".join(chars)


NUMBERS = ("half_width", "no_spaces", "upper")


@settings(deadline=None, max_examples=50)
@given(written(st.text("0123456789X", min_size=15, max_size=18)))
def test_id_numbers_are_normalised_as_by_the_foundation(text: str) -> None:
    assert normalised((*NUMBERS, "id_upgrade"), [text]) == [id_number.normalise(text)]


@settings(deadline=None, max_examples=50)
@given(written(st.text(uscc.ALPHABET, min_size=1)))
def test_credit_codes_are_normalised_as_by_the_foundation(text: str) -> None:
    assert normalised(NUMBERS, [text]) == [uscc.normalise(text)]


@settings(deadline=None, max_examples=50)
@given(st.from_regex(r"(\+86|0086|86)?[ -]?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}", fullmatch=True))
def test_mobile_numbers_are_normalised_as_by_the_foundation(text: str) -> None:
    assert normalised(("half_width", "mobile"), [text]) == [mobile.normalise(text)]


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from([*WIDE, *WIDE.values(), "金", "é"])))
def test_half_width_is_nfkc_for_ascii(text: str) -> None:
    assert normalised(("half_width",), [text]) == [unicodedata.normalize("NFKC", text)]


@pytest.mark.parametrize(
    ("type_", "written", "value"),
    [
        *((("date", text, date(2024, 1, 31))) for text in ("2024-01-31", "20240131", "2024/1/31", "2024年1月31日")),
        ("date", "2024.01.31", date(2024, 1, 31)),
        ("date", "2024-01-31 10:00:00", date(2024, 1, 31)),
        ("date", "2024-01-31abc", None),
        ("date", "2024-01-3a", None),
        ("date", "2024-02-30", None),
        ("date", "0000-00-00", None),
        ("date", "infinity", None),
        ("date", "epoch", None),
        ("date", "99999-01-01", None),
        ("date", "无", None),
        ("datetime", "2024-01-31 08:05:09", datetime(2024, 1, 31, 8, 5, 9)),
        ("datetime", "2024/1/31 8:05", datetime(2024, 1, 31, 8, 5)),
        ("datetime", "2024年1月31日", datetime(2024, 1, 31)),
        ("datetime", "2024-01-31T08:05:09+08:00", datetime(2024, 1, 31, 8, 5, 9)),
        ("datetime", "2024-01-31T08:05:09Z", datetime(2024, 1, 31, 16, 5, 9)),
        ("datetime", "20240131080509", datetime(2024, 1, 31, 8, 5, 9)),
        ("datetime", "2024-01-31 25:00:00", None),
        ("integer", "1,200", 1200),
        ("integer", "1200.0", 1200),
        ("integer", "1.5", None),
        ("integer", "十", None),
        ("decimal", "1,234.50元", Decimal("1234.5")),
        ("decimal", "-0.5", Decimal("-0.5")),
        ("decimal", "1 234", Decimal("1234")),
        ("decimal", "12abc", None),
        ("decimal", "nan", None),
        *((("boolean", text, True)) for text in ("是", "Y", "1", "true", "有", " 是 ")),
        *((("boolean", text, False)) for text in ("否", "n", "0", "无", "FALSE")),
        ("boolean", "也许", None),
        ("string", " N/A ", None),
        ("string", "王  明", "王 明"),
    ],
)
def test_types(type_: str, written: str, value: Value) -> None:
    assert read(type_, written) == value


@settings(deadline=None, max_examples=50)
@given(st.dates(date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_date_is_read_in_every_form(day: date, form: str) -> None:
    assert read("date", day.strftime(form)) == day


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("0123456789-/.: 年月日TZ+eE_"), max_size=20))
def test_what_is_read_as_a_date_says_that_date(text: str) -> None:
    value = read("date", text)
    if value is not None:
        assert isinstance(value, date)
        digits = "".join(char for char in text if char.isdigit())
        assert digits.startswith(f"{value.year:04}")
