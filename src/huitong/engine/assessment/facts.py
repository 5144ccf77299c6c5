"""Facts as files: one Parquet file a table, sorted, read-only, each with its SHA-256 in a manifest kept elsewhere.

Parquet, because any tool reads it in ten years, whatever the tables of the people plane look like by then.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from huitong.engine.assessment.tables import FactTable, fact_tables
from huitong.engine.declarations.spec import Spec

Row = Sequence[Any]
Batch = Sequence[Row]
"""Some rows, each with the values of all columns of its table, in order."""

_BLOCK = 1 << 20
_SORTED_BY = ("organisation", "key", "day")


class FactFile(Spec, frozen=True, kw_only=True):
    """What is known of one table's file."""

    table: str
    rows: int
    sha256: str


class Manifest(Spec, frozen=True, kw_only=True):
    """All files of a quarter's facts. ``folder`` is its name under the folder of all facts."""

    folder: str
    files: tuple[FactFile, ...]


def write_facts(root: Path, name: str, tables: Mapping[str, Iterable[Batch]]) -> Manifest:
    """Write facts into a folder of their own below ``root``, whole or not at all.

    Args:
        root: the folder of all facts.
        name: what the folder's name begins with; a random part follows, so that nothing is ever overwritten.
        tables: batches of rows by name of the table; a table that is missing is empty.

    Returns:
        The manifest: the caller keeps it, apart from the files. Memory is bounded by the batches.
    """
    folder = f"{name}-{uuid.uuid4().hex[:8]}"
    draft = root / f".{folder}"
    draft.mkdir(parents=True)
    try:
        files = tuple(_write(draft, table, tables.get(table.name, ())) for table in fact_tables().values())
        draft.rename(root / folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Manifest(folder=folder, files=files)


def remove_facts(root: Path, manifest: Manifest) -> None:
    """Remove a folder of facts: of a preview that a newer one replaced."""
    shutil.rmtree(root / manifest.folder, ignore_errors=True)


def file_of(root: Path, manifest: Manifest, table: str) -> Path:
    """Return where a table's file lies."""
    return root / manifest.folder / f"{table}.parquet"


def damaged_files(root: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the files that are missing or whose bytes are not those of the manifest."""
    return tuple(
        one.table for one in manifest.files if digest_of_file(file_of(root, manifest, one.table)) != one.sha256
    )


def digest_of_file(file: Path) -> str:
    """Return the SHA-256 of a file, "" when it is missing."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def _write(folder: Path, table: FactTable, batches: Iterable[Batch]) -> FactFile:
    draft, file = folder / f"{table.name}.draft", folder / f"{table.name}.parquet"
    rows = 0
    with pq.ParquetWriter(draft, table.schema) as writer:
        for batch in batches:
            if batch:
                columns = [
                    pa.array(values, type=field.type)
                    for values, field in zip(zip(*batch, strict=True), table.schema, strict=True)
                ]
                writer.write_table(pa.table(columns, schema=table.schema))
                rows += len(batch)
    _sort(draft, file, [name for name in _SORTED_BY if name in table.schema.names])
    draft.unlink()
    with file.open("rb") as content:
        os.fsync(content.fileno())
    file.chmod(0o444)
    return FactFile(table=table.name, rows=rows, sha256=digest_of_file(file))


def _sort(draft: Path, file: Path, columns: Sequence[str]) -> None:
    """Rows of one organisation lie together, so that its page reads only them."""
    with duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2}) as con:
        con.execute(f"SET temp_directory = '{str(file.parent).replace(chr(39), chr(39) * 2)}/spill'")
        rows = con.read_parquet(str(draft))
        ordered = rows.order(", ".join(columns)) if columns else rows
        ordered.write_parquet(str(file), compression="zstd", row_group_size=20_000)
    shutil.rmtree(file.parent / "spill", ignore_errors=True)
