"""The rows behind a number: one page of a lake table, masked as its data elements say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.selectors import elements_by_name, item_of_table, items_of_tables
from huitong.apps.collection.selectors import may_see_rows, the_lake
from huitong.apps.collection.specs import Column, RowsPage
from huitong.apps.libraries.selectors import library_of_table, shown_value
from huitong.apps.paging import PAGE_SIZE, bounded
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import one_value, table_columns
from huitong.engine.lake.names import KEY, RULES, RUN, ident, idents, table
from huitong.engine.plans.fuse import CONFLICT_ID
from huitong.foundation.errors import Terminal

_OF_ITEMS = ("raw", "std", "quarantine")
_CONFLICT = "_conflict"
_HIDDEN = (KEY, RUN, RULES, CONFLICT_ID)


@dataclass(frozen=True)
class _Table:
    """A lake table that the viewer may look into."""

    schema: str
    name: str
    title: str
    elements: dict[str, str]
    """Column → name of its data element."""
    titles: dict[str, str] = field(default_factory=dict)
    """Column → title, for columns without a data element."""
    plain: tuple[str, ...] = ()
    """Columns that say nothing about anybody."""
    by_attribute: dict[str, str] = field(default_factory=dict)
    """Conflicts: attribute → data element of all that a row says about it."""


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
    columns, covers, cells = _read(wanted, rule=rule, number=number, size=size)
    return RowsPage(
        schema=schema,
        table=name,
        title=wanted.title,
        columns=columns,
        rows=tuple(
            tuple(shown_value(cell, cover) for cell, cover in zip(row, _covers(row, covers, columns), strict=True))
            for row in cells.rows
        ),
        rules=cells.rules,
        total=cells.total,
        number=cells.number,
        size=cells.size,
    )


def _access(viewer: Viewer, schema: str, name: str) -> _Table:
    found = None
    if schema in _OF_ITEMS:
        found = _item_table(viewer, schema, name)
    elif schema == "base" and scope_of(viewer).everything:
        found = _library_table(name) or _conflict_table(name)
    if found is None:
        raise Terminal("people.not_found", kind="table", code=f"{schema}.{name}")
    return found


def _item_table(viewer: Viewer, schema: str, name: str) -> _Table | None:
    item = item_of_table(name)
    if item is None or not may_see_rows(viewer, item):
        return None
    fields = tuple(item.fields.select_related("element"))
    bound = {field.name: field.element.name for field in fields}
    if schema != "std":
        bound = {field.column: field.element.name for field in fields}
    return _Table(schema, name, item.shown_title, bound)


def _library_table(name: str) -> _Table | None:
    library = library_of_table(name)
    if library is None:
        return None
    spec = library.as_spec()
    bound = {attribute.name: attribute.element for attribute in spec.attributes}
    return _Table("base", name, library.shown_title, {spec.key: spec.key_element, **bound})


def _conflict_table(name: str) -> _Table | None:
    library = library_of_table(name.removesuffix(_CONFLICT)) if name.endswith(_CONFLICT) else None
    if library is None:
        return None
    spec = library.as_spec()
    items = items_of_tables({source.table for source in spec.sources})
    return _Table(
        "base",
        name,
        library.shown_title,
        elements={spec.key: spec.key_element},
        titles={table: item.provider.shown_short for table, item in items.items()},
        plain=("attribute",),
        by_attribute={attribute.name: attribute.element for attribute in spec.attributes},
    )


@dataclass(frozen=True)
class _Cells:
    rows: tuple[tuple[object, ...], ...]
    rules: tuple[tuple[str, ...], ...]
    total: int
    number: int
    size: int


@dataclass(frozen=True)
class _Covers:
    """Which mask covers what: by column, and in conflicts by the attribute that a row is about."""

    of_column: tuple[str, ...]
    of_attribute: dict[str, str]


def _covers(row: Sequence[object], covers: _Covers, columns: tuple[Column, ...]) -> Sequence[str]:
    """Return the masks of one row's cells."""
    if not covers.of_attribute:
        return covers.of_column
    names = [column.name for column in columns]
    cover = covers.of_attribute.get(str(row[names.index("attribute")]), "full")
    return [
        mask if column.element or not column.masked else cover
        for mask, column in zip(covers.of_column, columns, strict=True)
    ]


def _read(wanted: _Table, *, rule: str, number: int, size: int) -> tuple[tuple[Column, ...], _Covers, _Cells]:
    """Return the columns as a page shows them, their masks, and the cells; the lake is read at one snapshot."""
    with the_lake().reader() as con:
        kinds = table_columns(con, wanted.schema, wanted.name)
        if not kinds:
            raise Terminal("people.not_found", kind="table", code=f"{wanted.schema}.{wanted.name}")
        shown = [column for column in kinds if column not in _HIDDEN]
        cells = _cells(con, wanted, shown, broken=RULES in kinds, rule=rule, number=number, size=size)
    elements = elements_by_name({*wanted.elements.values(), *wanted.by_attribute.values()})
    columns, covers = [], []
    for name in shown:
        element = elements.get(wanted.elements.get(name, ""))
        cover = element.mask if element else "" if name in wanted.plain else "full"
        title = element.shown_title if element else wanted.titles.get(name, name)
        columns.append(Column(name, title, element.name if element else "", bool(cover)))
        covers.append(cover)
    of_attribute = {name: elements[one].mask for name, one in wanted.by_attribute.items() if one in elements}
    return tuple(columns), _Covers(tuple(covers), of_attribute), cells


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
