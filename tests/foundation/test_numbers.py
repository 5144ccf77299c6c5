"""Whole numbers out of what people send."""

from __future__ import annotations

import pytest

from huitong.foundation.numbers import MOST, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("42", 42), ("007", 7), (str(MOST), MOST)])
def test_numbers(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "1e3", "²", "٣", "１", "x", str(MOST + 1), "9" * 5000])
def test_what_is_no_number_or_too_great(text: str) -> None:
    assert whole_number(text) is None


def test_a_bound_of_ones_own() -> None:
    assert (whole_number("999", most=999), whole_number("1000", most=999)) == (999, None)
