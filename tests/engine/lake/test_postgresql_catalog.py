"""The same lake on a PostgreSQL catalog: many processes, one writer at a time, readers beside them."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from huitong.engine.lake import open_lake
from huitong.engine.lake.feed import keep_place, pending_work
from huitong.engine.lake.lake import current_snapshot, table_identity, unchanged_between
from huitong.engine.lake.rows import replace_rows
from huitong.foundation.errors import Transient
from huitong.foundation.settings import Settings, load_settings

pytestmark = [pytest.mark.postgresql]


@pytest.fixture
def shared(tmp_path: Path, postgresql_url: str) -> Iterator[Settings]:
    """Settings of a lake whose catalog is a database of its own."""
    name = f"huitong_lake_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield replace(
            load_settings(home=tmp_path / "var", environment={}),
            lake_catalog=urlsplit(postgresql_url)._replace(path=f"/{name}").geturl(),
        )
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


_WRITER = """
import pathlib, sys
from dataclasses import replace
from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings

home, catalog, name = sys.argv[1:]
with open_lake(replace(load_settings(home=pathlib.Path(home), environment={}), lake_catalog=catalog)) as lake:
    for number in range(15):
        with lake.transaction() as con:
            seen = con.execute("SELECT max(a) FROM raw.t").fetchone()[0]
            con.execute("INSERT INTO raw.t VALUES (?, 1, ?)", [f"{name}{number}", seen + 1])
"""


def test_writers_of_two_processes_take_turns(shared: Settings) -> None:
    with open_lake(shared) as lake:
        with lake.transaction() as con:
            replace_rows(con, "raw", "t", new="SELECT 'first' AS _key, 1 AS _run, 0 AS a")
        command = [sys.executable, "-c", _WRITER, str(shared.home), shared.lake_catalog]
        writers = [subprocess.Popen([*command, name]) for name in ("x", "y")]
        while any(writer.poll() is None for writer in writers):
            with lake.reader() as con:
                row = con.execute("SELECT count(*), count(DISTINCT a), max(a) + 1 FROM raw.t").fetchone()
                assert row is not None and len(set(row)) == 1, "a reader sees whole transactions only"
        assert [writer.returncode for writer in writers] == [0, 0]
        with lake.reader() as con:
            assert con.execute("SELECT count(*), count(DISTINCT a), max(a) FROM raw.t").fetchone() == (31, 31, 30)


def test_the_change_feed_works_alike(shared: Settings) -> None:
    with open_lake(shared) as lake:
        for value in (1, 2):
            with lake.transaction() as con:
                replace_rows(con, "raw", "t", new=f"SELECT 'k' AS _key, 1 AS _run, {value} AS a")
                work = pending_work(con, step="s", schema="raw", table="t", fingerprint="f")
            with lake.transaction() as con:
                work = pending_work(con, step="s", schema="raw", table="t", fingerprint="f")
                assert work.full is (value == 1)
                keep_place(con, step="s", work=work, fingerprint="f")
        with lake.reader() as con:
            assert con.execute(work.changed_keys_sql()).fetchall() == [("k",)]
            last = current_snapshot(con)
            number, _ = table_identity(con, "raw", "t", last)
            assert unchanged_between(con, number, last, last)
            assert not unchanged_between(con, number, 0, last)


def test_an_unreachable_catalog_is_said_without_its_password(tmp_path: Path) -> None:
    here = load_settings(home=tmp_path / "var", environment={})
    with pytest.raises(Transient) as caught:
        open_lake(replace(here, lake_catalog="postgresql://u:topsecret@127.0.0.1:1/none"))
    assert caught.value.code == "lake.catalog_unreachable"
    assert "topsecret" not in str(caught.value)
