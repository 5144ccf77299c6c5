"""Quoted names for SQLite. Apart from ``engine.lake.names`` because a gateway process never loads the lake's engine."""

from __future__ import annotations

from sqlglot import exp


def ident(name: str) -> str:
    """Quote a column name."""
    return exp.to_identifier(name, quoted=True).sql("sqlite")
