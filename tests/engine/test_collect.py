"""Collecting: a faithful mirror, exactly once, whatever happens in between."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitong.engine import staging
from huitong.engine.collect import CollectResult, collect_item
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.declarations.sources import Link, Source
from huitong.engine.key_order import KeyOrder
from huitong.engine.lake import Lake, open_lake
from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import Settings, load_settings

Row = tuple[Any, ...]


@pytest.fixture
def lake(settings_here: Settings) -> Iterator[Lake]:
    with open_lake(settings_here) as opened:
        yield opened


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "police.db"
    _write(file, [("1", "张三", "2026-01-01"), ("2", "李四", "2026-01-02")])
    return file


def _write(file: Path, rows: list[Row], columns: str = "sfzh TEXT, xm TEXT, gxsj TEXT") -> None:
    with sqlite3.connect(file) as con:
        con.execute("DROP TABLE IF EXISTS person")
        con.execute(f"CREATE TABLE person ({columns})")
        con.executemany(f"INSERT INTO person VALUES ({', '.join('?' * len(columns.split(',')))})", rows)
    con.close()


def _item(
    *, mode: Literal["full", "incremental"] = "full", key: tuple[str, ...] = ("sfzh",), columns: str = "sfzh xm gxsj"
) -> CatalogItem:
    return CatalogItem(
        code="GA-01",
        title="人口",
        title_en="People",
        provider="police",
        table="person",
        fields=tuple(ItemField(column=name, element="x", name=name) for name in columns.split()),
        link=Link(source="police", object="person", mode=mode, key=key, watermark="gxsj" if mode != "full" else ""),
    )


def _collect(lake: Lake, file: Path, item: CatalogItem, **more: Any) -> CollectResult:
    source = Source(code="police", title="公安", organisation="police", kind="sqlite", location=str(file))
    return collect_item(lake, item, source, {}, **more)


def _raw(lake: Lake) -> list[Row]:
    with lake.reader() as con:
        return con.execute("SELECT * EXCLUDE (_run) FROM raw.person ORDER BY ALL").fetchall()


def test_the_first_run_mirrors_and_the_second_writes_nothing(lake: Lake, database: Path) -> None:
    first = _collect(lake, database, _item())
    assert (first.read, first.changes.inserted, first.mode) == (2, 2, "full")
    assert _raw(lake) == [("1", "1", "张三", "2026-01-01"), ("2", "2", "李四", "2026-01-02")]
    second = _collect(lake, database, _item())
    assert (second.changes.total, second.checksum, second.run_id) == (0, first.checksum, first.run_id + 1)


def test_a_full_run_finds_inserts_updates_and_deletes(lake: Lake, database: Path) -> None:
    _collect(lake, database, _item())
    _write(database, [("1", "张叁", "2026-01-01"), ("3", "王五", "2026-01-03")])
    changes = _collect(lake, database, _item()).changes
    assert (changes.inserted, changes.updated, changes.deleted) == (1, 1, 1)
    with lake.reader() as con:
        assert con.execute("SELECT _key, _run FROM raw.person ORDER BY ALL").fetchall() == [("1", 2), ("3", 2)]


def test_an_incremental_run_reads_from_the_watermark(lake: Lake, database: Path) -> None:
    item = _item(mode="incremental")
    assert _collect(lake, database, item).mode == "full"
    with sqlite3.connect(database) as con:
        con.execute("INSERT INTO person VALUES ('3', '王五', '2026-01-03')")
        con.execute("UPDATE person SET xm = '李肆', gxsj = '2026-01-04' WHERE sfzh = '2'")
    con.close()
    result = _collect(lake, database, item)
    assert (result.mode, result.read, result.watermark) == ("incremental", 2, "2026-01-04")
    assert (result.changes.inserted, result.changes.updated, result.changes.deleted) == (1, 1, 0)
    assert _collect(lake, database, item).changes.total == 0
    again = _collect(lake, database, item, mode="reread")
    assert (again.mode, again.read, again.changes.total) == ("full", 3, 0), "all of it, when somebody asks"


def test_deletes_are_found_by_keys(lake: Lake, database: Path) -> None:
    item = _item(mode="incremental")
    _collect(lake, database, item)
    with sqlite3.connect(database) as con:
        con.execute("DELETE FROM person WHERE sfzh = '1'")
        con.execute("INSERT INTO person VALUES ('9', '新人', '2026-02-01')")
    con.close()
    result = _collect(lake, database, item)
    assert (result.mode, result.changes.inserted, result.changes.deleted) == ("incremental", 1, 1)
    assert [row[0] for row in _raw(lake)] == ["2", "9"]


def test_a_row_committed_late_is_not_missed(lake: Lake, database: Path) -> None:
    item = _item(mode="incremental")
    _collect(lake, database, item)
    with sqlite3.connect(database) as con:
        con.execute("INSERT INTO person VALUES ('0', '迟到', '2025-01-01')")
    con.close()
    assert _collect(lake, database, item).mode == "full"
    assert [row[0] for row in _raw(lake)] == ["0", "1", "2"]


def test_without_a_key_rows_are_a_multiset(lake: Lake, database: Path) -> None:
    rows = [("1", "a", None), ("1", "a", None), ("2", None, "")]
    _write(database, rows)
    item = _item(key=())
    assert _collect(lake, database, item).changes.inserted == 3
    assert sorted(row[1:] for row in _raw(lake) if row[2]) == [("1", "a", None), ("1", "a", None)]
    assert _collect(lake, database, item).changes.total == 0
    _write(database, rows[1:])
    changes = _collect(lake, database, item).changes
    assert (changes.inserted, changes.deleted) == (0, 1)


def test_a_row_with_an_empty_key_is_kept(lake: Lake, database: Path) -> None:
    _write(database, [("1", "a", "1"), (None, "无证", "1"), ("  ", "空白", "2"), ("", "空白", "2")])
    for mode in ("full", "incremental", "incremental"):
        _collect(lake, database, _item(mode=mode))  # type: ignore[arg-type]
        assert len(_raw(lake)) == 4


def test_several_key_columns(lake: Lake, database: Path) -> None:
    _write(database, [("1", "a", "x"), ("1", "b", "x")])
    _collect(lake, database, _item(key=("sfzh", "xm")))
    assert [row[0] for row in _raw(lake)] == ["1\x1fa", "1\x1fb"]


def _refusal(lake: Lake, file: Path, item: CatalogItem, code: str, **more: Any) -> HuitongError:
    before = _raw(lake), lake.snapshot()
    with pytest.raises(HuitongError) as caught:
        _collect(lake, file, item, **more)
    assert caught.value.code == code
    assert (_raw(lake), lake.snapshot()) == before, "a refused run leaves the lake as it was"
    return caught.value


def test_duplicate_keys_are_refused_with_examples(lake: Lake, database: Path) -> None:
    _collect(lake, database, _item())
    _write(database, [("1", "a", ""), ("1", "b", ""), ("2", "c", "")])
    assert "1 × 2" in _refusal(lake, database, _item(), "collect.duplicate_keys").detail()


def test_a_changed_type_is_refused_until_remade(lake: Lake, database: Path) -> None:
    _collect(lake, database, _item())
    _write(database, [("1", b"\x01", "2026-01-01")], columns="sfzh TEXT, xm BLOB, gxsj TEXT")
    error = _refusal(lake, database, _item(), "collect.type_changed")
    assert error.parameters["before"] == "VARCHAR" and error.parameters["now"] == "BLOB"
    assert _collect(lake, database, _item(), mode="remake").changes.inserted == 1


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_source_that_is_suddenly_empty_is_refused_until_accepted(
    lake: Lake, database: Path, mode: Literal["full", "incremental"]
) -> None:
    _collect(lake, database, _item(mode=mode))
    _write(database, [])
    assert _refusal(lake, database, _item(mode=mode), "collect.emptied").parameters["rows"] == 2
    _refusal(lake, database, _item(mode=mode), "collect.emptied", mode="reread")
    assert _collect(lake, database, _item(mode=mode), mode="full").changes.deleted == 2
    assert _collect(lake, database, _item(mode=mode)).changes.total == 0, "empty as before"


@pytest.mark.parametrize("mode", ["auto", "remake"])
def test_an_empty_source_is_refused_before_its_table_is_made_anew(lake: Lake, database: Path, mode: str) -> None:
    """A night's export of a header line alone, after a field was added to the item, or while types were settled."""
    item = _item() if mode == "remake" else _item(columns="sfzh xm gxsj mz")
    _collect(lake, database, _item())
    _write(database, [], columns="sfzh TEXT, xm BLOB, gxsj TEXT, mz TEXT")
    assert _refusal(lake, database, item, "collect.emptied", mode=mode).parameters["rows"] == 2
    _collect(lake, database, item, mode="full")
    assert _raw(lake) == [], "accepted, whatever columns and types the empty table has"
    assert _collect(lake, database, item, mode=mode).changes.total == 0, "empty as before"


