"""A quarter's facts to take away: all of them, or one department's, with the statements that run on them."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from huitong.engine.assessment.facts import Manifest, file_of
from huitong.engine.declarations.indicators import Indicator
from huitong.foundation.errors import Transient


@dataclass(frozen=True)
class Slice:
    """Whose facts: rows about ``organisations``, and of those only what ``units`` are in charge of; None for all."""

    organisations: frozenset[str] | None
    units: frozenset[str] | None = None


def write_bundle(target: Path, *, root: Path, manifest: Manifest, part: Slice, method: Iterable[Indicator]) -> None:
    """Write a ZIP file: a Parquet file a table, the SQL of every indicator, and how to run it.

    Calls are kept of every service that offers an item in the slice, whoever provides it: "use" counts them. An
    assessed organisation also has those of every service it provides; a subordinate unit alone has not. Work grows
    with the quarter's facts, memory with the rows of a group.

    Args:
        target: the file to write.
        root: the folder of all facts.
        manifest: which facts.
        part: whose.
        method: the indicators as they were when the facts were frozen.

    Raises:
        Transient: ``assessment.facts_gone`` when files are missing: a newer preview took this one's place meanwhile.
    """
    try:
        _write(target, root, manifest, part, method)
    except (FileNotFoundError, duckdb.IOException) as error:
        if all(file_of(root, manifest, one.table).is_file() for one in manifest.files):
            raise
        raise Transient("assessment.facts_gone", facts=manifest.folder) from error


def _write(target: Path, root: Path, manifest: Manifest, part: Slice, method: Iterable[Indicator]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, zipfile.ZipFile(target, "w") as bundle:
        for one in manifest.files:
            file = file_of(root, manifest, one.table)
            if part.organisations is not None:
                file = _cut(file, Path(folder) / f"{one.table}.parquet", root, manifest, part)
            bundle.write(file, f"facts/{one.table}.parquet")
        for indicator in method:
            text = f"-- {indicator.title} / {indicator.title_en}\n{indicator.sql.strip()}\n"
            bundle.writestr(f"sql/{indicator.code}.sql", text, zipfile.ZIP_DEFLATED)
        bundle.writestr("README.txt", _README, zipfile.ZIP_DEFLATED)


def _cut(file: Path, target: Path, root: Path, manifest: Manifest, part: Slice) -> Path:
    with duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2}) as con:
        rows = con.read_parquet(str(file))
        con.register("rows", rows)
        con.register("offers", con.read_parquet(str(file_of(root, manifest, "offers"))))
        con.execute("CREATE TABLE organisations (code VARCHAR)")
        con.execute("CREATE TABLE units (code VARCHAR)")
        con.executemany("INSERT INTO organisations VALUES (?)", [[one] for one in part.organisations or ()] or [[None]])
        con.executemany("INSERT INTO units VALUES (?)", [[one] for one in part.units or ()] or [[None]])
        offered = ours = "organisation IN (FROM organisations)"
        if part.units is not None:
            offered += " AND unit IN (FROM units)"
        if "unit" in rows.columns:
            ours = offered
        if file.stem == "calls":  # they name the assessed organisation as a whole: its units have those of their offers
            whole = ours if part.units is None else f"{ours} AND organisation IN (FROM units)"
            ours = f"({whole}) OR key IN (SELECT service FROM offers WHERE {offered})"
        wanted = f"FROM rows WHERE {ours}" if "organisation" in rows.columns else "FROM rows"
        con.sql(wanted).write_parquet(str(target), compression="zstd")
    return target


_README = """\
这里是一个季度考核所依据的事实，和每项指标的计算语句。用 DuckDB 可以重新算一遍：
These are the facts that a quarter's assessment was computed from, and the statement of each indicator. With DuckDB:

    duckdb
    CREATE VIEW items AS FROM 'facts/items.parquet';   -- and so for each file of facts/
    .read sql/link_rate.sql

一个部门拿到的只有本部门的行，指标的值与通报一致；名次需要全部部门的事实。
A department's copy holds its own rows only: values are those of the bulletin, ranks need everybody's facts.
一个下级单位拿到的只有本单位承担的行，因此算出的值只是本单位的部分。
A subordinate unit's copy holds what that unit is in charge of: its values are a part of its department's.
"""
