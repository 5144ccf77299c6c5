"""SQL of fusing: several std tables about the same entities become one golden record an entity.

Every source gives at most one row an entity (its newest). They are joined on the entity's key; for each attribute
every source with a value gets a score by the attribute's policy, and the best score, first in authority, wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from huitong.engine.declarations.libraries import Attribute, Library, LibrarySource
from huitong.engine.lake.names import KEY, RUN, ident, literal, table

JOINED = "_joined"
"""Temporary table of a fusing: one row an entity, every source's fields side by side."""
CONFLICT_ID = "conflict_id"


@dataclass(frozen=True)
class FusePlan:
    """What a library reads: its declaration less the sources that have no std table yet."""

    library: Library
    sources: tuple[LibrarySource, ...]

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

    def attributes(self) -> list[Attribute]:
        """Return the attributes that at least one present source feeds."""
        return [attribute for attribute in self.library.attributes if self.inputs(attribute)]


def joined_sql(plan: FusePlan, *, scope: str | None = None, bucket: tuple[int, int] | None = None) -> str:
    """One row an entity: the key, and per source its row's key, run, time and fields.

    Args:
        scope: name of a table whose only column holds the entity keys to consider; None for all.
        bucket: (number, of how many) restricts to a hash share of the keys, which bounds memory.
    """
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
    if bucket:
        where.append(f"hash({key}) % {bucket[1]} = {bucket[0]}")
    rows = f"(SELECT * FROM {table('std', source.table)} WHERE {' AND '.join(where)})"
    columns = ", ".join(f"{expression} AS {ident(name)}" for name, expression in _joined_columns(plan, number))
    newest = f"{_updated(source)} DESC NULLS LAST, {ident(KEY)}"
    several = f"(SELECT {key} FROM {rows} GROUP BY 1 HAVING count(*) > 1)"
    return (
        f"SELECT {key} AS {plan.key}, {columns} FROM {rows} WHERE {key} NOT IN {several} UNION ALL "
        f"SELECT {key} AS {plan.key}, {columns} FROM {rows} WHERE {key} IN {several} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest}) = 1"
    )


def _updated(source: LibrarySource) -> str:
    return f"CAST({ident(source.updated)} AS TIMESTAMP)" if source.updated else "CAST(NULL AS TIMESTAMP)"


def _joined_columns(plan: FusePlan, number: int) -> Iterator[tuple[str, str]]:
    source = plan.sources[number]
    yield f"{number}{KEY}", ident(KEY)
    yield f"{number}{RUN}", ident(RUN)
    yield f"{number}.updated", _updated(source)
    fields = {
        one.field for attribute in plan.library.attributes for one in attribute.sources if one.table == source.table
    }
    for field in sorted(fields):
        yield f"{number}.{field}", ident(field)


def golden_sql(plan: FusePlan) -> str:
    """The golden records out of the joined rows: the key and one column an attribute."""
    values = ", ".join(f"{_chosen(plan, one, _values(plan, one))} AS {ident(one.name)}" for one in plan.attributes())
    return f"SELECT {plan.key}, {values} FROM {JOINED}"


def provenance_sql(plan: FusePlan) -> str:
    """Where each value comes from: per attribute the source table, per source the row's key and its run."""
    attributes = ", ".join(
        f"{_chosen(plan, one, [literal(plan.sources[number].table) for number, _ in plan.inputs(one)])} "
        f"AS {ident(one.name)}"
        for one in plan.attributes()
    )
    rows = ", ".join(
        f"{ident(f'{number}{column}')} AS {ident(source.table + column)}"
        for number, source in enumerate(plan.sources)
        for column in (KEY, RUN)
    )
    return f"SELECT {plan.key}, {attributes}, {rows} FROM {JOINED}"


def conflict_sql(plan: FusePlan) -> str:
    """Attributes on which sources differ: one row an entity and attribute, with every source's value as text."""
    parts = [_attribute_conflicts(plan, one) for one in plan.attributes() if len(plan.inputs(one)) > 1]
    return " UNION ALL ".join(parts) or _no_conflicts(plan)


def _attribute_conflicts(plan: FusePlan, attribute: Attribute) -> str:
    inputs = plan.inputs(attribute)
    values = [column for _, column in inputs]
    differ = f"least({', '.join(values)}) IS DISTINCT FROM greatest({', '.join(values)})"
    claims = ", ".join(
        f"{{'source': {literal(plan.sources[number].table)}, 'row_key': {ident(f'{number}{KEY}')}, "
        f"'value': CAST({column} AS VARCHAR)}}"
        for number, column in inputs
    )
    return (
        f"SELECT {plan.key} || chr(31) || {literal(attribute.name)} AS {CONFLICT_ID}, {plan.key}, "
        f"{literal(attribute.name)} AS attribute, CAST({_chosen(plan, attribute, values)} AS VARCHAR) AS chosen, "
        f"list_filter([{claims}], lambda claim: claim.value IS NOT NULL) AS claims FROM {JOINED} WHERE {differ}"
    )


def _no_conflicts(plan: FusePlan) -> str:
    return (
        f"SELECT CAST(NULL AS VARCHAR) AS {CONFLICT_ID}, {plan.key}, CAST(NULL AS VARCHAR) AS attribute, "
        f"CAST(NULL AS VARCHAR) AS chosen, CAST(NULL AS STRUCT(source VARCHAR, row_key VARCHAR, value VARCHAR)[]) "
        f"AS claims FROM {JOINED} WHERE false"
    )


def _values(plan: FusePlan, attribute: Attribute) -> list[str]:
    return [column for _, column in plan.inputs(attribute)]


def _chosen(plan: FusePlan, attribute: Attribute, answers: list[str]) -> str:
    """Give ``answers[i]`` for the source i that wins: the first in authority among those of the best score."""
    inputs = plan.inputs(attribute)
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
