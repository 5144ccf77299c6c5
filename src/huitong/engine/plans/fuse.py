"""SQL of fusing: several std tables about the same entities become one golden record an entity.

Every source gives at most one row an entity (its newest). They are joined on the entity's key; for each attribute
every source with a value gets a score by the attribute's policy, and the best score, first in authority, wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from huitong.engine.declarations.libraries import Attribute, Library, LibrarySource
from huitong.engine.lake.names import KEY, RUN, ident, literal, table

FUSED = "_fused"
"""Temporary table of a fusing: one row an entity with its golden values, where they come from, and who disagrees."""
CONFLICT_ID = "conflict_id"


@dataclass(frozen=True)
class FusePlan:
    """What a library reads: its declaration less the sources that have no std table yet."""

    library: Library
    sources: tuple[LibrarySource, ...]
    repeating: frozenset[int] = frozenset()
    """Positions of the sources that have several rows of one entity."""

    @property
    def key(self) -> str:
        """The quoted key column of the library."""
        return ident(self.library.key)

    def inputs(self, attribute: Attribute) -> list[tuple[int, str]]:
        """Return the attribute's sources in order of authority: position in ``sources``, quoted joined column."""
        order = {source.table: number for number, source in enumerate(self.sources)}
        return [
            (order[one.table], ident(f"{order[one.table]}.{one.field}"))
            for one in attribute.sources
            if one.table in order
        ]


def repeated_entities_sql(plan: FusePlan, number: int) -> str:
    """How many entities have several rows in one source. By 64-bit hashes: may count a collision, never misses one."""
    source = plan.sources[number]
    return (
        f"SELECT count(*) FROM (SELECT 1 FROM {table('std', source.table)} WHERE {ident(source.key)} IS NOT NULL "
        f"GROUP BY hash({ident(source.key)}) HAVING count(*) > 1)"
    )


def fused_sql(plan: FusePlan, *, scope: str | None = None, bucket: tuple[int, int] | None = None) -> str:
    """One row an entity: golden values, source tables, source rows and runs, and whether sources disagree.

    Args:
        scope: name of a table whose only column holds the entity keys to consider; None for all.
        bucket: (number, of how many) restricts to a hash share of the keys, which bounds memory.
    """
    columns = [plan.key]
    for one in plan.library.attributes:
        tables = [literal(plan.sources[number].table) for number, _ in plan.inputs(one)]
        columns.append(f"{_chosen(plan, one, _values(plan, one))} AS {ident(f'golden.{one.name}')}")
        columns.append(f"{_chosen(plan, one, tables)} AS {ident(f'source.{one.name}')}")
    for number in range(len(plan.sources)):
        columns += [ident(f"{number}{KEY}"), ident(f"{number}{RUN}")]
    disagree = [_disagree(plan, one) for one in plan.library.attributes if len(plan.inputs(one)) > 1]
    columns.append(f"({' OR '.join(disagree) or 'false'}) AS disagree")
    return f"SELECT {', '.join(columns)} FROM ({joined_sql(plan, scope=scope, bucket=bucket)})"


def joined_sql(plan: FusePlan, *, scope: str | None = None, bucket: tuple[int, int] | None = None) -> str:
    """One row an entity: the key, and per source its row's key, run, time and fields."""
    parts = [f"({_newest_rows_sql(plan, number, scope=scope, bucket=bucket)})" for number in range(len(plan.sources))]
    joined = parts[0] + " s0"
    for number, part in enumerate(parts[1:], start=1):
        joined += f" FULL JOIN {part} s{number} USING ({plan.key})"
    return f"SELECT * FROM {joined}"


def _newest_rows_sql(plan: FusePlan, number: int, *, scope: str | None, bucket: tuple[int, int] | None) -> str:
    """One row an entity of one source: the newest where it has several, told by ``updated``, then by row key."""
    source = plan.sources[number]
    key = ident(source.key)
    where = [f"{key} IS NOT NULL"]
    if scope:
        where.append(f"{key} IN (FROM {scope})")
    if bucket and bucket[1] > 1:
        where.append(f"hash({key}) % {bucket[1]} = {bucket[0]}")
    rows = f"{table('std', source.table)} WHERE {' AND '.join(where)}"
    columns = ", ".join(f"{expression} AS {ident(name)}" for name, expression in _joined_columns(plan, number))
    if number not in plan.repeating:
        return f"SELECT {key} AS {plan.key}, {columns} FROM {rows}"
    newest = f"{_updated(source)} DESC NULLS LAST, {ident(KEY)}"
    several = f"(SELECT hash({key}) FROM {rows} GROUP BY 1 HAVING count(*) > 1)"
    return (
        f"SELECT {key} AS {plan.key}, {columns} FROM (FROM {rows}) WHERE hash({key}) NOT IN {several} UNION ALL "
        f"SELECT {key} AS {plan.key}, {columns} FROM (FROM {rows}) WHERE hash({key}) IN {several} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest}) = 1"
    )


def _updated(source: LibrarySource) -> str:
    return f"CAST({ident(source.updated)} AS TIMESTAMP)" if source.updated else "CAST(NULL AS TIMESTAMP)"


