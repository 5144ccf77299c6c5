"""Fuse: base libraries with one golden record an entity, provenance of each value, and the conflicts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec

from huitong.engine.declarations.libraries import Library
from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import one_value, table_columns, table_exists
from huitong.engine.lake.names import ident, idents, literal, table
from huitong.engine.lake.rows import RowChanges, append_rows, replace_rows, share_file
from huitong.engine.plans import fuse as plans
from huitong.engine.plans.fuse import CONFLICT_ID, FUSED, FusePlan
from huitong.foundation.errors import Terminal

BUCKET_ROWS = 20_000_000
"""Source rows fused at a time. Each share reads the sources anew; DuckDB's memory limit holds within one."""
_SCOPE = "_scope"
_FIRST_ROWS = 10_000
_OPTIONS = "(FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 4000)"


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
        step, fingerprint = f"fuse:{library.table}", _fingerprint(plan)
        works = [_pending(con, step, source.table, fingerprint) for source in plan.sources]
        full = rebuild or any(work.full for work in works)
        recomputed, changes = _fuse_all(lake, con, plan) if full else _fuse_changes(con, plan, works)
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


def _make(con: Connection, plan: FusePlan, make: Callable[[FusePlan], int], *, scope: str | None) -> int:
    """Make the fused rows, of one row a source and entity; return how many they are.

    A source whose first rows are keyed by the entity is taken to be so throughout, until the fused rows show otherwise;
    then they are made again. Nearly all sources are, or show it at once.
    """
    numbers = range(len(plan.sources))
    looked_at = {n for n in numbers if one_value(con, plans.other_keys_sql(plan, n, rows=_FIRST_ROWS))}
    while True:
        repeating = {n for n in looked_at if one_value(con, plans.repeated_entities_sql(plan, n, scope=scope))}
        entities = make(replace(plan, repeating=frozenset(repeating)))
        odd = con.execute(plans.odd_rows_sql(plan)).fetchone() or ()
        misjudged = {n for n, rows in enumerate(odd) if rows} - looked_at
        if not misjudged:
            return entities
        looked_at |= misjudged


def _fingerprint(plan: FusePlan) -> str:
    declared = msgspec.json.encode((plan.library, plan.sources), order="sorted")
    return hashlib.sha256(declared).hexdigest()[:16]


def _pending(con: Connection, step: str, name: str, fingerprint: str) -> Work:
    return pending_work(con, step=step, schema="std", table=name, fingerprint=fingerprint)


