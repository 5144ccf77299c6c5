"""The rows behind a number: one page of a lake table, masked as its data elements say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.selectors import bound_fields, elements_by_name, item_of_table, items_of_tables
from huitong.apps.collection.selectors import may_see_rows, the_lake
from huitong.apps.collection.specs import Column, RowsPage
from huitong.apps.declared import in_language
from huitong.apps.libraries.selectors import library_of_table, shown_value
from huitong.apps.overview.facets import FacetStore, Runs, read_runs, runs_of
from huitong.apps.overview.specs import RowsWanted
from huitong.apps.paging import MOST_ROWS, PAGE_SIZE, bounded
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import current_snapshot, one_value, table_columns
from huitong.engine.lake.names import KEY, RULES, RUN, ident, idents, table
from huitong.engine.plans.fuse import CONFLICT_ID
from huitong.foundation.errors import Terminal

_OF_ITEMS = ("raw", "std", "quarantine")
_CONFLICT = "_conflict"
_HIDDEN = (KEY, RUN, RULES, CONFLICT_ID)
ALL_ROWS = RowsWanted()
FEW = 10
"""Rows of a filter's that are read by their places."""
_FACETS = FacetStore()


@dataclass(frozen=True)
class _Table:
    """A lake table that the viewer may look into."""

    schema: str
    name: str
    title: str
    elements: dict[str, str]
    """Column → name of its data element."""
    titles: dict[str, str] = field(default_factory=dict)
    """Column → title of its own, before that of its data element."""
    plain: tuple[str, ...] = ()
    """Columns that say nothing about anybody."""
    by_attribute: dict[str, str] = field(default_factory=dict)
    """Conflicts: attribute → data element of all that a row says about it."""


@dataclass(frozen=True)
class _Covers:
    """Which mask covers what: by column, and in conflicts by the attribute that a row is about."""

    of_column: tuple[str, ...]
    of_attribute: dict[str, str]


@dataclass(frozen=True)
class RowsHead:
    """A lake table that somebody may look into, at one snapshot; in quarantine with how many rows break which rule."""

    schema: str
    table: str
    title: str
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, int], ...]
    snapshot: int
    """0 for the newest."""
    covers: _Covers
    broken: bool
    """Whether its rows tell which rules they broke."""


def rows_head(viewer: Viewer, schema: str, name: str) -> RowsHead:
    """Return what there is to see of a table, without its rows.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
        HuitongError: ``lake.*``.
    """
    found = _access(viewer, schema, name)
    with the_lake().reader() as con:
        head = _head(con, found, current_snapshot(con))
        return replace(head, rules=_rule_counts(con, found)) if head.broken else head


def _head(con: Connection, found: _Table, snapshot: int) -> RowsHead:
    kinds = table_columns(con, found.schema, found.name)
    if not kinds:
        raise Terminal("people.not_found", kind="table", code=f"{found.schema}.{found.name}")
    columns, covers = _shown(found, kinds)
    return RowsHead(found.schema, found.name, found.title, columns, (), snapshot, covers, RULES in kinds)


def rows_of(
    viewer: Viewer,
    schema: str,
    name: str,
    *,
    wanted: RowsWanted = ALL_ROWS,
    number: int = 1,
    size: int = PAGE_SIZE,
    most: int = MOST_ROWS,
) -> RowsPage:
    """Return one page of a table's rows, masked; rows of quarantine with the rules they broke.

    A column without a data element is covered whole: nobody has said how sensitive it is. What is covered is neither
    searched nor ordered by, for the order and the hits would tell what the mask hides.

    Args:
        schema: ``raw``, ``std``, ``quarantine`` (for the provider's officials, leaders and the bureau) or ``base``
            (leaders and the bureau).
        wanted: which rows, in which order.
        size: rows of a page, at most ``most``.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
        HuitongError: ``lake.*``.
    """
    found = _access(viewer, schema, name)
    with the_lake().reader() as con:
        return _page_of(con, _head(con, found, 0), wanted, number=number, size=size, most=most)


def rows_under(
    head: RowsHead, *, wanted: RowsWanted = ALL_ROWS, number: int = 1, size: int = PAGE_SIZE, most: int = MOST_ROWS
) -> RowsPage:
    """Return one page of the rows that ``head`` was opened to, as :func:`rows_of` does, at its snapshot.

    Raises:
        HuitongError: ``lake.*``.
    """
    with the_lake().reader() as con:
        return _page_of(con, head, wanted, number=number, size=size, most=most)


