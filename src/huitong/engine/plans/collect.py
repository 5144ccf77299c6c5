"""SQL of collecting: from a stream of source rows to the rows of ``raw``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from huitong.engine.lake.names import KEY, RUN, ident, idents, literal, table

_SEPARATOR = "chr(31)"
_NULL_MARK = "chr(30)"
_STAGED = "(FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000)"
"""A dictionary of many distinct texts costs more than it saves in a file that is read twice and removed."""


def stage_sql(stream: str, file: Path, *, schema: pa.Schema, key: Sequence[str], run_id: int) -> str:
    """Write a stream to a Parquet file with ``_key`` and ``_run`` in front: the rows of ``raw`` should the run be this.

    ``_key`` is NULL for a row that its key does not identify: a key column is empty, or there is none declared.
    Integers widen to BIGINT and floats to DOUBLE, so that a source that widens a column later changes nothing.
    """
    parts = [_key_text(schema.field(name)) for name in key]
    row_key = f" || {_SEPARATOR} || ".join(parts) if parts else "CAST(NULL AS VARCHAR)"
    columns = ", ".join(_widened(field) for field in schema)
    own = f"{row_key} AS {ident(KEY)}, {_run(run_id)}"
    return f"COPY (SELECT {own}, {columns} FROM {ident(stream)}) TO {literal(str(file))} {_STAGED}"


def _key_text(field: pa.Field) -> str:
    """A key column as text without blanks around it; trimming each costs a quarter of the whole, so few are.

    Blanks are U+0020 and nothing else, as in :mod:`huitong.engine.staging`: ``trim`` alone takes every Unicode space.
    """
    name = ident(field.name)
    if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
        return f"nullif(trim(CAST({name} AS VARCHAR), ' '), '')"
    blank = f"starts_with({name}, ' ') OR suffix({name}, ' ') OR {name} = ''"
    return f"CASE WHEN {blank} THEN nullif(trim({name}, ' '), '') ELSE {name} END"


def _run(run_id: int) -> str:
    return f"CAST({run_id} AS BIGINT) AS {ident(RUN)}"


def _widened(field: pa.Field) -> str:
    name = ident(field.name)
    if pa.types.is_integer(field.type) and not pa.types.is_uint64(field.type):
        return f"CAST({name} AS BIGINT) AS {name}"
    if pa.types.is_floating(field.type):
        return f"CAST({name} AS DOUBLE) AS {name}"
    return name


def content_keys_sql(staged: Path, file: Path, *, columns: Sequence[str], run_id: int) -> str:
    """Rewrite a staged file so that rows without a key get one from their content: md5 of the row, ``#``, ordinal.

    Equal rows differ by the ordinal only, so the file's rows are a multiset and stay one.
    """
    text = ", ".join(f"coalesce(CAST({ident(name)} AS VARCHAR), {_NULL_MARK})" for name in columns)
    source = f"read_parquet({literal(str(staged))})"
    key, run = ident(KEY), _run(run_id)
    return (
        f"COPY (SELECT {key}, {run}, {idents(columns)} FROM {source} WHERE {key} IS NOT NULL UNION ALL "
        f"SELECT content || '#' || row_number() OVER (PARTITION BY content), {run}, {idents(columns)} "
        f"FROM (SELECT md5(concat_ws({_SEPARATOR}, {text})) AS content, {idents(columns)} "
        f"FROM {source} WHERE {key} IS NULL)) TO {literal(str(file))} {_STAGED}"
    )


def staged_facts_sql(staged: Path, *, columns: Sequence[str], key: Sequence[str], watermark: str) -> str:
    """One row: rows, rows without key, with a trimmed key, checksum (order does not count), greatest watermark.

    Trimmed keys are counted for a key of one column.
    """
    greatest = f"CAST(max({ident(watermark)}) AS VARCHAR)" if watermark else "NULL"
    trimmed = f"count(*) FILTER ({ident(KEY)} <> CAST({ident(key[0])} AS VARCHAR))" if len(key) == 1 else "0"
    return (
        f"SELECT count(*), count(*) - count({ident(KEY)}), {trimmed}, coalesce(bit_xor(hash({idents(columns)})), 0), "
        f"{greatest} FROM read_parquet({literal(str(staged))})"
    )


def distinct_keys_sql(staged: Path) -> str:
    """How many key hashes the staged rows have; a query of its own, since it would keep the facts on one core."""
    return (
        f"SELECT count(DISTINCT hash({ident(KEY)})) FROM read_parquet({literal(str(staged))}) "
        f"WHERE {ident(KEY)} IS NOT NULL"
    )


def duplicate_keys_sql(staged: Path) -> str:
    """Keys that several staged rows have, most frequent first: key, rows."""
    key = ident(KEY)
    return (
        f"SELECT {key}, count(*) FROM read_parquet({literal(str(staged))}) WHERE {key} IS NOT NULL "
        f"GROUP BY {key} HAVING count(*) > 1 ORDER BY count(*) DESC, {key}"
    )


def staged_rows_sql(staged: Path, *, run_id: int, columns: Iterable[str]) -> str:
    """The staged rows as rows of ``raw``."""
    return f"SELECT {ident(KEY)}, {_run(run_id)}, {idents(columns)} FROM read_parquet({literal(str(staged))})"


def staged_keys_sql(staged: Path) -> str:
    """The keys of the staged rows."""
    return f"SELECT {ident(KEY)} FROM read_parquet({literal(str(staged))})"


def expected_rows_sql(name: str, staged: Path) -> str:
    """How many rows ``raw`` will have once the staged ones are in."""
    key, target = ident(KEY), table("raw", name)
    return (
        f"SELECT (SELECT count(*) FROM {target}) + (SELECT count(*) FROM ({staged_keys_sql(staged)}) "
        f"WHERE {key} NOT IN (SELECT {key} FROM {target}))"
    )


def unseen_keys_sql(name: str, staged: Path, keys: Path) -> str:
    """How many of ``keys`` are neither in ``raw`` nor staged."""
    key = ident(KEY)
    return (
        f"SELECT count(*) FROM ({staged_keys_sql(keys)}) WHERE {key} NOT IN (SELECT {key} FROM {table('raw', name)}) "
        f"AND {key} NOT IN ({staged_keys_sql(staged)})"
    )


def delete_others_sql(name: str, keys: Path) -> str:
    """Delete the rows of ``raw`` whose key is not in the file."""
    return f"DELETE FROM {table('raw', name)} WHERE {ident(KEY)} NOT IN ({staged_keys_sql(keys)})"
