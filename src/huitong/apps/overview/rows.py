"""The rows behind a number: one page of a lake table, masked as its data elements say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.selectors import elements_by_name, item_of_table
from huitong.apps.collection.selectors import may_see_rows, the_lake
from huitong.apps.collection.specs import Column, RowsPage
from huitong.apps.libraries.records import shown_value
from huitong.apps.libraries.selectors import library_of_table
from huitong.apps.paging import PAGE_SIZE, bounded
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import one_value, table_columns
from huitong.engine.lake.names import KEY, RULES, RUN, ident, idents, table
from huitong.foundation.errors import Terminal

_OF_ITEMS = ("raw", "std", "quarantine")


@dataclass(frozen=True)
class _Table:
    """A lake table that the viewer may look into."""

    schema: str
    name: str
    title: str
    elements: dict[str, str]
    """Column → name of its data element."""


def rows_of(
    viewer: Viewer, schema: str, name: str, *, rule: str = "", number: int = 1, size: int = PAGE_SIZE
) -> RowsPage:
    """Return one page of a table's rows, masked; rows of quarantine with the rules they broke.

    A column without a data element is covered whole: nobody has said how sensitive it is.

    Args:
        schema: ``raw``, ``std``, ``quarantine`` (for the provider's officials, leaders and the bureau) or ``base``
            (leaders and the bureau).
        rule: quarantine only: rows that broke this rule.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
        HuitongError: ``lake.*``.
    """
    wanted = _access(viewer, schema, name)
    columns, cover, cells = _read(wanted, rule=rule, number=number, size=size)
    return RowsPage(
        schema=schema,
        table=name,
        title=wanted.title,
        columns=columns,
        rows=tuple(tuple(shown_value(cell, mask) for cell, mask in zip(row, cover, strict=True)) for row in cells.rows),
        rules=cells.rules,
        total=cells.total,
        number=cells.number,
        size=cells.size,
    )


def _access(viewer: Viewer, schema: str, name: str) -> _Table:
    found = None
    if schema in _OF_ITEMS:
        item = item_of_table(name)
        if item is not None and may_see_rows(viewer, item):
            bound = {row.name: row.element.name for row in item.fields.select_related("element")}
            if schema != "std":
                bound = {row.column: row.element.name for row in item.fields.select_related("element")} | bound
            found = _Table(schema, name, item.shown_title, bound)
    elif schema == "base" and scope_of(viewer).everything:
        library = library_of_table(name)
        if library is not None:
            spec = library.as_spec()
            bound = {attribute.name: attribute.element for attribute in spec.attributes}
            found = _Table(schema, name, library.shown_title, {spec.key: spec.key_element, **bound})
    if found is None:
        raise Terminal("people.not_found", kind="table", code=f"{schema}.{name}")
    return found


@dataclass(frozen=True)
class _Cells:
    rows: tuple[tuple[object, ...], ...]
    rules: tuple[tuple[str, ...], ...]
    total: int
    number: int
    size: int


def _read(wanted: _Table, *, rule: str, number: int, size: int) -> tuple[tuple[Column, ...], tuple[str, ...], _Cells]:
    """Return the columns as a page shows them, the mask of each, and the cells, one batch of a whole read."""
    with the_lake().reader() as con:
        kinds = table_columns(con, wanted.schema, wanted.name)
        if not kinds:
            raise Terminal("people.not_found", kind="table", code=f"{wanted.schema}.{wanted.name}")
        shown = [column for column in kinds if column not in (KEY, RUN, RULES)]
        cells = _cells(con, wanted, shown, broken=RULES in kinds, rule=rule, number=number, size=size)
    elements = elements_by_name(set(wanted.elements.values()))
    bound = [elements.get(wanted.elements.get(name, "")) for name in shown]
    covers = tuple(element.mask if element else "full" for element in bound)
    columns = tuple(
        Column(name, element.shown_title if element else name, element.name if element else "", bool(cover))
        for name, element, cover in zip(shown, bound, covers, strict=True)
    )
    return columns, covers, cells


def _cells(
    con: Connection, wanted: _Table, shown: Sequence[str], *, broken: bool, rule: str, number: int, size: int
) -> _Cells:
    source = table(wanted.schema, wanted.name)
    where, given = (f" WHERE list_contains({ident(RULES)}, ?)", [rule]) if rule and broken else ("", [])
    total = one_value(con, f"SELECT count(*) FROM {source}{where}", list[object](given))
    number, size = bounded(number, size, total)
    more = f", {ident(RULES)}" if broken else ""
    rows = con.execute(
        f"SELECT {idents(shown)}{more} FROM {source}{where} LIMIT ? OFFSET ?", [*given, size, (number - 1) * size]
    ).fetchall()
    width = len(shown)
    return _Cells(
        rows=tuple(row[:width] for row in rows),
        rules=tuple(tuple(row[width] or ()) for row in rows) if broken else (),
        total=total,
        number=number,
        size=size,
    )
