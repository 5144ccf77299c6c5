"""Check: from ``raw.<table>`` to ``std.<table>`` (typed, normalised, passing) and ``quarantine.<table>`` (failing).

Rows that break a ``flag`` rule stay in std; their keys and codes are kept in ``meta.flags_<table>``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huitong.engine.declarations.items import CatalogItem
from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import one_value, table_exists
from huitong.engine.lake.names import KEY, RULES, ident, literal, table
from huitong.engine.lake.rows import RowChanges, append_rows, replace_rows, write_rows
from huitong.engine.plans.check import (
    CHECKED,
    CheckPlan,
    check_plan,
    flags_table,
    known_values,
    value_set,
)
from huitong.engine.plans.check_fields import CODE_TITLES, FieldPlan
from huitong.engine.standards import Standards
from huitong.foundation.clock import beijing_today, now
from huitong.foundation.errors import Terminal

_SCOPE = "_scope"
"""Temporary table of the keys whose rows are looked at."""
_ROWS = "_rows"
"""Temporary table of rows of raw: those in scope, or on a first check those that failed."""
_REPEATED = 10
"""Rows a value, on average, from which each value of a costly field is looked at once …"""
_WORTHWHILE = 100_000
"""… in tables of so many rows."""
_FULL_SHARE = 0.5
"""When more than this share of the table is in scope, checking all of it is cheaper; the outcome is the same."""

_Tables = dict[tuple[str, str], dict[str, str]]
"""Columns, name to DuckDB type, by schema and table."""


@dataclass(frozen=True)
class RuleCount:
    """Rows that fail one reason of one rule now, of ``checked`` rows in the table."""

    rule: str
    kind: str
    field: str
    severity: str
    failed: int
    checked: int


@dataclass(frozen=True)
class CheckResult:
    """The table after a check.

    ``checked`` rows of raw are ``passed`` in std or ``quarantined``; ``flagged`` of the passed break a ``flag`` rule.
    ``recomputed``: rows this check looked at; ``changes``: rows of std and quarantine that it wrote.
    ``snapshot``: a snapshot of the lake that shows all of it.
    """

    table: str
    snapshot: int
    full: bool
    recomputed: int
    checked: int
    passed: int
    quarantined: int
    flagged: int
    changes: RowChanges
    rules: tuple[RuleCount, ...]


def check_item(lake: Lake, item: CatalogItem, standards: Standards, *, rebuild: bool = False) -> CheckResult:
    """Bring std and quarantine of an item up to its raw table, in one pass over the rows that may differ.

    Grain: one row a key of raw, in std or in quarantine. Looked at are: keys changed in raw since the last check;
    keys that failed a time-dependent rule; for ``unique`` rules the keys that share a value with one of those, before
    or after; for ``reference`` rules the keys whose value came or went in the other table. Everything is, when the
    declaration, the code lists or the raw columns changed. Work grows with those rows, plus one scan of one column for
    each ``unique`` rule, and for each ``reference`` rule whose other table changed. Only rows that differ are written,
    with counts (``meta.check_results``, the state now) and cursors in the same transaction.

    Args:
        rebuild: look at every row; the outcome is the same.

    Raises:
        Terminal: ``check.not_collected``, ``check.column_missing``, ``check.duplicate_field``, ``standards.*``,
            ``lake.*``.
    """
    with lake.transaction() as con:
        found = _tables_found(con, item.table)
        if ("raw", item.table) not in found:
            raise Terminal("check.not_collected", item=item.code, table=item.table)
        plan = check_plan(item, standards, raw_columns=found["raw", item.table], today=beijing_today())
        works = _pending(con, plan)
        rows = _count(con, table("raw", item.table))
        full = rebuild or any(work.full for work in works) or not _well_made(plan, found)
        _load_codelists(con, plan)
        scope = 0 if full else _find_scope(con, plan, works)
        full = full or scope > _FULL_SHARE * rows
        if full:
            _make_outputs(con, plan, found)
        recomputed, changes = _check_rows(con, plan, full=full) if full or scope else (0, RowChanges())
        for work in works:
            keep_place(con, step=_step(plan), work=work, fingerprint=plan.fingerprint)
        counts = _keep_counts(con, plan, rows)
        passed, quarantined, flagged = (_count(con, table(schema, name)) for schema, name in plan.outputs)
    return CheckResult(
        table=item.table,
        snapshot=lake.snapshot(),
        full=full,
        recomputed=recomputed,
        checked=rows,
        passed=passed,
        quarantined=quarantined,
        flagged=flagged,
        changes=changes,
        rules=counts,
    )


def check_order(items: Iterable[CatalogItem]) -> tuple[CatalogItem, ...]:
    """Return items so that the tables that ``reference`` rules look into come first; cycles stay as they are.

    In the wrong order nothing breaks: references fail until the next check finds the other table changed.
    """
    ordered: dict[str, CatalogItem] = {}
    by_table = {item.table: item for item in items}
    for item in by_table.values():
        _visit(item, by_table, ordered, trail=())
    return tuple(ordered.values())


def _visit(
    item: CatalogItem, by_table: dict[str, CatalogItem], ordered: dict[str, CatalogItem], trail: tuple[str, ...]
) -> None:
    if item.table in ordered or item.table in trail:
        return
    for rule in item.rules:
        other = by_table.get(rule.values[0]) if rule.kind == "reference" and rule.values else None
        if other is not None:
            _visit(other, by_table, ordered, (*trail, item.table))
    ordered[item.table] = item


def _step(plan: CheckPlan) -> str:
    return f"check:{plan.item.table}"


def _count(con: Connection, relation: str) -> int:
    return one_value(con, f"SELECT count(*) FROM {relation}")


def _tables_found(con: Connection, name: str) -> _Tables:
    """Return the columns of an item's tables, raw and outputs, as far as they exist."""
    rows = con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'lake' AND table_name IN (?, ?) ORDER BY column_index",
        [name, flags_table(name)],
    ).fetchall()
    found: _Tables = {}
    for schema, table_name, column, kind in rows:
        found.setdefault((schema, table_name), {})[column] = kind
    return found


