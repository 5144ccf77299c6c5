"""Facets of a large table: which values its clear columns have together, and in how many rows.

Searching ten million rows, or ordering them, reads them all, again and again for each page. Columns that nobody covers
mostly hold codes: a few hundred combinations of values. Counted once for each state of the table, they tell how many
rows fit a word and in which order their values come; a page is then the rows of one value or two, which the lake
finds without looking at the others (docs/decisions/0033).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from huitong.engine.lake import Connection
from huitong.engine.lake.lake import one_value, table_identity, unchanged_between
from huitong.engine.lake.names import ident, idents, literal

LARGE = 200_000
"""Rows from which facets are worth their counting."""
MOST = 10_000
"""Combinations of values at most; a table with more is searched and ordered row by row."""
_SAMPLED = 10_000
"""Rows of each of three spots that tell beforehand whether a table has too many combinations."""
_KEPT = 32
"""Tables whose facets a process keeps."""
_REFUSED = 2_000
"""Tables of which a process remembers that they have none."""
_APART = 3
"""Runs between the first and the last of a page that are read one by one."""
_KINDS = ("VARCHAR", "BOOLEAN", "DATE", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT")
"""Types whose text names the value wholly."""

_Key = tuple[str, ...]
"""A table's identity, and the names of the columns."""


@dataclass(frozen=True)
class _Value:
    """One value of a column: its text and that text in small letters, or none for NULL; its SQL literal."""

    text: str | None
    small: str | None
    sql: str


@dataclass(frozen=True)
class Facets:
    """Per clear column its values in ascending order, NULL last; and the rows that each combination has."""

    columns: tuple[str, ...]
    values: tuple[tuple[_Value, ...], ...]
    groups: tuple[tuple[tuple[int, ...], int], ...]
    """A combination's places in ``values``, and the number of its rows."""


@dataclass(frozen=True)
class Run:
    """Rows that follow each other on pages: of one value of the column ordered by, in the lake's order."""

    value: str
    """The value's SQL literal; "" where rows keep the lake's order."""
    fit: int
    """Which of :attr:`Runs.fits` they fit."""
    rows: int


