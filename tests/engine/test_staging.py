"""Arrow's writer and DuckDB's stage the same rows, types and keys."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitong.engine import staging
from huitong.engine.plans import collect as plans

KINDS = {
    pa.string(): st.text(st.sampled_from(" a王\u3000\xa0\x1f\n"), max_size=4),
    pa.large_string(): st.text(max_size=3),
    pa.int8(): st.integers(-128, 127),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    pa.timestamp("us"): st.datetimes(dt.datetime(1677, 9, 22), dt.datetime(2262, 4, 11)),
    pa.decimal128(12, 2): st.decimals(-(10**9), 10**9, places=2),
}
Staged = tuple[list[Any], list[Any]]
"""Columns with their types, and rows."""
KEYS = [kind for kind in KINDS if pa.types.is_string(kind) or pa.types.is_integer(kind)]


@st.composite
def tables(draw: st.DrawFn) -> tuple[pa.Table, list[str]]:
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=3))
    kinds = [*keys, *draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=5))]
    rows = draw(st.integers(0, 8))
    columns = [pa.array([draw(st.none() | KINDS[kind]) for _ in range(rows)], kind) for kind in kinds]
    return pa.table({f"c{at}": column for at, column in enumerate(columns)}), [f"c{at}" for at in range(len(keys))]


def staged(table: pa.Table, file: Path, write: Any) -> Staged:
    with duckdb.connect() as con:
        write(con, table.to_reader(max_chunksize=3), file)
        described = [row[:2] for row in con.execute("DESCRIBE FROM read_parquet(?)", [str(file)]).fetchall()]
        return described, con.execute("FROM read_parquet(?)", [str(file)]).fetchall()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_both_writers_stage_the_same(given_table: tuple[pa.Table, list[str]]) -> None:
    table, key = given_table
    by_arrow, by_duckdb = staged_by_both(table, key)
    assert by_arrow == by_duckdb


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" 1 ", "1"),
        (" \u30001\u3000 ", "\u30001\u3000"),
        ("\xa0 1 \xa0", "\xa0 1 \xa0"),
        (" \xa01", "\xa01"),
        ("\u3000", "\u3000"),
        (" \u3000 ", "\u3000"),
        ("  ", None),
        ("", None),
    ],
    ids=ascii,
)
def test_a_key_loses_plain_blanks_and_no_other_space(text: str, key: str | None) -> None:
    table = pa.table({"k": [text]})
    for _, rows in staged_by_both(table, ["k"]):
        assert rows == [(key, 7, text)]


def staged_by_both(table: pa.Table, key: list[str]) -> tuple[Staged, Staged]:
    def by_duckdb(con: Any, stream: Any, file: Path) -> None:
        con.register("_stream", stream)
        con.execute(plans.stage_sql("_stream", file, schema=stream.schema, key=key, run_id=7))

    with tempfile.TemporaryDirectory() as name:
        wanted = staged(table, Path(name) / "duckdb.parquet", by_duckdb)
        assert staging._is_plain(table.schema, key)
        found = staged(
            table,
            Path(name) / "arrow.parquet",
            lambda con, stream, file: staging.stage_rows(con, stream, file, key=key, run_id=7),
        )
    return found, wanted


@pytest.mark.parametrize(
    "schema",
    [
        pa.schema([("a", pa.uint64())]),
        pa.schema([("a", pa.timestamp("ns"))]),
        pa.schema([("a", pa.timestamp("us", "UTC"))]),
        pa.schema([("a", pa.time64("us"))]),
        pa.schema([("a", pa.null())]),
        pa.schema([("a", pa.int64()), ("A", pa.int64())]),
        pa.schema([("_run", pa.int64())]),
    ],
    ids=str,
)
def test_what_is_not_plain_is_left_to_duckdb(schema: pa.Schema) -> None:
    assert not staging._is_plain(schema, ())


def test_a_key_that_duckdb_would_spell_is_left_to_it() -> None:
    schema = pa.schema([("day", pa.date32()), ("sum", pa.decimal128(5, 1))])
    assert staging._is_plain(schema, ()) and not staging._is_plain(schema, ("day",))
    assert not staging._is_plain(schema, ("sum",)), Decimal("1.0")


def test_groups_are_of_one_size_and_memory_stays_flat(tmp_path: Path) -> None:
    rows = pa.record_batch({"n": pa.array(range(50_000)), "text": pa.array(["x" * 900] * 50_000)})
    reader = pa.RecordBatchReader.from_batches(rows.schema, [rows] * 4)
    with duckdb.connect() as con:
        staging.stage_rows(con, reader, tmp_path / "wide.parquet", key=("n",), run_id=1)
    groups = pq.ParquetFile(tmp_path / "wide.parquet").metadata
    assert [groups.row_group(at).num_rows for at in range(groups.num_row_groups)] == [100_000, 100_000]