def _well_made(plan: CheckPlan, found: _Tables) -> bool:
    return all(found.get(output) == columns for output, columns in plan.outputs.items())


def _make_outputs(con: Connection, plan: CheckPlan, found: _Tables) -> None:
    """Make the output tables where they are missing or have other columns: the declaration or the source changed."""
    for (schema, name), columns in plan.outputs.items():
        if found.get((schema, name)) == columns:
            continue
        con.execute(f"DROP TABLE IF EXISTS {table(schema, name)}")
        declared = ", ".join(f"{ident(column)} {kind}" for column, kind in columns.items())
        con.execute(f"CREATE TABLE {table(schema, name)} ({declared})")


def _pending(con: Connection, plan: CheckPlan) -> list[Work]:
    """Return the work on the raw table, then on each table that ``reference`` rules look into."""
    step, fingerprint = _step(plan), plan.fingerprint
    tables = dict.fromkeys([("raw", plan.item.table), *(("std", one.table) for one in plan.references)])
    return [pending_work(con, step=step, schema=schema, table=name, fingerprint=fingerprint) for schema, name in tables]


def _load_codelists(con: Connection, plan: CheckPlan) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CODE_TITLES} (list VARCHAR, place INTEGER, code VARCHAR)")
    for codelist in plan.codelists:
        con.execute(codelist.type_sql())
        codes = [code for _, code in codelist.titles]
        con.execute(
            f"INSERT INTO {CODE_TITLES} SELECT $1, unnest($2), unnest($3)",
            [codelist.name, list(range(len(codes))), codes],
        )


def _find_scope(con: Connection, plan: CheckPlan, works: list[Work]) -> int:
    """Fill the temporary table of keys whose rows are to be looked at, and count them."""
    raw, key = table("raw", plan.item.table), ident(KEY)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_SCOPE} AS {works[0].changed_keys_sql()}")
    if plan.time_dependent_codes:
        codes = ", ".join(map(literal, plan.time_dependent_codes))
        for schema, name in plan.failing_outputs:
            failing = f"SELECT {key} FROM {table(schema, name)} WHERE list_has_any({ident(RULES)}, [{codes}])"
            _widen_scope(con, failing)
    changed = {work.table: work for work in works[1:] if not work.nothing}
    for reference in plan.references:
        if work := changed.get(reference.table):
            values = work.changed_keys_sql(key=reference.column)
            _widen_scope(con, f"SELECT {key} FROM ({plan.values_sql(reference.field, raw)}) WHERE v IN ({values})")
    for _, field in plan.uniques if _count(con, _SCOPE) else ():
        affected = f"SELECT v FROM ({_values_in_scope_sql(plan, field)})"
        _widen_scope(con, f"SELECT {key} FROM ({plan.values_sql(field, raw)}) WHERE v IN ({affected})")
    return _count(con, _SCOPE)


def _widen_scope(con: Connection, keys: str) -> None:
    con.execute(f"INSERT INTO {_SCOPE} SELECT * FROM ({keys}) WHERE {ident(KEY)} NOT IN (FROM {_SCOPE})")


def _values_in_scope_sql(plan: CheckPlan, field: str) -> str:
    """Return SQL giving the values (``v``) that the rows in scope have, and had after the last check."""
    key, name = ident(KEY), plan.item.table
    within = f"WHERE {key} IN (FROM {_SCOPE})"
    parts = [
        plan.values_sql(field, f"(SELECT * FROM {table(schema, name)} {within})") for schema in ("raw", "quarantine")
    ]
    parts.append(f"SELECT {key}, {ident(field)} AS v FROM {table('std', name)} {within}")
    return " UNION ALL ".join(f"({part})" for part in parts)


