"""Facets of a large table: pages come out of them as they come of looking at every row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from huitong.apps.overview import facets
from huitong.apps.overview.facets import FacetStore, Runs, read_runs, runs_of
from huitong.engine.lake import Connection, Lake, open_lake
from huitong.engine.lake.lake import current_snapshot
from huitong.foundation.settings import Settings

ROWS = 5_000
COLUMNS = ("code", "day", "open", "level", "fee")
ALL = "n, code, day, open, level, fee"
WHOLE = "base.many"
MADE = f"""
CREATE TABLE base.many AS SELECT n, ['Ab', 'aB', 'x''y', '皋城', NULL, '', 'z%_'][1 + n % 7] AS code,
    CASE WHEN n % 11 > 0 THEN DATE '2026-01-01' + INTEGER '1' * (n % 3)::INTEGER END AS day,
    [true, false, NULL][1 + n % 3] AS open, (n % 4)::INTEGER AS level, ((n % 2) + 0.5)::DECIMAL(6, 2) AS fee
FROM range({ROWS}) r(n)
"""
TEXTS = ("", "ab", "'", "皋", "2026-01-02", "tru", "1", ".50", "%", "没有")
ORDERS = ("", "code", "-code", "day", "-day", "open", "-level", "fee")


@pytest.fixture
def many(settings_here: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    monkeypatch.setattr(facets, "LARGE", 100)
    monkeypatch.setattr(facets, "_SAMPLED", 100)
    with open_lake(settings_here) as lake:
        with lake.transaction() as con:
            con.execute(MADE)
        yield lake


def asked(con: Connection, store: FacetStore, columns: tuple[str, ...] = COLUMNS, snapshot: int = 0) -> object:
    now = current_snapshot(con)
    whole = f"{WHOLE} AT (VERSION => {snapshot})" if snapshot else WHOLE
    return store.facets(con, "base", "many", whole, columns, snapshot or now)


def runs(con: Connection, text: str = "", order: str = "") -> Runs:
    found = FacetStore().facets(con, "base", "many", WHOLE, COLUMNS, current_snapshot(con))
    assert found is not None
    return runs_of(found, text=text, order=order)


def fitting(con: Connection, text: str, order: str) -> list[tuple[object, ...]]:
    """The rows that every row was asked for, and the column to order by first."""
    fits = " OR ".join(f"contains(lower(CAST({name} AS VARCHAR)), $text)" for name in COLUMNS)
    by = order.removeprefix("-") or "NULL"
    down = "DESC" if order.startswith("-") else "ASC"
    sql = f"SELECT {by}, {ALL} FROM {WHOLE} WHERE ($text = '' OR {fits}) ORDER BY 1 {down} NULLS LAST, n"
    return con.execute(sql, {"text": text}).fetchall()


def test_pages_hold_all_rows_that_fit_once_and_in_order(many: Lake) -> None:
    with many.reader() as con:
        for text, order in product(TEXTS, ORDERS):
            _agree(con, text, order)


def _agree(con: Connection, text: str, order: str, size: int = 700) -> None:
    found = runs(con, text, order)
    wanted = fitting(con, text, order)
    assert found.rows == len(wanted)
    pages = [read_runs(con, found, ALL, WHOLE, start=start, size=size) for start in range(0, len(wanted) + 1, size)]
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    rows = [row for page in pages for row in page]
    assert sorted(row[0] for row in rows) == sorted(row[1] for row in wanted)
    by = ALL.split(", ").index(order.removeprefix("-")) if order else None
    assert by is None or [row[by] for row in rows] == [row[0] for row in wanted]


def test_many_small_runs_on_one_page_are_read_together(many: Lake) -> None:
    with many.transaction() as con:
        con.execute(f"INSERT INTO {WHOLE} SELECT {ROWS} + i, 'rare' || i % 50, NULL, NULL, 9, 1 FROM range(100) r(i)")
    with many.reader() as con:
        found = runs(con, order="-code")
        wanted = fitting(con, "", "-code")
        pages = [read_runs(con, found, ALL, WHOLE, start=start, size=900) for start in range(0, len(wanted), 900)]
        assert [row for page in pages for row in page] == [row[1:] for row in wanted], "values by order, rows by place"
        for text, order, size in product(("", "rare", "9", "e1", "1"), ("code", "-code", "level"), (47, 900)):
            _agree(con, text, order, size)


class Told:
    """A connection that remembers how long what it was told is."""

    def __init__(self, con: Connection) -> None:
        self.con, self.longest = con, 0

    def execute(self, sql: str) -> object:
        self.longest = max(self.longest, len(sql))
        return self.con.execute(sql)


def test_a_long_tail_of_values_is_asked_for_in_few_words(many: Lake) -> None:
    with many.transaction() as con:
        con.execute(f"INSERT INTO {WHOLE} SELECT {ROWS} + i, 'tail' || i // 2, NULL, NULL, 9, 1 FROM range(2000) r(i)")
    with many.reader() as con:
        told = Told(con)
        found = runs(con, "a", "-code")
        page = read_runs(told, found, ALL, WHOLE, start=0, size=2_000)  # type: ignore[arg-type]
        wanted = fitting(con, "a", "-code")
    assert len(page) == 2_000 and [row[1] for row in page] == [row[0] for row in wanted[:2_000]]
    assert told.longest < 1_000 * len("'tail1234', ") * 8, "grows with the values, not with their square"


def test_facets_are_counted_once_for_each_state_of_their_table(many: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    real = facets._counted
    monkeypatch.setattr(
        facets, "_counted", lambda con, whole, columns: counted.append(whole) or real(con, whole, columns)
    )
    store = FacetStore()
    with many.reader() as con:
        before, first = asked(con, store), current_snapshot(con)
        assert asked(con, store) is before
    with many.transaction() as con:
        con.execute("CREATE TABLE base.other AS SELECT 1 AS x")
    with many.reader() as con:
        assert asked(con, store) is before and len(counted) == 1, "another table changed"
        asked(con, store, ("code", "day"))
    assert len(counted) == 2, "other columns are clear"
    with many.transaction() as con:
        con.execute(f"DELETE FROM {WHOLE} WHERE n = 1")
    with many.reader() as con:
        after = asked(con, store)
        assert len(counted) == 3 and after != before
        assert asked(con, store, snapshot=first) is before, "an export still reads the state it was opened at"
    assert len(counted) == 3


def test_a_table_made_anew_has_facets_of_its_own(many: Lake) -> None:
    store = FacetStore()
    with many.reader() as con:
        assert asked(con, store) is not None
    with many.transaction() as con:
        con.execute(f"CREATE OR REPLACE TABLE {WHOLE} AS SELECT * FROM {WHOLE} WHERE false")
    with many.reader() as con:
        assert asked(con, store) is None, "no rows, no facets"


def test_small_tables_many_values_and_types_without_a_text_of_their_own_have_none(
    many: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.transaction() as con:
        con.execute(f"ALTER TABLE {WHOLE} ADD COLUMN spot DOUBLE")
        con.execute(f"ALTER TABLE {WHOLE} ADD COLUMN odd VARCHAR")
        con.execute(f"UPDATE {WHOLE} SET odd = 'a' || chr(0) WHERE n = 7")
    with many.reader() as con:
        assert asked(con, FacetStore(), ("code", "spot")) is None
        assert asked(con, FacetStore(), ("code", "odd")) is None
        assert asked(con, FacetStore(), ()) is None
        assert asked(con, FacetStore(), ("code", "day")) is not None
        monkeypatch.setattr(facets, "MOST", 20)
        assert asked(con, FacetStore(), ("code", "day")) is None, "28 combinations"
        assert asked(con, FacetStore(), ("code",)) is not None
        monkeypatch.setattr(facets, "LARGE", ROWS + 1)
        assert asked(con, FacetStore(), ("code",)) is None


def test_tables_beyond_those_kept_push_out_what_was_used_longest_ago(
    many: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "_KEPT", 2)
    store = FacetStore()
    with many.reader() as con:
        first, second = asked(con, store), asked(con, store, ("code",))
        assert asked(con, store) is first
        asked(con, store, ("day",))
        assert asked(con, store) is first, "used later than the second"
        again = asked(con, store, ("code",))
        assert again is not second and again == second
        monkeypatch.setattr(facets, "LARGE", ROWS + 1)
        for columns in (("open",), ("level",), ("fee",)):
            assert asked(con, store, columns) is None
        assert asked(con, store) is not None, "what has none pushes nothing out"
