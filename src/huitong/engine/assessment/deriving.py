"""Indicators computed from facts: each statement run over a quarter's files, its result checked for shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from huitong.engine.assessment.facts import Manifest
from huitong.engine.assessment.statements import Connection, locked_facts, require_steady, run_statement
from huitong.engine.declarations.indicators import Indicator
from huitong.foundation.errors import Terminal

YIELDS = ("organisation", "value", "numerator", "denominator")
"""Columns of an indicator's statement, in this order."""
ROWS_YIELD = ("organisation", "unit", "kind", "key", "title", "met")
"""First columns of the statement for the rows behind an indicator."""
DECIMALS = 6
"""Values are rounded to this many places: sums of floats may come in any order."""
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UBIGINT", "UINTEGER")


@dataclass(frozen=True)
class Derived:
    """An indicator's value for one organisation, and what it is a ratio or count of."""

    organisation: str
    value: float
    numerator: float
    denominator: float


@dataclass(frozen=True)
class Behind:
    """One page of the rows behind a value, and how many there are in all."""

    rows: tuple[tuple[Any, ...], ...]
    total: int


def check_indicator(indicator: Indicator) -> None:
    """Refuse an indicator that could not be computed: marks that make no line, statements that fail or yield else.

    The statements run over empty tables in the locked database: nothing is looked at but their shape.

    Raises:
        Terminal: ``assessment.bad_marks``, ``assessment.bad_statement``, ``assessment.not_one_select``,
            ``assessment.unsteady``, ``assessment.wrong_columns``.
    """
    marks_agree = (indicator.full > indicator.zero) == (indicator.better == "higher")
    if indicator.full == indicator.zero or not marks_agree or indicator.weight < 0:
        raise Terminal("assessment.bad_marks", indicator=indicator.code, full=indicator.full, zero=indicator.zero)
    with locked_facts(None, None, mentioned="") as con:
        where = f"{indicator.code}/sql"
        require_steady(where, indicator.sql)
        _require_columns(run_statement(con, where, indicator.sql), where)
        if indicator.rows:
            where = f"{indicator.code}/rows"
            require_steady(where, indicator.rows)
            _require_row_columns(run_statement(con, where, indicator.rows), where)


def derive(root: Path, manifest: Manifest, method: Sequence[Indicator]) -> dict[str, tuple[Derived, ...]]:
    """Compute every indicator over a quarter's facts, by code, organisations in order of code.

    Raises:
        Terminal: ``assessment.bad_statement``, ``assessment.wrong_columns``, ``assessment.organisation_twice``,
            ``assessment.not_finite``.
    """
    with locked_facts(root, manifest, mentioned=" ".join(one.sql for one in method)) as con:
        return {one.code: _derived(con, one) for one in method}


def read_table(root: Path, manifest: Manifest, table: str) -> list[dict[str, Any]]:
    """Return a small fact table as rows by column, in order of its file: ``organisations``, ``quarter``."""
    with locked_facts(root, manifest, mentioned=table) as con:
        found = run_statement(con, table, f'SELECT * FROM "{table}"')
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@cache
def row_columns(indicator: Indicator, root: Path | None = None, manifest: Manifest | None = None) -> tuple[str, ...]:
    """Return the names of the columns of the rows behind an indicator; kept, because asking takes a database.

    Args:
        root: the folder of all facts, with ``manifest`` for an indicator of a quarter; without them today's tables.

    Raises:
        Terminal: ``assessment.bad_statement``.
    """
    with locked_facts(root, manifest, mentioned=indicator.rows, organisation="-") as con:
        found = run_statement(con, f"{indicator.code}/rows", indicator.rows)
        return tuple(column[0] for column in found.description or ())


def rows_behind(
    root: Path,
    manifest: Manifest,
    indicator: Indicator,
    *,
    organisation: str,
    units: Sequence[str] | None,
    only_unmet: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> Behind:
    """Return some of the rows behind an organisation's value, those that cost it points first.

    Args:
        units: only rows of these units, None for all of the organisation.
        only_unmet: only rows that do not count for the organisation.

    Raises:
        Terminal: ``assessment.bad_statement``.
    """
    where = f"{indicator.code}/rows"
    conditions = ["organisation = ?"]
    parameters: list[object] = [organisation]
    if units is not None:
        conditions.append("list_contains(?, unit)")
        parameters.append(list(units))
    if only_unmet:
        conditions.append("NOT met")
    source = f"FROM ({indicator.rows}) AS behind WHERE {' AND '.join(conditions)}"
    with locked_facts(root, manifest, mentioned=indicator.rows, organisation=organisation) as con:
        counted = f"SELECT met AS first, *, count(*) OVER () AS total {source}"
        page = f"{counted} ORDER BY ALL LIMIT {int(limit)} OFFSET {int(offset)}"
        rows = run_statement(con, where, page, parameters).fetchall()
        if rows or not offset:
            return Behind(tuple(row[1:-1] for row in rows), rows[0][-1] if rows else 0)
        ((total,),) = run_statement(con, where, f"SELECT count(*) {source}", parameters).fetchall()
        return Behind((), total)


def _require_columns(found: Connection, where: str) -> None:
    columns = [(name, str(kind)) for name, kind, *_ in found.description or ()]
    names = tuple(name for name, _ in columns)
    numbers = all(kind.upper().startswith((*_NUMBERS, "NUMBER", "NULL")) for _, kind in columns[1:])
    if names != YIELDS or not numbers or columns[0][1].upper() not in ("VARCHAR", "STRING"):
        shown = ", ".join(f"{name} {kind}" for name, kind in columns)
        raise Terminal("assessment.wrong_columns", where=where, wanted=", ".join(YIELDS), found=shown)


def _require_row_columns(found: Connection, where: str) -> None:
    columns = [(name, str(kind)) for name, kind, *_ in found.description or ()]
    names = tuple(name for name, _ in columns[: len(ROWS_YIELD)])
    if names != ROWS_YIELD or not columns[len(ROWS_YIELD) - 1][1].upper().startswith("BOOL"):
        shown = ", ".join(f"{name} {kind}" for name, kind in columns)
        raise Terminal("assessment.wrong_columns", where=where, wanted=", ".join(ROWS_YIELD) + " …", found=shown)


def _derived(con: Connection, indicator: Indicator) -> tuple[Derived, ...]:
    where = f"{indicator.code}/sql"
    found = run_statement(con, where, indicator.sql)
    _require_columns(found, where)
    rows = found.fetchall()
    known: dict[str, Derived] = {}
    for organisation, value, *terms in rows:
        if value is None:
            continue
        if organisation is None or organisation in known:
            raise Terminal("assessment.organisation_twice", where=where, organisation=organisation)
        numbers = [_number(number) for number in (value, *terms)]
        if not all(map(math.isfinite, numbers)):
            raise Terminal("assessment.not_finite", where=where, organisation=organisation)
        known[organisation] = Derived(organisation, *numbers)
    return tuple(known[code] for code in sorted(known))


def _number(value: int | float | Decimal | None) -> float:
    return round(float(value or 0), DECIMALS)
