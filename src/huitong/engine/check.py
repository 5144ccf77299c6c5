"""Check: from ``raw.<table>`` to ``std.<table>`` (typed, normalised, passing) and ``quarantine.<table>`` (failing).

Rows that break a ``flag`` rule stay in std; their keys and codes are kept in ``meta.flags_<table>``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huitong.engine.declarations.items import CatalogItem
from huitong.engine.lake import Connection, Lake
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import one_value, table_columns, table_exists
from huitong.engine.lake.names import KEY, RULES, ident, literal, table
from huitong.engine.lake.rows import RowChanges, replace_rows
from huitong.engine.plans.check import CHECKED, CODE_TEXTS, CheckPlan, check_plan, code_texts, value_set
from huitong.engine.standards import Standards
from huitong.foundation.clock import beijing_today, now
from huitong.foundation.errors import Terminal

_SCOPE = "_scope"
_FULL_SHARE = 0.5
"""When more than this share of the table is in scope, checking all of it is cheaper; the outcome is the same."""


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
    ``snapshot``: the newest snapshot of the lake, which shows all of it.
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
        raw_columns = table_columns(con, "raw", item.table)
        if not raw_columns:
            raise Terminal("check.not_collected", item=item.code, table=item.table)
        plan = check_plan(item, standards, raw_columns=raw_columns, today=beijing_today())
        works = _pending(con, plan)
        rows = _count(con, "raw", item.table)
        full = rebuild or any(work.full for work in works) or not table_exists(con, "std", item.table)
        _load_code_texts(con, plan)
        scope = 0 if full else _find_scope(con, plan, works)
        full = full or scope > _FULL_SHARE * rows
        recomputed, changes = _check_rows(con, plan, full=full) if full or scope else (0, RowChanges())
        for work in works:
            keep_place(con, step=_step(plan), work=work, fingerprint=plan.fingerprint)
        counts = _keep_counts(con, plan, rows)
        passed, quarantined, flagged = (_count(con, schema, name) for schema, name in _outputs(plan))
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


def flags_table(name: str) -> str:
    """Return the name in ``meta`` of the table with the flagged rows of an item's table."""
    return f"flags_{name}"


def _step(plan: CheckPlan) -> str:
    return f"check:{plan.item.table}"


def _outputs(plan: CheckPlan) -> tuple[tuple[str, str], ...]:
    name = plan.item.table
    return ("std", name), ("quarantine", name), ("meta", flags_table(name))


def _pending(con: Connection, plan: CheckPlan) -> list[Work]:
    """Return the work on the raw table, then on each table that ``reference`` rules look into."""
    step, fingerprint = _step(plan), plan.fingerprint
    tables = dict.fromkeys([("raw", plan.item.table), *(("std", one.table) for one in plan.references)])
    return [pending_work(con, step=step, schema=schema, table=name, fingerprint=fingerprint) for schema, name in tables]


def _load_code_texts(con: Connection, plan: CheckPlan) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CODE_TEXTS} (list VARCHAR, text VARCHAR, code VARCHAR)")
    rows = list(code_texts(plan.codelists))
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(f"INSERT INTO {CODE_TEXTS} SELECT unnest($1), unnest($2), unnest($3)", columns)


def _find_scope(con: Connection, plan: CheckPlan, works: list[Work]) -> int:
    """Fill the temporary table of keys whose rows are to be looked at, and count them."""
    raw = table("raw", plan.item.table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_SCOPE} AS {works[0].changed_keys_sql()}")
    if plan.time_dependent_codes:
        codes = ", ".join(map(literal, plan.time_dependent_codes))
        for schema, name in _outputs(plan)[1:]:
            if table_exists(con, schema, name):
                failing = (
                    f"SELECT {ident(KEY)} FROM {table(schema, name)} WHERE list_has_any({ident(RULES)}, [{codes}])"
                )
                _widen_scope(con, failing)
    changed = {(work.schema, work.table): work for work in works[1:] if not work.nothing}
    for reference in plan.references:
        if work := changed.get(("std", reference.table)):
            values = work.changed_keys_sql(key=reference.column)
            _widen_scope(
                con, f"SELECT {ident(KEY)} FROM ({plan.values_sql(reference.field, raw)}) WHERE v IN ({values})"
            )
    for _, field in plan.uniques if _temporary_count(con, _SCOPE) else ():
        affected = f"SELECT v FROM ({_values_in_scope_sql(con, plan, field)})"
        _widen_scope(con, f"SELECT {ident(KEY)} FROM ({plan.values_sql(field, raw)}) WHERE v IN ({affected})")
    return _temporary_count(con, _SCOPE)


def _widen_scope(con: Connection, keys: str) -> None:
    con.execute(f"INSERT INTO {_SCOPE} SELECT * FROM ({keys}) WHERE {ident(KEY)} NOT IN (FROM {_SCOPE})")


