"""All blanks go: for numbers and codes."""

from __future__ import annotations

from huitong.engine.standards.normalisers.protocol import Normaliser
from huitong.engine.standards.normalisers.trim import BLANK_CLASS, has_blanks_sql


def _sql(column: str) -> str:
    return (
        f"CASE WHEN {has_blanks_sql(column)} THEN regexp_replace({column}, '{BLANK_CLASS}', '', 'g') ELSE {column} END"
    )


NORMALISER = Normaliser("no_spaces", "去除全部空白", "Remove all blanks", _sql)