def _check_rows(con: Connection, plan: CheckPlan, *, full: bool) -> tuple[int, RowChanges]:
    """Check the rows in scope (or all) and write what differs; return rows looked at and rows written."""
    raw, name = table("raw", plan.item.table), plan.item.table
    if full and not any(_count(con, table(*output)) for output in plan.outputs):
        return _check_first(con, plan)
    scope, source = (None, raw) if full else (f"FROM {_SCOPE}", _ROWS)
    if not full:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT * FROM {raw} WHERE {ident(KEY)} IN (FROM {_SCOPE})"
        )
    _load_value_sets(con, plan, full=full, source=source)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CHECKED} AS {plan.checked_sql(source)}")
    changes = replace_rows(con, "std", name, new=plan.std_sql(), scope=scope)
    changes += replace_rows(con, "quarantine", name, new=plan.quarantine_sql(source), scope=scope)
    replace_rows(con, "meta", flags_table(name), new=plan.flags_sql(), scope=scope)
    return _count(con, CHECKED), changes


def _check_first(con: Connection, plan: CheckPlan) -> tuple[int, RowChanges]:
    """Check all rows into empty outputs; return rows looked at and rows written.

    The rows that pass, nearly all, go from raw into the file of std as they are computed, with their verdicts; only
    those that do not are computed once more, for quarantine (decision 0031).
    """
    raw, std, key = table("raw", plan.item.table), table("std", plan.item.table), ident(KEY)
    _load_value_sets(con, plan, full=True, source=raw)
    known = _known_values(con, plan)
    passed = write_rows(con, "std", plan.item.table, new=plan.passed_sql(raw, known))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS FROM {raw} WHERE {key} NOT IN (SELECT {key} FROM {std})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CHECKED} AS {plan.checked_sql(_ROWS)}")
    changes = RowChanges(inserted=_count(con, std))
    changes += append_rows(con, "quarantine", plan.item.table, new=plan.quarantine_sql(_ROWS))
    if passed:
        verdicts = f"read_parquet({literal(str(passed))})"
        append_rows(con, "meta", flags_table(plan.item.table), new=plan.flags_sql(verdicts))
    return _count(con, raw), changes


def _known_values(con: Connection, plan: CheckPlan) -> tuple[FieldPlan, ...]:
    """Look at the values of costly fields that come again and again, each once; return these fields."""
    raw = table("raw", plan.item.table)
    if not plan.costly or _count(con, raw) < _WORTHWHILE:
        return ()
    columns = [ident(field.declared.column) for field in plan.costly]
    often = ", ".join(f"count(*) >= {_REPEATED} * approx_count_distinct({column})" for column in columns)
    found = con.execute(f"SELECT {often} FROM {raw}").fetchone() or ()
    known = tuple(field for field, repeated in zip(plan.costly, found, strict=True) if repeated)
    for field in known:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {known_values(field)} AS {plan.known_sql(field)}")
    return known


def _load_value_sets(con: Connection, plan: CheckPlan, *, full: bool, source: str) -> None:
    """Make the temporary tables of values that ``unique`` and ``reference`` rules look up.

    Duplicates are found by one aggregation over the values, without sorting, which DuckDB spills when it must.
    """
    raw = table("raw", plan.item.table)
    for place, field in plan.uniques:
        limit = "v IS NOT NULL" if full else f"v IN (SELECT v FROM ({plan.values_sql(field, source)}))"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {value_set(place)} AS SELECT v FROM ({plan.values_sql(field, raw)}) "
            f"WHERE {limit} GROUP BY v HAVING count(*) > 1"
        )
    for one in plan.references:
        column, other = ident(one.column), table("std", one.table)
        found = f"SELECT DISTINCT {column} AS v FROM {other} WHERE {column} IS NOT NULL"
        there = table_exists(con, "std", one.table)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {value_set(one.rule)} AS "
            + (found if there else "SELECT NULL::VARCHAR AS v WHERE false")
        )


def _keep_counts(con: Connection, plan: CheckPlan, checked: int) -> tuple[RuleCount, ...]:
    """Count failures by rule, over the whole table, and keep them in ``meta.check_results``."""
    codes = " UNION ALL ".join(
        f"SELECT unnest({ident(RULES)}) AS rule FROM {table(schema, name)}" for schema, name in plan.failing_outputs
    )
    failed = dict(con.execute(f"SELECT rule, count(*) FROM ({codes}) GROUP BY rule").fetchall())
    counts = tuple(
        RuleCount(one.code, one.kind, one.field, one.severity, failed.get(one.code, 0), checked) for one in plan.reasons
    )
    kept = con.execute(
        "SELECT rule, kind, field, severity, failed, checked FROM meta.check_results WHERE table_name = ?",
        [plan.item.table],
    ).fetchall()
    if {RuleCount(*row) for row in kept} != set(counts):
        _write_counts(con, plan.item.table, counts)
    return counts


def _write_counts(con: Connection, name: str, counts: tuple[RuleCount, ...]) -> None:
    run = one_value(con, "SELECT max(run_id) FROM meta.runs WHERE table_name = ?", [name])
    con.execute("DELETE FROM meta.check_results WHERE table_name = ?", [name])
    rows = [(one.rule, one.kind, one.field, one.severity, one.failed, one.checked) for one in counts]
    if rows:
        con.execute(
            "INSERT INTO meta.check_results SELECT $1, $2, unnest($3), unnest($4), unnest($5), unnest($6), "
            "unnest($7), unnest($8), $9",
            [run, name, *(list(column) for column in zip(*rows, strict=True)), now().replace(tzinfo=None)],
        )
