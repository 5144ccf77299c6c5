"""Quoted values mean themselves."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from huitong.engine.lake.names import literal

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_text_is_written_as_sqlglot_does(text: str) -> None:
    assert literal(text) == exp.convert(text).sql("duckdb")


@pytest.mark.parametrize("value", ["", "'", "''", "a'b", "\\'", "\n", "皋城", "$1", "?", "--", 7, -3, 1.5])
def test_duckdb_reads_what_was_meant(value: str | float) -> None:
    assert duckdb.sql(f"SELECT {literal(value)}").fetchall() == [(value,)]