def test_what_is_missing_is_named(lake: Lake, database: Path, tmp_path: Path) -> None:
    _collect(lake, database, _item())
    assert "gxsj" in _refusal(lake, database, _item(columns="sfzh xm gxsj mz"), "source.column_missing").detail()
    _refusal(lake, tmp_path / "nowhere.db", _item(), "source.database_missing")
    with sqlite3.connect(database) as con:
        con.execute("ALTER TABLE person RENAME TO people")
    con.close()
    assert "people" in str(_refusal(lake, database, _item(), "source.object_missing"))


def test_a_new_declared_column_remakes_the_table(lake: Lake, database: Path) -> None:
    _collect(lake, database, _item(columns="sfzh xm"))
    result = _collect(lake, database, _item(mode="incremental"))
    assert (result.mode, result.changes.inserted) == ("full", 2)


def test_a_run_that_another_overtook_names_itself(lake: Lake, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The staged rows carry the next run's number; when another table's run takes it, they are written anew."""
    item = _item()
    other = msgspec.structs.replace(item, code="GA-02", table="other")
    stage = staging.stage_rows

    def overtaken(*given: Any, **more: Any) -> None:
        monkeypatch.setattr(staging, "stage_rows", stage)
        assert _collect(lake, database, other).run_id == 1
        stage(*given, **more)

    monkeypatch.setattr(staging, "stage_rows", overtaken)
    assert _collect(lake, database, item).run_id == 2
    with lake.reader() as con:
        runs = con.execute("SELECT DISTINCT _run FROM raw.person UNION ALL SELECT DISTINCT _run FROM raw.other")
        assert runs.fetchall() == [(2,), (1,)]


def test_two_runs_of_one_item_at_once_write_each_row_once(lake: Lake, database: Path) -> None:
    _write(database, [(str(number), "n", "2026-01-01") for number in range(2000)])
    threads = [threading.Thread(target=_collect, args=(lake, database, _item())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with lake.reader() as con:
        assert con.execute("SELECT count(*), count(DISTINCT _key) FROM raw.person").fetchone() == (2000, 2000)
        assert con.execute("SELECT sum(inserted), count(*) FROM meta.runs").fetchone() == (2000, 3)


_KILL = """
import os, pathlib, signal, sys
from huitong.engine import collect
from huitong.engine.lake import lake as lakes, open_lake
from huitong.foundation.settings import load_settings
from tests.engine.test_collect import _collect, _item

home, database, point = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def after(function):
    def wrapped(*args, **kwargs):
        result = function(*args, **kwargs)
        die()
    return wrapped
if point == "reading":
    collect.plans.staged_facts_sql = die
elif point == "rows":
    collect.replace_rows = after(collect.replace_rows)
elif point == "ledger":
    collect._record = after(collect._record)
elif point == "committed":
    lakes.Lake.snapshot = die
with open_lake(load_settings(home=pathlib.Path(home), environment={})) as lake:
    _collect(lake, pathlib.Path(database), _item(mode="incremental"))
"""


@pytest.mark.parametrize("point", ["reading", "rows", "ledger", "committed"])
def test_killed_at_any_point_no_row_is_lost_or_doubled(settings_here: Settings, database: Path, point: str) -> None:
    with open_lake(settings_here) as lake:
        _collect(lake, database, _item(mode="incremental"))
    with sqlite3.connect(database) as con:
        con.execute("INSERT INTO person VALUES ('3', '王五', '2026-01-03')")
        con.execute("DELETE FROM person WHERE sfzh = '1'")
    con.close()
    killed = subprocess.run(
        [sys.executable, "-c", _KILL, str(settings_here.home), str(database), point],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with open_lake(settings_here) as lake:
        with lake.reader() as con:
            runs = con.execute("SELECT count(*) FROM meta.runs").fetchone()
        committed = point == "committed"
        assert runs == (2 if committed else 1,)
        assert [row[0] for row in _raw(lake)] == (["2", "3"] if committed else ["1", "2"])
        result = _collect(lake, database, _item(mode="incremental"))
        assert [row[0] for row in _raw(lake)] == ["2", "3"]
        assert result.changes.total == (0 if committed else 2)
        assert len(list(lake.scratch.parent.iterdir())) == 1, "what the killed run staged is swept"


@pytest.mark.slow
def test_killed_at_random_moments_table_and_ledger_agree(tmp_path: Path) -> None:
    here = load_settings(home=tmp_path / "var", environment={})
    database = tmp_path / "d.db"
    script = _KILL.replace("    _collect(", "    import sqlite3\n    while True: _collect(")
    for attempt in range(8):
        _write(database, [(str(n), f"name {attempt}", f"2026-01-{attempt + 1:02}") for n in range(attempt, 20_000)])
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(here.home), str(database), "never"], cwd=Path(__file__).parents[2]
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2.5 + attempt * 0.37)
        process.kill()
        process.wait()
        with open_lake(here) as lake, lake.reader() as con:
            counts = con.execute("SELECT coalesce(sum(inserted) - sum(deleted), 0) FROM meta.runs").fetchone()
            rows = (
                con.execute("SELECT count(*), count(DISTINCT _key) FROM raw.person").fetchone()
                if counts != (0,)
                else (0, 0)
            )
            assert rows == (counts[0], counts[0])  # type: ignore[index]


_moments = itertools.count()


def _next_moment() -> str:
    """A watermark never goes back, not from one example to the next either: they share a lake."""
    return (datetime(2026, 1, 1) + timedelta(seconds=next(_moments))).isoformat(sep=" ")


_state = st.dictionaries(st.sampled_from("123456"), st.tuples(st.sampled_from("ab"), st.integers(1, 9)), min_size=1)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(_state, min_size=1, max_size=3))
def test_increments_equal_the_source(lake: Lake, tmp_path: Path, states: list[dict[str, tuple[str, int]]]) -> None:
    file = tmp_path / "any.db"
    last: dict[str, tuple[str, str]] = {}
    for state in states:
        for key, (name, _) in state.items():
            if key not in last or last[key][0] != name:
                last[key] = (name, _next_moment())
        last = {key: last[key] for key in state}
        rows = [(key, name, moment) for key, (name, moment) in last.items()]
        _write(file, rows)
        _collect(lake, file, _item(mode="incremental"))
        assert [row[1:] for row in _raw(lake)] == sorted(rows)


@given(
    batches=st.lists(st.lists(st.text("ab ", max_size=3) | st.none(), max_size=4), max_size=4),
    key=st.sampled_from([("k",), ("k", "k2"), ()]),
)
def test_rising_keys_are_unique(batches: list[list[str | None]], key: tuple[str, ...]) -> None:
    schema = pa.schema([("k", pa.string()), ("k2", pa.string())])
    stream = pa.RecordBatchReader.from_batches(
        schema, [pa.record_batch([pa.array(one, pa.string())] * 2, schema=schema) for one in batches]
    )
    order = KeyOrder(schema, key)
    keys = order.watched(stream).read_all().column("k").to_pylist()
    assert order.rises == (len(key) == 1 and None not in keys and sorted(set(keys)) == keys)