def _values_in_scope_sql(con: Connection, plan: CheckPlan, field: str) -> str:
    """Return SQL giving the values (``v``) that the rows in scope have, and had after the last check."""
    key, name = ident(KEY), plan.item.table
    within = f"WHERE {key} IN (FROM {_SCOPE})"
    parts = [
        plan.values_sql(field, f"(SELECT * FROM {table('raw', name)} {within})"),
        f"SELECT {key}, {ident(field)} AS v FROM {table('std', name)} {within}",
    ]
    if table_exists(con, "quarantine", name):
        parts.append(plan.values_sql(field, f"(SELECT * FROM {table('quarantine', name)} {within})"))
    return " UNION ALL ".join(f"({part})" for part in parts)


def _check_rows(con: Connection, plan: CheckPlan, *, full: bool) -> tuple[int, RowChanges]:
    """Check the rows in scope (or all) and write what differs; return rows looked at and rows written."""
    raw, name = table("raw", plan.item.table), plan.item.table
    scope = None if full else f"FROM {_SCOPE}"
    source = raw if full else f"(SELECT * FROM {raw} WHERE {ident(KEY)} IN (FROM {_SCOPE}))"
    _load_value_sets(con, plan, full=full, source=source)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {CHECKED} AS {plan.checked_sql(source)}")
    recomputed = _temporary_count(con, CHECKED)
    _drop_if_shaped_otherwise(con, "std", name, plan.std_columns)
    _drop_if_shaped_otherwise(con, "quarantine", name, plan.quarantine_columns)
    changes = replace_rows(con, "std", name, new=plan.std_sql(), scope=scope)
    changes += replace_rows(con, "quarantine", name, new=plan.quarantine_sql(), scope=scope)
    flagged = f"SELECT count(*) FROM ({plan.flags_sql()})"
    if table_exists(con, "meta", flags_table(name)) or one_value(con, flagged):
        replace_rows(con, "meta", flags_table(name), new=plan.flags_sql(), scope=scope)
    return recomputed, changes


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
        there = table_exists(con, "std", one.table)
        column = ident(one.column)
        found = f"SELECT DISTINCT {column} AS v FROM {table('std', one.table)} WHERE {column} IS NOT NULL"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {value_set(one.rule)} AS "
            + (found if there else "SELECT NULL::VARCHAR AS v WHERE false")
        )


def _drop_if_shaped_otherwise(con: Connection, schema: str, name: str, columns: dict[str, str]) -> None:
    """Drop a table whose columns are not those wanted: the declaration or the source's types changed."""
    found = table_columns(con, schema, name)
    if found and found != columns:
        con.execute(f"DROP TABLE {table(schema, name)}")


def _keep_counts(con: Connection, plan: CheckPlan, checked: int) -> tuple[RuleCount, ...]:
    """Count failures by rule, over the whole table, and keep them in ``meta.check_results``."""
    name = plan.item.table
    codes = " UNION ALL ".join(
        f"SELECT unnest({ident(RULES)}) AS rule FROM {table(schema, output)}"
        for schema, output in _outputs(plan)[1:]
        if table_exists(con, schema, output)
    )
    failed = dict(con.execute(f"SELECT rule, count(*) FROM ({codes}) GROUP BY rule").fetchall())
    counts = tuple(
        RuleCount(one.code, one.kind, one.field, one.severity, failed.get(one.code, 0), checked) for one in plan.reasons
    )
    kept = con.execute(
        "SELECT rule, kind, field, severity, failed, checked FROM meta.check_results WHERE table_name = ?", [name]
    ).fetchall()
    if {RuleCount(*row) for row in kept} != set(counts):
        _write_counts(con, name, counts)
    return counts


def _write_counts(con: Connection, name: str, counts: tuple[RuleCount, ...]) -> None:
    run = one_value(con, "SELECT max(run_id) FROM meta.runs WHERE table_name = ?", [name])
    con.execute("DELETE FROM meta.check_results WHERE table_name = ?", [name])
    if counts:
        rows = [(one.rule, one.kind, one.field, one.severity, one.failed, one.checked) for one in counts]
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(
            "INSERT INTO meta.check_results SELECT $1, $2, unnest($3), unnest($4), unnest($5), unnest($6), "
            "unnest($7), unnest($8), $9",
            [run, name, *columns, now().replace(tzinfo=None)],
        )


def _count(con: Connection, schema: str, name: str) -> int:
    return one_value(con, f"SELECT count(*) FROM {table(schema, name)}") if table_exists(con, schema, name) else 0


def _temporary_count(con: Connection, name: str) -> int:
    return one_value(con, f"SELECT count(*) FROM {name}")
