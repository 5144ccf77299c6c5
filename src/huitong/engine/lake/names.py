"""Quoted names and values for SQL text, by SQLGlot."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlglot import exp

KEY = "_key"
"""System column: the row's identity at its source, as text."""
RUN = "_run"
"""System column: the run in ``meta.runs`` that last wrote the row."""
RULES = "_rules"
"""System column of quarantine: codes of the rules that the row failed."""


@lru_cache(maxsize=10_000)
def ident(name: str) -> str:
    """Quote a column or table name."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def table(schema: str, name: str) -> str:
    """Quote ``schema.name``."""
    return f"{ident(schema)}.{ident(name)}"


def literal(value: str | int | float) -> str:
    """Write a value as a SQL literal."""
    if isinstance(value, str):  # as SQLGlot writes it: a check names two thousand codes, each check anew
        return "'" + value.replace("'", "''") + "'"
    return exp.convert(value).sql("duckdb")


def idents(names: Iterable[str], prefix: str = "") -> str:
    """Quote names and join them with commas, each behind ``prefix.`` where one is given."""
    lead = f"{ident(prefix)}." if prefix else ""
    return ", ".join(lead + ident(name) for name in names)
