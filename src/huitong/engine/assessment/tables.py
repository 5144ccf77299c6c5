"""The fact tables: names, columns and what each means. Declared in ``tables.yaml``, which documents show too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import pyarrow as pa
import yaml

from huitong.engine.declarations.spec import Spec

ColumnType = Literal["VARCHAR", "DATE", "BOOLEAN", "BIGINT"]

ARROW: dict[ColumnType, pa.DataType] = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
}


class FactColumn(Spec, frozen=True, kw_only=True):
    """One column, with its DuckDB type."""

    name: str
    type: ColumnType
    title: str
    title_en: str


class FactTable(Spec, frozen=True, kw_only=True):
    """One table; ``grain`` says what one row is."""

    name: str
    title: str
    title_en: str
    grain: str
    grain_en: str
    columns: tuple[FactColumn, ...]

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema."""
        return pa.schema([(column.name, ARROW[column.type]) for column in self.columns])


@cache
def fact_tables() -> dict[str, FactTable]:
    """Return every fact table by name, in declared order."""
    text = resources.files("huitong.engine.assessment").joinpath("tables.yaml").read_text(encoding="utf-8")
    tables = msgspec.convert(yaml.safe_load(text), tuple[FactTable, ...])
    return {table.name: table for table in tables}


@dataclass(frozen=True)
class ColumnWords:
    """What a column is called, in both languages."""

    title: str
    title_en: str


@cache
def column_words() -> dict[str, ColumnWords]:
    """Return what the columns of all fact tables are called, by name; where tables differ, the first counts."""
    words: dict[str, ColumnWords] = {}
    for table in fact_tables().values():
        for column in table.columns:
            words.setdefault(column.name, ColumnWords(column.title, column.title_en))
    return words