def _joined_columns(plan: FusePlan, number: int) -> Iterator[tuple[str, str]]:
    source = plan.sources[number]
    yield f"{number}{KEY}", f"nullif({ident(KEY)}, {ident(source.key)})"
    yield f"{number}{RUN}", ident(RUN)
    yield f"{number}.updated", _updated(source)
    fields = {
        one.field for attribute in plan.library.attributes for one in attribute.sources if one.table == source.table
    }
    for field in sorted(fields):
        yield f"{number}.{field}", ident(field)


def golden_sql(plan: FusePlan) -> str:
    """The golden records out of the fused rows: the key and one column an attribute."""
    values = ", ".join(f"{ident(f'golden.{one.name}')} AS {ident(one.name)}" for one in plan.library.attributes)
    return f"SELECT {plan.key}, {values} FROM {FUSED}"


def provenance_sql(plan: FusePlan) -> str:
    """Where each value comes from: per attribute the source table, per source the row's key and its run.

    A row key is empty where it is the entity's key itself, which it mostly is.
    """
    attributes = ", ".join(f"{ident(f'source.{one.name}')} AS {ident(one.name)}" for one in plan.library.attributes)
    rows = ", ".join(
        f"{ident(f'{number}{column}')} AS {ident(source.table + column)}"
        for number, source in enumerate(plan.sources)
        for column in (KEY, RUN)
    )
    return f"SELECT {plan.key}, {attributes}, {rows} FROM {FUSED}"


def disagreeing_sql(plan: FusePlan) -> str:
    """The keys of fused entities on which sources differ in any attribute."""
    return f"SELECT {plan.key} FROM {FUSED} WHERE disagree"


def conflict_sql(plan: FusePlan, *, scope: str) -> str:
    """Attributes on which sources differ: one row an entity and attribute, a column a source with its value as text.

    The source rows themselves are named by the entity's provenance. ``scope`` is a table of the keys that disagree.
    """
    parts = [_attribute_conflicts(plan, one, scope) for one in plan.library.attributes if len(plan.inputs(one)) > 1]
    return " UNION ALL ".join(parts) or _no_conflicts(plan, scope)


def _attribute_conflicts(plan: FusePlan, attribute: Attribute, scope: str) -> str:
    said = dict(plan.inputs(attribute))
    claims = ", ".join(
        f"CAST({said.get(number, 'NULL')} AS VARCHAR) AS {ident(source.table)}"
        for number, source in enumerate(plan.sources)
    )
    chosen = _chosen(plan, attribute, _values(plan, attribute))
    return (
        f"SELECT {plan.key} || chr(31) || {literal(attribute.name)} AS {CONFLICT_ID}, {plan.key}, "
        f"{literal(attribute.name)} AS attribute, CAST({chosen} AS VARCHAR) AS chosen, "
        f"{claims} FROM ({joined_sql(plan, scope=scope)}) WHERE {_disagree(plan, attribute)}"
    )


def _no_conflicts(plan: FusePlan, scope: str) -> str:
    claims = ", ".join(f"CAST(NULL AS VARCHAR) AS {ident(source.table)}" for source in plan.sources)
    return (
        f"SELECT CAST(NULL AS VARCHAR) AS {CONFLICT_ID}, {plan.key}, CAST(NULL AS VARCHAR) AS attribute, "
        f"CAST(NULL AS VARCHAR) AS chosen, {claims} FROM ({joined_sql(plan, scope=scope)}) WHERE false"
    )


def _disagree(plan: FusePlan, attribute: Attribute) -> str:
    """Tell whether two present values differ: each with the one before it that is there."""
    values = _values(plan, attribute)
    return (
        "(" + " OR ".join(f"{value} <> coalesce({', '.join(values[:n])})" for n, value in enumerate(values) if n) + ")"
    )


def _values(plan: FusePlan, attribute: Attribute) -> list[str]:
    return [column for _, column in plan.inputs(attribute)]


def _chosen(plan: FusePlan, attribute: Attribute, answers: list[str]) -> str:
    """Give ``answers[i]`` for the source i that wins: the first in authority among those of the best score.

    An attribute none of whose sources is there yet is NULL, so that what reads the library finds the column.
    """
    inputs = plan.inputs(attribute)
    if not inputs:
        return "CAST(NULL AS VARCHAR)"
    if attribute.policy == "authority" or len(inputs) == 1:
        cases = [f"{column} IS NOT NULL" for _, column in inputs]
    else:
        scores = [_score(attribute, number, column, inputs) for number, column in inputs]
        best = f"greatest({', '.join(scores)})"
        cases = [f"{score} = {best}" for score in scores]
    whens = " ".join(f"WHEN {case} THEN {answer}" for case, answer in zip(cases, answers, strict=True))
    return f"CASE {whens} END"


def _score(attribute: Attribute, number: int, column: str, inputs: list[tuple[int, str]]) -> str:
    """NULL without a value; ``latest``: the row's time; ``most_common``: how many sources say the same."""
    if attribute.policy == "latest":
        updated = ident(f"{number}.updated")
        return f"CASE WHEN {column} IS NOT NULL THEN coalesce({updated}, CAST('-infinity' AS TIMESTAMP)) END"
    votes = " + ".join(f"CASE WHEN {column} = {other} THEN 1 ELSE 0 END" for _, other in inputs)
    return f"CASE WHEN {column} IS NOT NULL THEN {votes} END"
