"""PostgreSQL: types that drivers trip over, servers that fall silent, refusals."""

from __future__ import annotations

import socket
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import duckdb
import pytest

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors import postgresql as connecting
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject, Watermark
from huitong.engine.profiling import profile_object
from huitong.foundation.errors import Terminal, Transient

COLUMNS = {
    "fee": ("numeric(12,2)", "-12.30", Decimal("-12.30")),
    "nothing": ("numeric(12,2)", "NaN", None),
    "free": ("numeric", "1e40", "1" + "0" * 40),
    "long": ("numeric(50,3)", "1.5", "1.500"),
    "cents": ("cents", "7.125", Decimal("7.125")),
    "huge": ("bigint", 2**63 - 1, 2**63 - 1),
    "single": ("real", 0.5, 0.5),
    "flag": ("boolean", True, True),
    "born": ("date", "1990-01-02", date(1990, 1, 2)),
    "seen": ("timestamp", "2026-01-02 03:04:05.6", datetime(2026, 1, 2, 3, 4, 5, 600_000)),
    "moment": ("timestamptz", "2026-01-02 08:00+08", datetime(2026, 1, 2, tzinfo=UTC)),
    "clock": ("time", "24:00", "24:00:00"),
    "lasted": ("interval", "1 day 2 hours", "1 day 02:00:00"),
    "code": ("char(5)", "ab", "ab"),
    "name": ("varchar(9)", "𠮷田'", "𠮷田'"),
    "blank": ("text", "", ""),
    "kind": ("kind", "乙", "乙"),
    "tags": ("text[]", '{a,NULL,"b c"}', '["a",null,"b c"]'),
    "grid": ("int[][]", "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
    "doc": ("jsonb", '{"a":"中"}', '{"a": "中"}'),
    "id": ("uuid", "123e4567-e89b-12d3-a456-426655440000", "123e4567-e89b-12d3-a456-426655440000"),
    "photo": ("bytea", b"\x00\xff", b"\x00\xff"),
    "place": ("inet", "10.0.0.1", "10.0.0.1/32"),
    "span": ("int4range", "[1,5)", "[1,5)"),
    "列 {名}": ("int", 1, 1),
}

pytestmark = pytest.mark.postgresql


@pytest.fixture
def types(postgresql):
    url, schema, run = postgresql
    run("CREATE TYPE kind AS ENUM ('甲', '乙')")
    run("CREATE DOMAIN cents AS numeric(8,3)")
    declared = ", ".join(f'"{name}" {column[0]}' for name, column in COLUMNS.items())
    run(f"CREATE TABLE types ({declared})")
    run(f"INSERT INTO types VALUES ({', '.join(['%s'] * len(COLUMNS))})", [column[1] for column in COLUMNS.values()])
    run("INSERT INTO types (fee) VALUES (NULL)")
    return url, f"{schema}.types"


@pytest.fixture
def numbers(postgresql):
    url, schema, run = postgresql
    run("CREATE TABLE numbers AS SELECT g AS n, date '2026-01-01' + g AS day, repeat('长', 50) AS text "
        "FROM generate_series(1, 60000) g")  # fmt: skip
    run("CREATE VIEW few AS SELECT n FROM numbers WHERE n <= 3")
    run("ANALYZE numbers")
    return url, schema


def test_every_type_reads_as_itself(types, source, read):
    row, nulls = read(source("postgresql", types[0]), types[1])
    assert row == {name: expected for name, (_, _, expected) in COLUMNS.items()}
    assert set(nulls.values()) == {None}


def test_infinite_times_stay_infinite(postgresql, source):
    url, schema, run = postgresql
    run("CREATE TABLE t (d date, t timestamp)")
    run("INSERT INTO t VALUES ('infinity', '-infinity')")
    with (
        CONNECTORS["postgresql"].read(source("postgresql", url), ReadRequest(f"{schema}.t")) as stream,
        duckdb.connect() as con,
    ):
        con.register("_stream", stream)
        assert con.execute("SELECT d::VARCHAR, t::VARCHAR FROM _stream").fetchall() == [("infinity", "-infinity")]


def test_comments_and_the_declared_key_are_read(postgresql, source):
    url, schema, run = postgresql
    run("CREATE TABLE permit (b int, a varchar(20), gone int, c text, PRIMARY KEY (a, b) INCLUDE (c))")
    run("ALTER TABLE permit DROP COLUMN gone")
    run("COMMENT ON TABLE permit IS '居住证签发表'")
    run("COMMENT ON COLUMN permit.a IS '居民身份证号'")
    connector, here = CONNECTORS["postgresql"], source("postgresql", url)
    assert {one.name: one.comment for one in connector.objects(here)}[f"{schema}.permit"] == "居住证签发表"
    found = [(one.name, one.comment, one.key) for one in connector.columns(here, f"{schema}.permit")]
    assert found == [("b", "", 2), ("a", "居民身份证号", 1), ("c", "", 0)]
    profile = profile_object(here, f"{schema}.permit")
    assert (profile.comment, [column.key for column in profile.columns]) == ("居住证签发表", [2, 1, 0])


def test_a_column_renamed_while_it_is_described_has_no_words(postgresql, source, monkeypatch):
    url, schema, run = postgresql
    run("CREATE TABLE moving (a int PRIMARY KEY, b text)")
    columns = connecting._columns

    def renamed_after(*given):
        found = columns(*given)
        run("ALTER TABLE moving RENAME COLUMN b TO c")
        return found

    monkeypatch.setattr(connecting, "_columns", renamed_after)
    found = CONNECTORS["postgresql"].columns(source("postgresql", url), f"{schema}.moving")
    assert [(one.name, one.key) for one in found] == [("a", 1), ("b", 0)]


def test_looking_around(numbers, source, read):
    url, schema = numbers
    connector, here = CONNECTORS["postgresql"], source("postgresql", url)
    assert SourceObject(f"{schema}.numbers", 60_000) in connector.objects(here)
    assert SourceObject(f"{schema}.few", None) in connector.objects(here)
    assert connector.columns(here, f"{schema}.numbers")[1] == SourceColumn("day", "date")
    assert connector.count(here, f"{schema}.numbers") == 60_000
    assert read(here, f"{schema}.few") == [{"n": 1}, {"n": 2}, {"n": 3}]
    within = source("postgresql", f"{url}?options=-csearch_path%3D{schema}")
    assert read(within, "few") == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize(
    ("watermark", "rows"),
    [
        (Watermark("n", 59_999), 3),
        (Watermark("day", datetime(2190, 4, 10)), 3),
        (Watermark("n", Decimal("59999.5")), 2),
        (Watermark("text", "龘' OR 1=1 --"), 1),
    ],
)
def test_watermarks_and_rows_without_one(watermark, rows, numbers, postgresql, source, read):
    url, schema = numbers
    postgresql[2]("INSERT INTO numbers VALUES (70000, NULL, NULL)")
    found = read(source("postgresql", url), f"{schema}.numbers", columns=("n",), watermark=watermark)
    assert len(found) == rows


def test_what_is_missing_is_said_with_what_exists(numbers, source, read):
    url, schema = numbers
    here = source("postgresql", url)
    for name, more, code, told in [
        (f"{schema}.number", {}, "source.object_missing", f"{schema}.numbers"),
        (f"{schema}.numbers", {"columns": ("txt",)}, "source.column_missing", "text"),
    ]:
        with pytest.raises(Terminal) as caught:
            read(here, name, **more)
        assert caught.value.code == code
        assert told in caught.value.detail("en")
    with pytest.raises(Terminal) as caught:
        read(source("postgresql", url + "_none"), "numbers")
    assert caught.value.code == "source.database_missing"


def test_an_unknown_user_is_refused_and_the_password_not_repeated(postgresql_url, source, read):
    parts = urlsplit(postgresql_url)
    url = parts._replace(netloc=f"nobody_here:wr%40ng@{parts.hostname}:{parts.port or 5432}").geturl()
    with pytest.raises(Terminal) as caught:
        read(source("postgresql", url), "t")
    assert caught.value.code == "source.auth_failed"
    assert "wr@ng" not in str(caught.value) and "wr%40ng" not in str(caught.value)


def test_a_table_that_may_not_be_read(numbers, postgresql, source, read):
    url, schema = numbers
    role = f"r{schema}"
    postgresql[2](f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    try:
        postgresql[2](f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        parts = urlsplit(url)
        theirs = parts._replace(netloc=f"{role}:x@{parts.hostname}:{parts.port or 5432}").geturl()
        with pytest.raises(Terminal) as caught:
            read(source("postgresql", theirs), f"{schema}.numbers")
        assert caught.value.code == "source.permission_denied"
    finally:
        postgresql[2](f"DROP OWNED BY {role}")
        postgresql[2](f"DROP ROLE {role}")


def test_a_closed_port_is_unreachable(source, read):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Transient) as caught:
        read(source("postgresql", f"postgresql://root:geheim@127.0.0.1:{port}/x", timeout=2), "t")
    assert caught.value.code == "source.unreachable"
    assert "geheim" not in str(caught.value)


def test_a_server_that_never_answers_is_given_up(silent_port, source, read):
    began = time.monotonic()
    with pytest.raises(Transient) as caught:
        read(source("postgresql", f"postgresql://root@127.0.0.1:{silent_port}/x", timeout=1), "t")
    assert caught.value.code == "source.timeout"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("size", [600, 3_000_000])
def test_a_server_that_stalls_is_given_up(size, numbers, stalling, source):
    url, schema = numbers
    parts = urlsplit(url)
    with stalling(parts.port or 5432, size) as port:
        stalled = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
        rows = 0
        with (
            pytest.raises(Transient) as caught,
            CONNECTORS["postgresql"].read(
                source("postgresql", stalled, timeout=2), ReadRequest(f"{schema}.numbers")
            ) as reader,
        ):
            for batch in reader:
                rows += batch.num_rows
    assert caught.value.code == "source.timeout"
    assert rows < 60_000


def test_connections_are_released_on_every_way_out(numbers, postgresql, source):
    url, schema = numbers
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'huitong' AND query LIKE %s"

    def connections() -> int:
        return int(postgresql[2](query, [f"%{schema}%"]).fetchone()[0])

    with CONNECTORS["postgresql"].read(source("postgresql", url), ReadRequest(f"{schema}.numbers")) as reader:
        reader.read_next_batch()
    with (
        pytest.raises(ZeroDivisionError),
        CONNECTORS["postgresql"].read(source("postgresql", url), ReadRequest(f"{schema}.numbers")) as reader,
    ):
        raise ZeroDivisionError
    deadline = time.monotonic() + 10
    while connections() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert connections() == 0