def _page_of(con: Connection, head: RowsHead, wanted: RowsWanted, *, number: int, size: int, most: int) -> RowsPage:
    past = head.snapshot and head.snapshot != current_snapshot(con)  # asking for the past costs, also for the present
    query = _query(head, wanted, head.snapshot if past else 0)
    cells = _cells(con, head, query, number=number, size=size, most=most)
    return RowsPage(
        schema=head.schema,
        table=head.table,
        title=head.title,
        columns=head.columns,
        rows=tuple(
            tuple(shown_value(cell, cover) for cell, cover in zip(row, _covers(row, head), strict=True))
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
    fields = bound_fields(item)
    own = [(field, title) for field in fields if (title := in_language(field.title, field.title_en))]
    bound = {field.name: field.element.name for field in fields}
    titles = {field.name: title for field, title in own}
    if schema != "std":
        bound = {field.column: field.element.name for field in fields}
        titles = {field.column: title for field, title in own}
    return _Table(schema, name, item.shown_title, bound, titles)


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


def _covers(row: Sequence[object], head: RowsHead) -> Sequence[str]:
    """Return the masks of one row's cells."""
    covers: _Covers = head.covers
    if not covers.of_attribute:
        return covers.of_column
    names = [column.name for column in head.columns]
    cover = covers.of_attribute.get(str(row[names.index("attribute")]), "full")
    return [
        mask if column.element or not column.masked else cover
        for mask, column in zip(covers.of_column, head.columns, strict=True)
    ]


def _shown(found: _Table, kinds: Iterable[str]) -> tuple[tuple[Column, ...], _Covers]:
    """Return the columns as a page shows them, and their masks."""
    elements = elements_by_name({*found.elements.values(), *found.by_attribute.values()})
    columns, covers = [], []
    for name in (kind for kind in kinds if kind not in _HIDDEN):
        element = elements.get(found.elements.get(name, ""))
        cover = element.mask if element else "" if name in found.plain else "full"
        title = found.titles.get(name) or (element.shown_title if element else name)
        columns.append(Column(name, title, element.name if element else "", bool(cover)))
        covers.append(cover)
    of_attribute = {name: elements[one].mask for name, one in found.by_attribute.items() if one in elements}
    return tuple(columns), _Covers(tuple(covers), of_attribute)


def _rule_counts(con: Connection, found: _Table) -> tuple[tuple[str, int], ...]:
    sql = f"SELECT rule, count(*) FROM (SELECT unnest({ident(RULES)}) AS rule FROM {table(found.schema, found.name)})"
    return tuple(con.execute(f"{sql} GROUP BY rule ORDER BY 2 DESC, 1").fetchall())


@dataclass(frozen=True)
class _Query:
    """The parts of what reads rows: ``whole`` the table, ``source`` with its filter, whose parameters are ``given``."""

    columns: tuple[str, ...]
    whole: str
    source: str
    given: tuple[object, ...]
    order: str
    broken: bool
    clear: tuple[str, ...]
    text: str
    """What a clear column contains, in small letters."""
    by: str
    """The clear column to order by, with ``-`` for descending."""
    rule: bool
    """Whether rows that broke one rule are asked for."""


def _query(head: RowsHead, wanted: RowsWanted, snapshot: int) -> _Query:
    clear = [column.name for column in head.columns if not column.masked]
    where, given = [], list[object]()
    rule, text = bool(wanted.rule and head.broken), wanted.text.lower()
    if rule:
        where.append(f"list_contains({ident(RULES)}, ?)")
        given.append(wanted.rule)
    if text:
        lower = "lower" if text != wanted.text.upper() else ""  # 皋城 has no capitals
        where.append(" OR ".join(f"contains({lower}(CAST({ident(name)} AS VARCHAR)), ?)" for name in clear) or "false")
        given += [text] * len(clear)
    source = table(head.schema, head.table)
    if snapshot:
        source += f" AT (VERSION => {int(snapshot)})"
    whole = source
    if where:
        source += " WHERE " + " AND ".join(f"({one})" for one in where)
    by = wanted.order.removeprefix("-")
    direction = "DESC" if wanted.order.startswith("-") else "ASC"
    # The row's place breaks ties, or a row could be on two pages and its neighbour on none.
    order = f" ORDER BY {ident(by)} {direction} NULLS LAST, rowid" if by in clear else ""
    return _Query(
        columns=tuple(column.name for column in head.columns),
        whole=whole,
        source=source,
        given=tuple(given),
        order=order,
        broken=head.broken,
        clear=tuple(clear),
        text=text,
        by=wanted.order if order else "",
        rule=rule,
    )


def _cells(con: Connection, head: RowsHead, query: _Query, *, number: int, size: int, most: int) -> _Cells:
    # Without it the workers' pace says which rows a page has: one row on two pages and its neighbour on none.
    con.execute("SET SESSION preserve_insertion_order = true")
    # Rows behind many others are found by few columns; the others are read of the page alone, not of all before it.
    con.execute(f"SET SESSION late_materialization_max_rows = {most}")
    runs = _runs(con, head, query)
    total = one_value(con, f"SELECT count(*) FROM {query.source}", [*query.given]) if runs is None else runs.rows
    number, size = bounded(number, size, total, most)
    start = (number - 1) * size
    if not total:
        rows = []
    elif runs is None:
        rows = _page(con, query, total, start, size)
    else:
        rows = read_runs(con, runs, _list(query), query.whole, start=start, size=size)
    width = len(query.columns)
    return _Cells(
        rows=tuple(row[:width] for row in rows),
        rules=tuple(tuple(row[width] or ()) for row in rows) if query.broken else (),
        total=total,
        number=number,
        size=size,
    )


def _runs(con: Connection, head: RowsHead, query: _Query) -> Runs | None:
    """Return how the facets of a large table say its rows come; None where all rows have to be looked at."""
    if query.rule or not query.clear or not (query.text or query.by):
        return None
    snapshot = head.snapshot or current_snapshot(con)
    facets = _FACETS.facets(con, head.schema, head.table, query.whole, query.clear, snapshot)
    return None if facets is None else runs_of(facets, text=query.text, order=query.by)


def _list(query: _Query) -> str:
    return idents(query.columns) + (f", {ident(RULES)}" if query.broken else "")


def _page(con: Connection, query: _Query, total: int, start: int, size: int) -> list[tuple[Any, ...]]:
    source, given = query.source, [*query.given]
    if total <= FEW and query.given:  # nearly all rows fall through the filter: their other columns are not read
        places = con.execute(f"SELECT rowid FROM {source}", given).fetchall()
        source, given = f"{query.whole} WHERE rowid IN ({', '.join(str(place) for (place,) in places)})", []
    sql = f"SELECT {_list(query)} FROM {source}{query.order} LIMIT ? OFFSET ?"
    return con.execute(sql, [*given, size, start]).fetchall()
