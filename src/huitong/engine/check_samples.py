"""Masked examples of failing rows: what a department sees in an issue, enough to find the rows in its own system."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.lake import Lake
from huitong.engine.lake.lake import table_exists
from huitong.engine.lake.names import KEY, RULES, ident, table
from huitong.engine.plans.check import flags_table
from huitong.engine.standards import Standards, rules_of
from huitong.foundation.masking import mask

KEY_SEPARATOR = "\x1f"
"""Between the parts of ``_key``."""
_FALLBACK_MASK = "number"


@dataclass(frozen=True)
class FailingSample:
    """One failing row: its key and the failing value as they are in raw, masked by the default of their elements."""

    key: str
    value: str | None


def failing_samples(
    lake: Lake, item: CatalogItem, standards: Standards, *, limit: int = 5
) -> dict[str, tuple[FailingSample, ...]]:
    """Return for each rule that fails the first rows, by key.

    Cost: the failing rows, and one scan of the raw table for those shown.
    """
    with lake.reader() as con:
        sources = [
            f"SELECT {ident(KEY)}, unnest({ident(RULES)}) AS rule FROM {table(schema, name)}"
            for schema, name in (("quarantine", item.table), ("meta", flags_table(item.table)))
            if table_exists(con, schema, name)
        ]
        if not sources:
            return {}
        failing = (
            f"SELECT rule, {ident(KEY)} FROM ({' UNION ALL '.join(sources)}) "
            f"QUALIFY row_number() OVER (PARTITION BY rule ORDER BY {ident(KEY)}) <= $1"
        )
        columns = ", ".join(f"r.{ident(field.column)}::VARCHAR" for field in item.fields)
        rows = con.execute(
            f"SELECT f.rule, f.{ident(KEY)}, {columns} FROM ({failing}) f "
            f"JOIN {table('raw', item.table)} r USING ({ident(KEY)}) ORDER BY ALL",
            [limit],
        ).fetchall()
    places = {field.std_name: place for place, field in enumerate(item.fields, start=2)}
    fields = {reason.code: reason.field for rule in rules_of(item, standards) for reason in rule.reasons}
    samples: dict[str, tuple[FailingSample, ...]] = {}
    for row in rows:
        rule, key = row[0], row[1]
        if rule in fields:
            place = places[fields[rule]]
            value = standards.masked(item.fields[place - 2].element, row[place])
            samples[rule] = (*samples.get(rule, ()), FailingSample(_masked_key(item, standards, key), value))
    return samples


def _masked_key(item: CatalogItem, standards: Standards, key: str) -> str:
    """Mask each part of a key as the field it comes from; the key of a table without one is a hash, and stays."""
    declared = item.link.key if item.link else ()
    if not declared:
        return key
    fields: dict[str, ItemField] = {field.column: field for field in item.fields}
    parts = key.split(KEY_SEPARATOR)
    masked = (
        standards.masked(fields[column].element, part) if column in fields else mask(_FALLBACK_MASK, part)
        for column, part in zip(declared, parts, strict=False)
    )
    return " ".join(part or "" for part in masked)