@dataclass(frozen=True)
class Runs:
    """The rows that a reader asked for, run by run; together they are all of them."""

    by: str
    """The column ordered by, as SQL; "" for the lake's order."""
    down: bool
    fits: tuple[str, ...]
    """Conditions of which no row fits two, in the order in which rows of one value come."""
    runs: tuple[Run, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(run.rows for run in self.runs)

    def of_value(self, value: str) -> str:
        """Return the condition of the rows that have a value of the column ordered by."""
        return f"{self.by} IS NULL" if value == "NULL" else f"{self.by} = {value}" if self.by else "true"


def runs_of(facets: Facets, *, text: str = "", order: str = "") -> Runs:
    """Return the runs of rows that contain ``text`` in a column, ordered by a column.

    Args:
        text: in small letters; "" for all rows.
        order: a column's name, with ``-`` for descending; "" for the lake's order. NULL comes last both ways.
    """
    hits = [
        frozenset(place for place, value in enumerate(values) if value.small is not None and text in value.small)
        for values in facets.values
    ]
    by = facets.columns.index(order.removeprefix("-")) if order else None
    down = order.startswith("-")
    asked = _columns_asked(hits) if text else ()
    fit_of = {at: fit for fit, at in enumerate(sorted(asked))}
    counts: dict[tuple[int, int], int] = {}
    for places, rows in facets.groups:
        fit = next((fit_of[at] for at in asked if places[at] in hits[at]), None) if text else 0
        if fit is not None:
            key = (places[by] if by is not None else 0, fit)
            counts[key] = counts.get(key, 0) + rows
    keys = sorted(counts)
    if by is not None and down:
        nothing = {place for place, value in enumerate(facets.values[by]) if value.text is None}
        keys.sort(key=lambda key: (key[0] in nothing, -key[0], key[1]))
    return Runs(
        by="" if by is None else ident(facets.columns[by]),
        down=down,
        fits=tuple(_fits(facets, hits, asked, at) for at in sorted(asked)) or ("true",),
        runs=tuple(
            Run("" if by is None else facets.values[by][place].sql, fit, counts[place, fit]) for place, fit in keys
        ),
    )


def _columns_asked(hits: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """Return the columns in which something is found, as a row is asked for them: it belongs to the first that fits.

    The last is asked first: its rows come last, and by that one condition alone, so that the last page, behind
    millions of rows, is found as fast as may be. The first page is near the beginning and found soon anyway.
    """
    found = [at for at, places in enumerate(hits) if places]
    return (*found[-1:], *found[:-1])


@dataclass(frozen=True)
class _Is:
    """The condition that a column has one of its values."""

    facets: Facets
    column: int
    places: frozenset[int]

    @property
    def sql(self) -> str:
        """The condition, of a form that DuckDB asks once for each word of a file's dictionary, not for each row."""
        known = self._known(True)
        name = ident(self.facets.columns[self.column])
        with_nothing = len(known) < len(self.places)
        if with_nothing and not known:
            return f"{name} IS NULL"
        if with_nothing:
            others = self._known(False)
            return f"({name} IN ({', '.join(others)})) IS NOT TRUE" if others else "true"
        return f"{name} = {known[0]}" if len(known) == 1 else f"({name} IN ({', '.join(known)})) IS TRUE"

    def _known(self, among: bool) -> list[str]:
        """Return the values but NULL that are among those of the condition, or that are not."""
        values = enumerate(self.facets.values[self.column])
        return [value.sql for place, value in values if value.text is not None and (place in self.places) == among]


def _fits(facets: Facets, hits: Sequence[frozenset[int]], asked: Sequence[int], hit: int) -> str:
    """Return the condition of rows in which something is found in a column, and in none that is asked before."""
    before = asked[: asked.index(hit)]
    others = [_Is(facets, at, frozenset(range(len(facets.values[at]))) - hits[at]) for at in before]
    return " AND ".join(one.sql for one in (_Is(facets, hit, hits[hit]), *others))


def read_runs(
    con: Connection, found: Runs, columns: str, whole: str, *, start: int, size: int
) -> list[tuple[object, ...]]:
    """Return the rows from ``start``, at most ``size``, of the runs one behind the other.

    Args:
        columns: the list behind SELECT.
        whole: the table behind FROM.
    """
    parts = list(_overlaps(found.runs, start, start + size))
    between = parts[1:-1]
    if len(between) <= _APART:
        return [row for part in parts for row in _part(con, found, part, columns, whole)]
    return [
        *_part(con, found, parts[0], columns, whole),
        *_together(con, found, [run for run, _, _ in between], columns, whole),
        *_part(con, found, parts[-1], columns, whole),
    ]


def _overlaps(runs: Sequence[Run], start: int, stop: int) -> Iterator[tuple[Run, int, int]]:
    """Give each run that has rows between ``start`` and ``stop``, with how many to skip and how many to take of it."""
    before = 0
    for run in runs:
        first, last = max(start, before), min(stop, before + run.rows)
        if first < last:
            yield run, first - before, last - first
        before += run.rows


def _part(
    con: Connection, found: Runs, part: tuple[Run, int, int], columns: str, whole: str
) -> list[tuple[object, ...]]:
    run, skip, take = part
    condition = f"{found.of_value(run.value)} AND {found.fits[run.fit]}"
    return con.execute(f"SELECT {columns} FROM {whole} WHERE {condition} LIMIT {take} OFFSET {skip}").fetchall()


def _together(con: Connection, found: Runs, runs: Sequence[Run], columns: str, whole: str) -> list[tuple[object, ...]]:
    """Read runs that follow each other and that a page has whole, in one pass.

    Of the values between the first and the last all runs are there: only of those two it has to be said which.
    """
    cases = " ".join(f"WHEN {found.fits[fit]} THEN {fit}" for fit in sorted({run.fit for run in runs}))
    fit = f"CASE {cases} END"
    fits: dict[str, list[str]] = {}
    for run in runs:
        fits.setdefault(run.value, []).append(str(run.fit))
    values = list(fits)
    wanted = [f"{found.of_value(value)} AND {fit} IN ({', '.join(fits[value])})" for value in {values[0], values[-1]}]
    if len(values) > 2:  # NULL, which no list holds, is the last
        wanted.append(f"{found.by} IN ({', '.join(values[1:-1])}) AND {fit} IS NOT NULL")
    order = [f"{found.by} {'DESC' if found.down else 'ASC'} NULLS LAST"] if found.by else []
    sql = f"SELECT {columns} FROM {whole} WHERE {' OR '.join(wanted)} ORDER BY {', '.join([*order, fit, 'rowid'])}"
    return con.execute(sql).fetchall()


@dataclass(frozen=True)
class _Kept:
    """Facets, or None of a table that has too many; they hold from one snapshot to another."""

    facets: Facets | None
    first: int
    last: int


class FacetStore:
    """Keeps the facets of the tables last asked for, each for as long as its table stays as it is.

    Safe to use from several threads; two that ask for the same at once may both count.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, list[_Kept]] = OrderedDict()
        self._refused: OrderedDict[_Key, list[_Kept]] = OrderedDict()
        self._lock = Lock()

    def facets(
        self, con: Connection, schema: str, name: str, whole: str, columns: Sequence[str], snapshot: int
    ) -> Facets | None:
        """Return a table's facets at a snapshot; None for a table that is small or has too many combinations.

        Args:
            whole: the table behind FROM, at ``snapshot``.
            columns: those that are shown clear.
        """
        number, identity = table_identity(con, schema, name, snapshot)
        key = (identity, *columns)
        with self._lock:
            known = [*self._kept.get(key, ()), *self._refused.get(key, ())]
        found = next((one for one in known if one.first <= snapshot <= one.last), None)
        if found is None:
            found = max((one for one in known if one.last < snapshot), key=lambda one: one.last, default=None)
            if found is not None and unchanged_between(con, number, found.last, snapshot):
                found = replace(found, last=snapshot)
            else:
                found = _Kept(_counted(con, whole, columns), snapshot, snapshot)
        self._keep(key, found)
        return found.facets

    def _keep(self, key: _Key, found: _Kept) -> None:
        """Put it where what was used last is; small tables, that have none, push no large one out."""
        place, most = (self._refused, _REFUSED) if found.facets is None else (self._kept, _KEPT)
        with self._lock:
            others = [one for one in place.pop(key, []) if one.last < found.first or one.first > found.last]
            # The newest state first, and one before it: an export may still be reading that.
            place[key] = sorted([found, *others], key=lambda one: -one.last)[:2]
            while len(place) > most:
                place.popitem(last=False)


def _counted(con: Connection, whole: str, columns: Sequence[str]) -> Facets | None:
    kinds = _kinds(con, whole, columns)
    rows = one_value(con, f"SELECT count(*) FROM {whole}") if kinds else 0
    if rows < LARGE or _many(con, whole, columns, rows):
        return None
    parts = ", ".join(
        f"CAST({name} AS VARCHAR), lower(CAST({name} AS VARCHAR)), dense_rank() OVER (ORDER BY {name} NULLS LAST) - 1"
        for name in map(ident, columns)
    )
    found = con.execute(
        f"SELECT _rows, {parts} FROM "
        f"(SELECT {idents(columns)}, count(*) AS _rows FROM {whole} GROUP BY ALL LIMIT {MOST + 1})"
    ).fetchall()
    if len(found) > MOST:
        return None
    values: list[dict[int, _Value]] = [{} for _ in columns]
    groups = []
    for count, *cells in found:
        places = tuple(cells[2::3])
        for known, kind, text, small, place in zip(values, kinds, cells[0::3], cells[1::3], places, strict=True):
            if place not in known:
                known[place] = _Value(text, small, _literal(text, kind))
        groups.append((places, count))
    if any("\0" in (value.text or "") for known in values for value in known.values()):
        return None  # SQL text has no such letter
    ordered = tuple(tuple(known[place] for place in sorted(known)) for known in values)
    return Facets(tuple(columns), ordered, tuple(sorted(groups)))


def _kinds(con: Connection, whole: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns' types; nothing where there is none or one that cannot be named by its text."""
    if not columns:
        return ()
    kinds = tuple(row[1] for row in con.execute(f"DESCRIBE SELECT {idents(columns)} FROM {whole}").fetchall())
    return kinds if all(kind.partition("(")[0] in _KINDS for kind in kinds) else ()


def _many(con: Connection, whole: str, columns: Sequence[str], rows: int) -> bool:
    """Tell by rows of three spots whether there are too many combinations: counting all of them would cost too much."""
    spots = " UNION ALL ".join(
        f"(SELECT {idents(columns)} FROM {whole} LIMIT {_SAMPLED} OFFSET {(rows - _SAMPLED) * part // 2})"
        for part in range(3)
    )
    return one_value(con, f"SELECT count(*) FROM (SELECT DISTINCT * FROM ({spots}))") > MOST // 2


def _literal(text: str | None, kind: str) -> str:
    if text is None:
        return "NULL"
    return literal(text) if kind == "VARCHAR" else f"CAST({literal(text)} AS {kind})"
