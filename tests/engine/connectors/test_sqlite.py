"""SQLite files, with values that their columns do not promise."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, Watermark
from huitong.foundation.errors import HuitongError, Terminal, Transient


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "部门's ?#%.db"
    with closing(sqlite3.connect(path)) as con:
        con.executescript("""
            CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER, height REAL, fee DECIMAL(10,2), born DATE,
                                 name TEXT, photo BLOB, "odd ""name" , seen DATETIME);
            CREATE TABLE exact (n INT, r REAL, t TEXT, b BLOB) STRICT;
            CREATE VIEW adult AS SELECT id, name FROM person WHERE age >= 18;
            CREATE TABLE empty (a TEXT);
        """)
        con.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (1, 30, 1.75, "12.50", "1990-01-02", "张三", b"\x00\xff", 1, "2026-01-01 08:00:00"),
                (2, "三十", 0.1 + 0.2, "free", 19900102, "", b"", "x", "2026-01-02T08:00:00"),
                (3, 30.5, 1e300, 7, None, None, None, None, None),
                (2**62, "", float("inf"), "0012", "", "a\0b", "text", 2.5, "2026-01-03"),
            ],
        )
        con.execute("INSERT INTO person (id, name, age) VALUES (5, CAST(x'C0EEB0D7' AS TEXT), CAST(x'FF' AS TEXT))")
        con.execute("INSERT INTO exact VALUES (9223372036854775807, 0.30000000000000004, '一', x'FF00')")
        con.commit()
    return path


def test_values_that_columns_do_not_promise_read_faithfully(file, source, read):
    rows = {row["id"]: row for row in read(source("sqlite", file), "person")}
    assert [rows[n]["age"] for n in (1, 2, 3, 2**62, 5)] == ["30", "三十", "30.5", "", "FF"]
    assert [rows[n]["height"] for n in (1, 2, 3)] == ["1.75", "0.30000000000000004", "1.0e+300"]
    assert [rows[n]["fee"] for n in (1, 2, 3, 2**62)] == ["12.5", "free", "7", "12"]
    assert [rows[n]["born"] for n in (1, 2, 3)] == ["1990-01-02", "19900102", None]
    assert [rows[n]["photo"] for n in (1, 2, 3, 2**62)] == [b"\x00\xff", b"", None, b"text"]
    assert [rows[n]["name"] for n in (1, 2, 3, 2**62, 5)] == ["张三", "", None, "a\0b", "李白"]
    assert [rows[n]['odd "name'] for n in (1, 2, 3, 2**62)] == ["1", "x", None, "2.5"]


def test_only_what_sqlite_guarantees_is_typed(file, source):
    connector = CONNECTORS["sqlite"]
    with connector.read(source("sqlite", file), ReadRequest("exact")) as reader:
        assert reader.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.binary()]
        assert reader.read_all().to_pylist() == [
            {"n": 2**63 - 1, "r": 0.1 + 0.2, "t": "一", "b": b"\xff\x00"},
        ]
    with connector.read(source("sqlite", file), ReadRequest("person", columns=("id", "age"))) as reader:
        assert reader.schema.types == [pa.int64(), pa.string()]


def test_looking_around(file, source, read):
    connector, here = CONNECTORS["sqlite"], source("sqlite", file)
    assert [found.name for found in connector.objects(here)] == ["adult", "empty", "exact", "person"]
    assert connector.columns(here, "exact")[0] == SourceColumn("n", "INT")
    assert connector.count(here, "person") == 5
    assert len(read(here, "adult")) > 0
    assert read(here, "empty") == []


def test_the_declared_key_is_read(tmp_path, source):
    path = tmp_path / "keyed.sqlite"
    with closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE permit (b INT, a TEXT, c TEXT, PRIMARY KEY (a, b))")
    found = CONNECTORS["sqlite"].columns(source("sqlite", path), "permit")
    assert [(one.name, one.comment, one.key) for one in found] == [("b", "", 2), ("a", "", 1), ("c", "", 0)]


@pytest.mark.parametrize(
    ("watermark", "expected"),
    [
        (Watermark("id", 3), {3, 5, 2**62}),
        (Watermark("height", Decimal("1.75")), {1, 3, 5, 2**62}),
        (Watermark("seen", datetime(2026, 1, 2, 9)), {2, 3, 5, 2**62}),
        (Watermark("name", "张"), {1, 3}),
        (Watermark("name", "'; DROP TABLE person --"), {1, 3, 5, 2**62}),
    ],
)
def test_watermarks_and_rows_without_one(watermark, expected, file, source, read):
    rows = read(source("sqlite", file), "person", columns=("id",), watermark=watermark)
    assert {row["id"] for row in rows} == expected


def test_what_is_missing_is_said_with_what_exists(file, tmp_path, source, read):
    here = source("sqlite", file)
    for name, more, code, told in [
        ("persons", {}, "source.object_missing", "person"),
        ("person", {"columns": ("nane",)}, "source.column_missing", "name"),
        ("person", {"watermark": Watermark("uptaded", 1)}, "source.column_missing", "age"),
    ]:
        with pytest.raises(Terminal) as caught:
            read(here, name, **more)
        assert caught.value.code == code
        assert told in caught.value.detail("en")
    with pytest.raises(Terminal) as caught:
        read(source("sqlite", tmp_path / "none.db"), "t")
    assert caught.value.code == "source.database_missing"
    assert not (tmp_path / "none.db").exists()


def test_files_that_are_no_database(file, tmp_path, source, read):
    (tmp_path / "text.db").write_text("编号,姓名\n" * 500)
    data = file.read_bytes()
    (tmp_path / "cut.db").write_bytes(data[: len(data) // 2])
    for name in ("text.db", "cut.db"):
        with pytest.raises(HuitongError) as caught:
            read(source("sqlite", tmp_path / name), "person")
        assert caught.value.code in ("source.bad_format", "source.read_failed")
    with pytest.raises(Terminal):
        read(source("sqlite", tmp_path), "person")
    (tmp_path / "empty.db").touch()
    with pytest.raises(Terminal) as caught:
        read(source("sqlite", tmp_path / "empty.db"), "person")
    assert caught.value.code == "source.object_missing"


def test_a_file_locked_by_another_program_is_tried_again(file, source, read):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Transient) as caught:
            read(source("sqlite", file, timeout=0.2), "person")
        assert caught.value.code == "source.locked"
        other.execute("ROLLBACK")
    assert len(read(source("sqlite", file, timeout=0.2), "person")) == 5


def test_columns_in_the_order_asked_for_and_many_of_them(tmp_path, source, read):
    names = [f"字段{n}" for n in range(200)]
    with closing(sqlite3.connect(tmp_path / "w.db")) as con:
        con.execute(f"CREATE TABLE wide ({', '.join(names)})")
        con.execute(f"INSERT INTO wide VALUES ({', '.join(map(str, range(200)))})")
        con.commit()
    assert read(source("sqlite", tmp_path / "w.db"), "wide") == [{name: str(n) for n, name in enumerate(names)}]
    assert list(read(source("sqlite", tmp_path / "w.db"), "wide", columns=("字段7", "字段3"))[0]) == ["字段7", "字段3"]
