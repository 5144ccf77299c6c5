"""Fuse: base libraries with one golden record an entity, provenance of each value, and the conflicts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import msgspec

from huitong.engine.declarations.libraries import Library
from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import one_value, table_columns, table_exists
from huitong.engine.lake.names import ident, table
from huitong.engine.lake.rows import RowChanges, append_rows, replace_rows
from huitong.engine.plans import fuse as plans
from huitong.engine.plans.fuse import CONFLICT_ID, FUSED, FusePlan
from huitong.foundation.errors import Terminal

BUCKET_ROWS = 20_000_000
"""Source rows fused at a time. Each share reads the sources anew; DuckDB's memory limit holds within one."""
_SCOPE, _DISAGREEING = "_scope", "_disagreeing"


@dataclass(frozen=True)
class FuseResult:
    """What one fusing did. ``recomputed``: entities looked at; ``changes``: golden records that differ."""

    table: str
    full: bool
    entities: int
    recomputed: int
    changes: RowChanges
    conflicts: int
    snapshot: int


def fuse_library(lake: Lake, library: Library, *, rebuild: bool = False) -> FuseResult:
    """Bring ``base.<table>``, ``…_provenance`` and ``…_conflict`` up to the std tables they are made of.

    Grain: one row an entity key. Only entities of changed source rows are recomputed, unless the declaration changed
    or a source is new; then everything is, in shares of :data:`BUCKET_ROWS` source rows. Both ways give the same
    tables. All three tables and the cursors are committed in one transaction.

    Args:
        rebuild: recompute everything; the outcome is the same.

    Raises:
        Terminal: ``fuse.no_input`` when no source has been checked yet, ``fuse.types_differ``, ``lake.*``.
    """
    with lake.transaction() as con:
        plan = _plan(con, library)
        plan = replace(plan, repeating=_repeating(con, plan))
        step, fingerprint = f"fuse:{library.table}", _fingerprint(plan)
        works = [_pending(con, step, source.table, fingerprint) for source in plan.sources]
        full = rebuild or any(work.full for work in works)
        recomputed, changes = _fuse_all(con, plan) if full else _fuse_changes(con, plan, works)
        for work in works:
            keep_place(con, step=step, work=work, fingerprint=fingerprint)
        entities = one_value(con, f"SELECT count(*) FROM {table('base', library.table)}")
        conflicts = one_value(con, f"SELECT count(*) FROM {table('base', library.table + '_conflict')}")
    return FuseResult(library.table, full, entities, recomputed, changes, conflicts, lake.snapshot())


def _plan(con: Connection, library: Library) -> FusePlan:
    present = tuple(source for source in library.sources if table_exists(con, "std", source.table))
    if not present:
        raise Terminal("fuse.no_input", library=library.code, tables=", ".join(one.table for one in library.sources))
    plan = FusePlan(library, present)
    for attribute in plan.library.attributes:
        kinds = {
            f"{one.table}.{one.field}": table_columns(con, "std", one.table).get(one.field, "")
            for one in attribute.sources
            if any(source.table == one.table for source in present)
        }
        if len(set(kinds.values())) > 1:
            listed = ", ".join(f"{name} {kind or '-'}" for name, kind in kinds.items())
            raise Terminal("fuse.types_differ", library=library.code, attribute=attribute.name, columns=listed)
    return plan


def _repeating(con: Connection, plan: FusePlan) -> frozenset[int]:
    numbers = range(len(plan.sources))
    return frozenset(number for number in numbers if one_value(con, plans.repeated_entities_sql(plan, number)))


def _fingerprint(plan: FusePlan) -> str:
    declared = msgspec.json.encode((plan.library, plan.sources), order="sorted")
    return hashlib.sha256(declared).hexdigest()[:16]


def _pending(con: Connection, step: str, name: str, fingerprint: str) -> Work:
    return pending_work(con, step=step, schema="std", table=name, fingerprint=fingerprint)


def _fuse_all(con: Connection, plan: FusePlan) -> tuple[int, RowChanges]:
    rows = sum(one_value(con, f"SELECT count(*) FROM {table('std', source.table)}") for source in plan.sources)
    buckets = -(-rows // BUCKET_ROWS) or 1
    name = plan.library.table
    fresh = not table_exists(con, "base", name)
    if not fresh and _columns_changed(con, plan):
        for table_name in (name, f"{name}_provenance", f"{name}_conflict"):
            con.execute(f"DROP TABLE IF EXISTS {table('base', table_name)}")
        fresh = True
    recomputed, changes = 0, RowChanges()
    for number in range(buckets):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {FUSED} AS {plans.fused_sql(plan, bucket=(number, buckets))}")
        recomputed += one_value(con, f"SELECT count(*) FROM {FUSED}")
        scope = f"SELECT {plan.key} FROM {{table}} WHERE hash({plan.key}) % {buckets} = {number}"
        changes += _write(con, plan, scope=None if fresh else scope)
    con.execute(f"DROP TABLE {FUSED}")
    return recomputed, changes


def _columns_changed(con: Connection, plan: FusePlan) -> bool:
    """Tell whether attributes or sources were added or removed, so that the tables must be made anew."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {FUSED} AS {plans.fused_sql(plan)} LIMIT 0")
    for suffix, sql in (("", plans.golden_sql(plan)), ("_provenance", plans.provenance_sql(plan))):
        wanted = {row[0]: row[1] for row in con.execute(f"DESCRIBE {sql}").fetchall()}
        if wanted != table_columns(con, "base", plan.library.table + suffix):
            return True
    return False


def _fuse_changes(con: Connection, plan: FusePlan, works: list[Work]) -> tuple[int, RowChanges]:
    changed = " UNION ".join(
        work.changed_keys_sql(source.key) for work, source in zip(works, plan.sources, strict=True)
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_SCOPE} AS FROM ({changed}) t(k) WHERE k IS NOT NULL")
    recomputed = one_value(con, f"SELECT count(*) FROM {_SCOPE}")
    if not recomputed:
        return 0, RowChanges()
    con.execute(f"CREATE OR REPLACE TEMP TABLE {FUSED} AS {plans.fused_sql(plan, scope=_SCOPE)}")
    scope = f"SELECT {plan.key} FROM {{table}} WHERE {plan.key} IN (FROM {_SCOPE})"
    changes = _write(con, plan, scope=scope)
    con.execute(f"DROP TABLE {FUSED}; DROP TABLE {_SCOPE}")
    return recomputed, changes


def _write(con: Connection, plan: FusePlan, *, scope: str | None) -> RowChanges:
    """Write the three tables from the fused rows.

    Args:
        scope: SQL giving the entity keys of ``{table}`` that the fused rows speak about; None: only append.
    """
    name = plan.library.table
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_DISAGREEING} AS {plans.disagreeing_sql(plan)}")
    outputs = (
        (name, plans.golden_sql(plan), plan.library.key),
        (f"{name}_provenance", plans.provenance_sql(plan), plan.library.key),
        (f"{name}_conflict", plans.conflict_sql(plan, scope=_DISAGREEING), CONFLICT_ID),
    )
    written = []
    for output, sql, key in outputs:
        if scope is None:
            written.append(append_rows(con, "base", output, new=sql))
            continue
        target = table("base", output)
        keys = scope.replace("{table}", target)
        if key == CONFLICT_ID:
            keys = f"SELECT {ident(CONFLICT_ID)} FROM {target} WHERE {plan.key} IN ({keys})"
        written.append(replace_rows(con, "base", output, new=sql, scope=keys, key=key, ignore=()))
    return written[0]
