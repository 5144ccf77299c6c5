"""ID numbers, credit codes, mobile numbers and divisions; python-stdnum is the peer."""

from __future__ import annotations

from datetime import date

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
from hypothesis import given
from hypothesis import strategies as st

from huitong.foundation.codes import divisions, id_number, mobile, uscc

TODAY = date(2026, 1, 1)

born = st.dates(id_number.EARLIEST_BIRTH, TODAY)
counties = st.sampled_from([code for code in divisions.divisions() if not code.endswith("00")])
valid_ids = st.builds(
    lambda area, day, order: id_number.complete(f"{area}{day:%Y%m%d}{order:03}"),
    counties,
    born.filter(lambda day: day.year >= 1880),
    st.integers(1, 999),
)
valid_codes = st.builds(
    uscc.complete,
    counties.map(lambda area: f"91{area}"),
    st.text(uscc.ALPHABET, min_size=8, max_size=8),
)


@given(st.text("0123456789", min_size=17, max_size=17))
def test_id_check_character_agrees_with_peer(first: str) -> None:
    assert id_number.check_character(first) == stdnum.cn.ric.calc_check_digit(first + "0")


@given(valid_ids)
def test_generated_ids_are_valid_and_read_back(number: str) -> None:
    assert id_number.problem(number, today=TODAY) == ""
    parsed = id_number.parse(number, today=TODAY)
    assert parsed is not None
    assert parsed.birth_date == stdnum.cn.ric.get_birth_date(number)
    assert parsed.division == number[:6]
    assert parsed.sex == ("1" if int(number[16]) % 2 else "2")


@given(valid_ids, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_found(number: str, place: int, char: str) -> None:
    wrong = number[:place] + char + number[place + 1 :]
    assert (id_number.problem(wrong, today=TODAY) == "") == (wrong == number)


@given(valid_ids.filter(lambda number: number[6:8] == "19"))
def test_fifteen_digits_are_upgraded(number: str) -> None:
    assert id_number.normalise(number[:6] + number[8:17]) == number


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("11010519491231002X", ""),
        ("１１０１０５１９４９１２３１００２ｘ", ""),
        (" 110105 19491231 002x ", ""),
        ("11010519491231002", "length"),
        ("11010519491231002A", "characters"),
        ("34.15220000101E160", "characters"),
        ("00010519491231002X", "province"),
        ("11010519491331002X", "birth_date"),
        ("110105203012310021", "birth_date"),
        ("110105190002290021", "birth_date"),
        ("110105194912310021", "checksum"),
        ("", "length"),
    ],
)
def test_id_problems_are_told_apart(written: str, problem: str) -> None:
    number = id_number.normalise(written)
    assert id_number.problem(number, today=TODAY) == problem
    assert (id_number.parse(number, today=TODAY) is None) == bool(problem)


@given(st.text(uscc.ALPHABET, min_size=17, max_size=17))
def test_uscc_check_character_agrees_with_peer(first: str) -> None:
    assert uscc.check_character(first) == stdnum.cn.uscc.calc_check_digit(first)


@given(valid_codes)
def test_generated_codes_are_valid(code: str) -> None:
    assert uscc.problem(code) == ""
    assert stdnum.cn.uscc.is_valid(code)


@given(valid_codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_wrong_character_of_a_code_is_always_found(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]
    assert (uscc.problem(wrong) == "") == (wrong == code)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("91110000600037341L", ""),
        ("91110000600037341l", ""),
        ("９１１１００００６０００３７３４１Ｌ", ""),
        ("A1110000600037341L", "checksum"),
        ("911100006000373410", "checksum"),
        ("9111000060003734IL", "characters"),
        ("91ABCDEF600037341L", "characters"),
        ("340100000012345", "registration_number"),
        ("34010000001234A", "length"),
        ("91110000600037341LL", "length"),
    ],
)
def test_uscc_problems_are_told_apart(written: str, problem: str) -> None:
    assert uscc.problem(uscc.normalise(written)) == problem


def test_organisation_code_check_character() -> None:
    assert uscc.organisation_check_character("60003734") == "1"
    assert uscc.complete("91110000", "60003734") == "91110000600037341L"


@pytest.mark.parametrize(
    "written", ["13800138000", "+86 138-0013-8000", "008613800138000", "8613800138000", "１３８００１３８０００"]
)
def test_mobile_numbers_are_normalised(written: str) -> None:
    assert mobile.normalise(written) == "13800138000"
    assert mobile.is_valid(mobile.normalise(written))


@pytest.mark.parametrize("written", ["12800138000", "1380013800", "138001380000", "05641234567", "", "abc"])
def test_other_numbers_are_no_mobiles(written: str) -> None:
    assert not mobile.is_valid(mobile.normalise(written))


def test_luan_and_its_counties() -> None:
    assert [entry.code for entry in divisions.children("341500")] == [
        "341502",
        "341503",
        "341504",
        "341522",
        "341523",
        "341524",
        "341525",
    ]
    assert divisions.full_title("341502") == "安徽省六安市金安区"
    assert divisions.full_title("110101") == "北京市东城区"
    assert divisions.is_within("341525", "340000")
    assert not divisions.is_within("341525", "320000")
    assert divisions.full_title("999999") == ""
    assert divisions.lineage("341500")[0].title_en == "Anhui"


def test_the_division_table_is_a_tree() -> None:
    table = divisions.divisions()
    assert len(divisions.children("")) == 34
    assert all(entry.parent in table for entry in table.values() if entry.parent)