def _fuse_all(lake: Lake, con: Connection, plan: FusePlan) -> tuple[int, RowChanges]:
    rows = sum(one_value(con, f"SELECT count(*) FROM {table('std', source.table)}") for source in plan.sources)
    buckets = -(-rows // BUCKET_ROWS) or 1
    recomputed, changes = 0, RowChanges()
    with lake.scratch_folder() as folder:
        fresh = _is_fresh(con, plan)
        for number in range(buckets):
            file = folder / f"fused-{number}.parquet"
            entities = _make(con, plan, partial(_to_file, con, file, (number, buckets)), scope=None)
            recomputed += entities
            if fresh:
                changes += _add(con, plan, file, entities=entities)
            else:
                changes += _write(
                    con, plan, scope=f"SELECT {plan.key} FROM {{table}} WHERE hash({plan.key}) % {buckets} = {number}"
                )
        if fresh:
            _name_columns(con, plan)
        con.execute(f"DROP VIEW {FUSED}")
    return recomputed, changes


def _to_file(con: Connection, file: Path, bucket: tuple[int, int], plan: FusePlan) -> int:
    entities = one_value(con, f"COPY ({plans.fused_sql(plan, bucket=bucket)}) TO {literal(str(file))} {_OPTIONS}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW {FUSED} AS FROM read_parquet({literal(str(file))})")
    return entities


def _to_table(con: Connection, plan: FusePlan) -> int:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {FUSED} AS {plans.fused_sql(plan, scope=_SCOPE)}")
    return one_value(con, f"SELECT count(*) FROM {FUSED}")


def _is_fresh(con: Connection, plan: FusePlan) -> bool:
    """Tell whether there are no tables yet; those with other attributes or sources than declared go."""
    name = plan.library.table
    if not table_exists(con, "base", name):
        return True
    con.execute(f"CREATE OR REPLACE TEMP VIEW {FUSED} AS {plans.fused_sql(plan)}")
    changed = False
    for suffix, sql in (("", plans.golden_sql(plan)), ("_provenance", plans.provenance_sql(plan))):
        wanted = {row[0]: row[1] for row in con.execute(f"DESCRIBE {sql}").fetchall()}
        changed = changed or wanted != table_columns(con, "base", name + suffix)
    con.execute(f"DROP VIEW {FUSED}")
    if changed:
        for suffix in ("", "_provenance", "_conflict"):
            con.execute(f"DROP TABLE IF EXISTS {table('base', name + suffix)}")
    return changed


def _add(con: Connection, plan: FusePlan, file: Path, *, entities: int) -> RowChanges:
    """Add a share's fused rows to new tables: the file is linked into both that are as long as it is."""
    name = plan.library.table
    for own, columns in ((name, plans.golden_columns(plan)), (f"{name}_provenance", plans.provenance_columns(plan))):
        if not table_exists(con, "base", own):
            con.execute(f"CREATE TABLE {table('base', own)} AS SELECT {idents(columns)} FROM {FUSED} LIMIT 0")
        if entities:
            share_file(con, "base", own, file=file)
    append_rows(con, "base", f"{name}_conflict", new=plans.conflict_sql(plan))
    return RowChanges(inserted=entities)


def _name_columns(con: Connection, plan: FusePlan) -> None:
    """Give the columns of new provenance their names: those of the file differ, being those of the golden table."""
    target = table("base", f"{plan.library.table}_provenance")
    for name, own in plans.provenance_columns(plan).items():
        if name != own:
            con.execute(f"ALTER TABLE {target} RENAME COLUMN {ident(name)} TO {ident(own)}")


def _fuse_changes(con: Connection, plan: FusePlan, works: list[Work]) -> tuple[int, RowChanges]:
    changed = " UNION ".join(
        work.changed_keys_sql(source.key) for work, source in zip(works, plan.sources, strict=True)
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_SCOPE} AS FROM ({changed}) t(k) WHERE k IS NOT NULL")
    recomputed = one_value(con, f"SELECT count(*) FROM {_SCOPE}")
    if not recomputed:
        return 0, RowChanges()
    _make(con, plan, partial(_to_table, con), scope=_SCOPE)
    changes = _write(con, plan, scope=f"SELECT {plan.key} FROM {{table}} WHERE {plan.key} IN (FROM {_SCOPE})")
    con.execute(f"DROP TABLE {FUSED}; DROP TABLE {_SCOPE}")
    return recomputed, changes


def _write(con: Connection, plan: FusePlan, *, scope: str) -> RowChanges:
    """Bring the three tables to what the fused rows say.

    Args:
        scope: SQL giving the entity keys of ``{table}`` that the fused rows speak about.
    """
    name = plan.library.table
    outputs = (
        (name, plans.golden_sql(plan), plan.library.key),
        (f"{name}_provenance", plans.provenance_sql(plan), plan.library.key),
        (f"{name}_conflict", plans.conflict_sql(plan), CONFLICT_ID),
    )
    written = []
    for output, sql, key in outputs:
        target = table("base", output)
        keys = scope.replace("{table}", target)
        if key == CONFLICT_ID:
            keys = f"SELECT {ident(CONFLICT_ID)} FROM {target} WHERE {plan.key} IN ({keys})"
        written.append(replace_rows(con, "base", output, new=sql, scope=keys, key=key, ignore=()))
    return written[0]
