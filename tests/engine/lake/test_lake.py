"""The lake: transactions are whole or nothing, readers see one snapshot, only differing rows are written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.feed import Work, keep_place, pending_work
from huitong.engine.lake.lake import table_identity, table_uuid, unchanged_between
from huitong.engine.lake.rows import RowChanges, append_rows, replace_rows
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings, load_settings


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


def _put(lake: Lake, rows: dict[str, int], *, scope: str | None = None) -> RowChanges:
    values = ", ".join(f"('{key}', 1, {value})" for key, value in rows.items())
    query = f"SELECT * FROM (VALUES {values}) t(_key, _run, a)" if rows else "SELECT * FROM raw.t WHERE false"
    with lake.transaction() as con:
        return replace_rows(con, "raw", "t", new=query, scope=scope)


def _all(lake: Lake) -> dict[str, int]:
    with lake.reader() as con:
        return dict(con.execute("SELECT _key, a FROM raw.t").fetchall())


def test_an_exception_rolls_both_tables_back(lake: Lake) -> None:
    _put(lake, {"x": 1})
    before = lake.snapshot()
    with pytest.raises(ZeroDivisionError), lake.transaction() as con:
        con.execute("INSERT INTO raw.t VALUES ('y', 1, 2)")
        con.execute("INSERT INTO meta.cursors VALUES ('s', 'i', 1, '', '')")
        raise ZeroDivisionError
    assert _all(lake) == {"x": 1}
    assert lake.snapshot() == before


def test_a_reader_keeps_its_snapshot_while_a_writer_commits(lake: Lake) -> None:
    _put(lake, {"x": 1})
    with lake.reader() as con:
        assert con.execute("SELECT a FROM raw.t").fetchall() == [(1,)]
        _put(lake, {"x": 2})
        assert con.execute("SELECT a FROM raw.t").fetchall() == [(1,)]
    assert _all(lake) == {"x": 2}


def test_only_differing_rows_are_written(lake: Lake) -> None:
    _put(lake, {"a": 1, "b": 2, "c": 3})
    assert _put(lake, {"a": 1, "b": 5, "d": 4}) == RowChanges(inserted=1, updated=1, deleted=1)
    assert _put(lake, {"a": 1, "b": 5, "d": 4}) == RowChanges()


def test_rows_outside_the_scope_stay(lake: Lake) -> None:
    _put(lake, {"a": 1, "b": 2, "c": 3})
    changes = _put(lake, {"a": 9}, scope="SELECT * FROM (VALUES ('a'), ('b'))")
    assert changes == RowChanges(updated=1, deleted=1)
    assert _all(lake) == {"a": 9, "c": 3}


def _work(lake: Lake, fingerprint: str = "f") -> Work:
    with lake.transaction() as con:
        work = pending_work(con, step="s", schema="raw", table="t", fingerprint=fingerprint)
        keep_place(con, step="s", work=work, fingerprint=fingerprint)
        return work


def _changed(lake: Lake, work: Work) -> set[str]:
    with lake.reader() as con:
        return {key for (key,) in con.execute(work.changed_keys_sql()).fetchall()}


def test_the_feed_gives_all_first_and_then_only_changes(lake: Lake) -> None:
    _put(lake, {"a": 1, "b": 2, "c": 3})
    assert _work(lake).full
    _put(lake, {"a": 1, "b": 3, "d": 4})
    work = _work(lake)
    assert not work.full
    assert _changed(lake, work) == {"b", "c", "d"}
    assert _changed(lake, _work(lake)) == set()


def test_a_new_declaration_or_a_remade_table_asks_for_everything(lake: Lake) -> None:
    _put(lake, {"a": 1})
    _work(lake)
    assert _work(lake, fingerprint="g").full
    with lake.transaction() as con:
        con.execute("DROP TABLE raw.t")
    _put(lake, {"a": 1})
    assert _work(lake, fingerprint="g").full


def test_expired_snapshots_ask_for_everything(lake: Lake) -> None:
    _put(lake, {"a": 1})
    _work(lake)
    for value in range(3):
        _put(lake, {"a": value + 10})
    lake.compact(keep_days=0)
    assert _work(lake).full
    assert _all(lake) == {"a": 12}


def test_a_table_is_unchanged_while_only_others_change(lake: Lake) -> None:
    _put(lake, {"x": 1})
    first = lake.snapshot()
    with lake.transaction() as con:
        con.execute("CREATE TABLE raw.other AS SELECT 1 AS x")
    second = lake.snapshot()
    with lake.reader() as con:
        number, identity = table_identity(con, "raw", "t", second)
        assert identity == table_uuid(con, "raw", "t") != table_identity(con, "raw", "other", second)[1]
        assert table_identity(con, "raw", "t", first) == (number, identity)
        assert table_identity(con, "raw", "other", first) == (0, ""), "not there yet"
        assert unchanged_between(con, number, first, second)
    changes = (
        ["INSERT INTO raw.t VALUES ('y', 1, 2)"],
        ["UPDATE raw.t SET a = 3 WHERE _key = 'y'"],
        ["DELETE FROM raw.t WHERE _key = 'y'"],
        [f"INSERT INTO raw.t SELECT '{key}' || i, 1, i FROM range(1000) r(i)" for key in "ab"],
        ["CALL ducklake_merge_adjacent_files('lake')"],
        ["ALTER TABLE raw.t ADD COLUMN b INTEGER"],
        ["DROP TABLE raw.t"],
    )
    for statements in changes:
        before = lake.snapshot()
        for statement in statements:
            with lake.transaction() as con:
                con.execute(statement)
        with lake.reader() as con:
            assert not unchanged_between(con, number, before, lake.snapshot()), statements


def test_what_expired_snapshots_did_nobody_knows(lake: Lake) -> None:
    _put(lake, {"x": 1})
    first = lake.snapshot()
    for name in "abc":
        with lake.transaction() as con:
            con.execute(f"CREATE TABLE raw.{name} AS SELECT 1 AS x")
    with lake.reader() as con:
        assert unchanged_between(con, table_identity(con, "raw", "t", first)[0], first, first + 3)
    lake.compact(keep_days=0)
    with lake.reader() as con:
        assert not unchanged_between(con, table_identity(con, "raw", "t", lake.snapshot())[0], first, first + 3)


def test_row_counts_by_table(lake: Lake) -> None:
    _put(lake, {"a": 1, "b": 2})
    assert lake.row_counts()[("raw", "t")] == 2


def test_a_second_process_is_told_the_pid(lake: Lake, settings_here: Settings) -> None:
    script = (
        "import sys, pathlib; from huitong.engine.lake import open_lake; "
        "from huitong.foundation.settings import load_settings\n"
        "from huitong.foundation.errors import HuitongError\n"
        "try: open_lake(load_settings(home=pathlib.Path(sys.argv[1]), environment={}))\n"
        "except HuitongError as error: print(error.code, error.parameters['pid'])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(settings_here.home)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["lake.owned", str(os.getpid())]


def test_a_home_can_be_moved(settings_here: Settings, tmp_path: Path) -> None:
    with open_lake(settings_here) as lake:
        _put(lake, {"a": 1, "b": 2})
    settings_here.home.rename(tmp_path / "elsewhere")
    with open_lake(load_settings(home=tmp_path / "elsewhere", environment={})) as lake:
        _put(lake, {"a": 1, "b": 3, **{str(n): n for n in range(20)}})
        assert _all(lake)["b"] == 3
        with lake.transaction() as con:
            append_rows(con, "raw", "u", new="SELECT 'x' AS _key, 1 AS _run")
        assert lake.row_counts()[("raw", "u")] == 1
    assert not settings_here.home.exists()


def test_a_damaged_catalog_is_named(settings_here: Settings) -> None:
    file = settings_here.home / "lake" / "catalog.duckdb"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database" * 1000)
    with pytest.raises(HuitongError) as caught:
        open_lake(settings_here)
    assert caught.value.code == "lake.unreadable"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3)), min_size=2, max_size=4))
def test_following_the_feed_rebuilds_every_state(lake: Lake, states: list[dict[str, int]]) -> None:
    _put(lake, {"z": 0})
    _work(lake)
    copy = _all(lake)
    for state in states:
        _put(lake, state)
        work = _work(lake)
        now = _all(lake)
        for key in _changed(lake, work):
            copy.pop(key, None)
            if key in now:
                copy[key] = now[key]
        assert copy == now == state
