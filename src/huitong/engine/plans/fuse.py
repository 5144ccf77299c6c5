"""SQL of fusing: several std tables about the same entities become one golden record an entity.

Every source gives at most one row an entity (its newest). They are joined on the entity's key; for each attribute
every source with a value gets a score by the attribute's policy, and the best score, first in authority, wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from huitong.engine.declarations.libraries import Attribute, Library, LibrarySource
from huitong.engine.lake.names import KEY, RUN, ident, idents, literal, table

FUSED = "_fused"
"""The temporary table or view of a fusing: one row an entity, as :func:`fused_sql` says."""
CONFLICT_ID = "conflict_id"
_DISAGREE = '"is.disagree"'


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


def other_keys_sql(plan: FusePlan, number: int, *, rows: int) -> str:
    """How many of the first ``rows`` of a source have a key that is not the entity's.

    Where none at all has, no entity has several rows; to prove that costs a reading of both columns, so it is only
    guessed from here, and :func:`odd_rows_sql` tells afterwards.
    """
    source = plan.sources[number]
    key = ident(source.key)
    first = f"FROM {table('std', source.table)} WHERE {key} IS NOT NULL LIMIT {rows}"
    return f"SELECT count(*) FROM ({first}) WHERE {ident(KEY)} <> {key}"


def odd_rows_sql(plan: FusePlan) -> str:
    """Per source, how many fused rows come from a row whose key is not the entity's."""
    counts = [f"count({ident(f'{number}{KEY}')})" for number in range(len(plan.sources))]
    return f"SELECT {', '.join(counts)} FROM {FUSED}"


def repeated_entities_sql(plan: FusePlan, number: int, *, scope: str | None) -> str:
    """How many entities have several rows in one source. By 64-bit hashes: may count a collision, never misses one."""
    source = plan.sources[number]
    where = f" AND {ident(source.key)} IN (FROM {scope})" if scope else ""
    return (
        f"SELECT count(*) FROM (SELECT 1 FROM {table('std', source.table)} "
        f"WHERE {ident(source.key)} IS NOT NULL{where} GROUP BY hash({ident(source.key)}) HAVING count(*) > 1)"
    )


def fused_sql(plan: FusePlan, *, scope: str | None = None, bucket: tuple[int, int] | None = None) -> str:
    """One row an entity: what all three tables are made of.

    The key and the golden values are named as in the golden table; ``source.<attribute>`` is the table that a value
    comes from; :func:`provenance_columns` names the rest of the provenance. Where sources disagree, ``is.disagree`` is
    true and ``claim.<column>`` holds what each says; elsewhere claims are NULL, which costs next to nothing.

    Args:
        scope: name of a table whose only column holds the entity keys to consider; None for all.
        bucket: (number, of how many) restricts to a hash share of the keys, which bounds memory.
    """
    kind = f"ENUM({', '.join(literal(source.table) for source in plan.sources)})"  # written without hashing each
    columns = [plan.key]
    for one in plan.library.attributes:
        tables = [f"CAST({literal(plan.sources[number].table)} AS {kind})" for number, _ in plan.inputs(one)]
        columns.append(f"{_chosen(plan, one, _values(plan, one))} AS {ident(one.name)}")
        columns.append(f"{_chosen(plan, one, tables)} AS {ident(f'source.{one.name}')}")
    for number in range(len(plan.sources)):
        columns += [ident(f"{number}{KEY}"), ident(f"{number}{RUN}")]
    claimed = {value: None for one in plan.library.attributes if _disputable(plan, one) for value in _values(plan, one)}
    columns += [f"CASE WHEN {_DISAGREE} THEN {value} END AS {_claim(value)}" for value in claimed]
    disagree = [_disagree(_values(plan, one)) for one in plan.library.attributes if _disputable(plan, one)]
    joined = f"SELECT *, coalesce({' OR '.join(disagree) or 'false'}, false) AS {_DISAGREE} FROM "
    joined += f"({joined_sql(plan, scope=scope, bucket=bucket)})"
    return f"SELECT {', '.join(columns)}, {_DISAGREE} FROM ({joined})"


def _disputable(plan: FusePlan, attribute: Attribute) -> bool:
    return len(plan.inputs(attribute)) > 1


def _claim(column: str) -> str:
    return f'"claim.{column[1:]}'


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


def golden_columns(plan: FusePlan) -> tuple[str, ...]:
    """Columns of the golden records, named alike in the fused rows: the key and one an attribute."""
    return (plan.library.key, *(one.name for one in plan.library.attributes))


def provenance_columns(plan: FusePlan) -> dict[str, str]:
    """Columns of the provenance by their names in the fused rows.

    The key; per attribute the source table; per source its row's key and run. A row key is empty where it is the
    entity's key itself, which it mostly is.
    """
    return {
        plan.library.key: plan.library.key,
        **{f"source.{one.name}": one.name for one in plan.library.attributes},
        **{
            f"{number}{column}": source.table + column
            for number, source in enumerate(plan.sources)
            for column in (KEY, RUN)
        },
    }


def golden_sql(plan: FusePlan) -> str:
    """The golden records out of the fused rows."""
    return f"SELECT {idents(golden_columns(plan))} FROM {FUSED}"


def provenance_sql(plan: FusePlan) -> str:
    """Where each value comes from, out of the fused rows."""
    columns = ", ".join(
        f"{f'CAST({ident(name)} AS VARCHAR)' if name.startswith('source.') else ident(name)} AS {ident(own)}"
        for name, own in provenance_columns(plan).items()
    )
    return f"SELECT {columns} FROM {FUSED}"


def conflict_sql(plan: FusePlan) -> str:
    """Attributes on which sources differ: one row an entity and attribute, a column a source with its value as text.

    The source rows themselves are named by the entity's provenance.
    """
    parts = [_attribute_conflicts(plan, one) for one in plan.library.attributes if _disputable(plan, one)]
    return " UNION ALL ".join(parts) or _no_conflicts(plan)


def _attribute_conflicts(plan: FusePlan, attribute: Attribute) -> str:
    said = {number: _claim(column) for number, column in plan.inputs(attribute)}
    disagree = _disagree(list(said.values()))
    claims = ", ".join(
        f"CAST({said.get(number, 'NULL')} AS VARCHAR) AS {ident(source.table)}"
        for number, source in enumerate(plan.sources)
    )
    return (
        f"SELECT {plan.key} || chr(31) || {literal(attribute.name)} AS {CONFLICT_ID}, {plan.key}, "
        f"{literal(attribute.name)} AS attribute, CAST({ident(attribute.name)} AS VARCHAR) AS chosen, "
        f"{claims} FROM {FUSED} WHERE {_DISAGREE} AND {disagree}"
    )


def _no_conflicts(plan: FusePlan) -> str:
    claims = ", ".join(f"CAST(NULL AS VARCHAR) AS {ident(source.table)}" for source in plan.sources)
    return (
        f"SELECT CAST(NULL AS VARCHAR) AS {CONFLICT_ID}, {plan.key}, CAST(NULL AS VARCHAR) AS attribute, "
        f"CAST(NULL AS VARCHAR) AS chosen, {claims} FROM {FUSED} WHERE false"
    )


def _disagree(values: list[str]) -> str:
    """Tell whether two present values differ: each with the one before it that is there."""
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
