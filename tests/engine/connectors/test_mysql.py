"""MySQL and MariaDB: types that drivers trip over, servers that fall silent, refusals."""

from __future__ import annotations

import socket
import time
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.protocol import ReadRequest, SourceColumn, SourceObject, Watermark
from huitong.engine.profiling import profile_object
from huitong.foundation.errors import HuitongError, Terminal, Transient

COLUMNS = {
    "flag": ("tinyint(1)", -5, -5),
    "small": ("tinyint unsigned", 200, 200),
    "huge": ("bigint unsigned", 2**64 - 1, 2**64 - 1),
    "fee": ("decimal(12,2)", "-12.30", Decimal("-12.30")),
    "fine": ("decimal(30,12)", "123456789012345678.123456789012", Decimal("123456789012345678.123456789012")),
    "long": ("decimal(60,2)", "1" * 58 + ".25", "1" * 58 + ".25"),
    "ratio": ("double", 0.1, 0.1),
    "zero": ("date", "0000-00-00", None),
    "month": ("date", "2020-05-00", None),
    "forever": ("date", "9999-12-31", date(9999, 12, 31)),
    "nought": ("datetime", "0000-00-00 00:00:00", None),
    "exact": ("datetime(6)", "9999-12-31 23:59:59.999999", datetime(9999, 12, 31, 23, 59, 59, 999999)),
    "early": ("datetime", "1000-01-01", datetime(1000, 1, 1)),
    "stamp": ("timestamp null", "2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
    "lasted": ("time", "-838:59:59", "-838:59:59"),
    "year": ("year", 2026, 2026),
    "bit": ("bit(1)", 1, 1),
    "bits": ("bit(64)", 2**63 + 1, 2**63 + 1),
    "code": ("char(5)", "ab", "ab"),
    "old": ("varchar(20) character set gbk", "汇通镕", "汇通镕"),
    "rare": ("varchar(20)", "𠮷田", "𠮷田"),
    "blank": ("varchar(20)", "", ""),
    "doc": ("json", '{"a": "中"}', '{"a": "中"}'),
    "kind": ("enum('甲','乙')", "乙", "乙"),
    "many": ("set('a','b')", "a,b", "a,b"),
    "photo": ("blob", b"\x00\xff", b"\x00\xff"),
    "fixed": ("binary(3)", b"\x01", b"\x01\x00\x00"),
    "列 `{名}": ("int", 1, 1),
}

pytestmark = pytest.mark.mariadb


@pytest.fixture
def types(mariadb):
    url, run = mariadb
    names = [f"`{name.replace('`', '``')}`" for name in COLUMNS]
    run(f"CREATE TABLE types ({', '.join(f'{n} {c[0]}' for n, c in zip(names, COLUMNS.values(), strict=True))})")
    run(f"INSERT INTO types VALUES ({', '.join(['%s'] * len(names))})", *(c[1] for c in COLUMNS.values()))
    run(f"INSERT INTO types ({names[-1]}) VALUES (NULL)")
    return url


@pytest.fixture
def numbers(mariadb):
    url, run = mariadb
    run("CREATE TABLE numbers (n int primary key, day date, text varchar(200))")
    run("INSERT INTO numbers SELECT seq, '2026-01-01' + INTERVAL seq DAY, repeat('长', 50) FROM seq_1_to_60000")
    run("CREATE VIEW few AS SELECT n FROM numbers WHERE n <= 3")
    return url


def test_every_type_reads_as_itself(types, source, read):
    row, nulls = read(source("mysql", types), "types")
    assert row == {name: expected for name, (_, _, expected) in COLUMNS.items()}
    assert set(nulls.values()) == {None}


def test_looking_around(numbers, source, read):
    connector, here = CONNECTORS["mysql"], source("mysql", numbers)
    assert {found.name for found in connector.objects(here)} == {"few", "numbers"}
    assert SourceObject("few", None) in connector.objects(here)
    assert connector.columns(here, "numbers")[2] == SourceColumn("text", "varchar(200)")
    assert connector.count(here, "numbers") == 60_000
    assert read(here, "few") == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_comments_and_the_declared_key_are_read(mariadb, source):
    url, run = mariadb
    run(
        "CREATE TABLE permit (b int, a varchar(20) COMMENT '居民身份证号', c text, PRIMARY KEY (a, b)) "
        "COMMENT '居住证签发表'"
    )
    run("CREATE VIEW shown AS SELECT a FROM permit")
    connector, here = CONNECTORS["mysql"], source("mysql", url)
    assert {one.name: one.comment for one in connector.objects(here)} == {"permit": "居住证签发表", "shown": ""}
    found = [(one.name, one.comment, one.key) for one in connector.columns(here, "permit")]
    assert found == [("b", "", 2), ("a", "居民身份证号", 1), ("c", "", 0)]
    profile = profile_object(here, "permit")
    assert (profile.comment, [column.key for column in profile.columns]) == ("居住证签发表", [2, 1, 0])


@pytest.mark.parametrize(
    ("watermark", "rows"),
    [
        (Watermark("n", 59_999), 3),
        (Watermark("day", date(2026, 1, 1)), 60_001),
        (Watermark("day", datetime(2190, 4, 10)), 3),
        (Watermark("n", Decimal("59999.5")), 2),
        (Watermark("text", "龘' \\' OR 1=1 --"), 1),
    ],
)
def test_watermarks_and_rows_without_one(watermark, rows, numbers, mariadb, source, read):
    mariadb[1]("INSERT INTO numbers VALUES (70000, NULL, NULL)")
    assert len(read(source("mysql", numbers), "numbers", columns=("n",), watermark=watermark)) == rows


def test_what_is_missing_is_said_with_what_exists(numbers, source, read):
    here = source("mysql", numbers)
    for name, more, code, told in [
        ("number", {}, "source.object_missing", "numbers"),
        ("numbers", {"columns": ("txt",)}, "source.column_missing", "text"),
    ]:
        with pytest.raises(Terminal) as caught:
            read(here, name, **more)
        assert caught.value.code == code
        assert told in caught.value.detail("en")
    with pytest.raises(Terminal) as caught:
        read(source("mysql", numbers + "_none"), "numbers")
    assert caught.value.code == "source.database_missing"


def test_a_wrong_password_is_refused_and_not_repeated(numbers, mariadb, source, read):
    user = f"u{time.time_ns() % 10**9}"
    mariadb[1](f"CREATE USER {user}@'%' IDENTIFIED BY 'right'")
    try:
        parts = urlsplit(numbers)
        for password, code in [("wr%40ng", "source.auth_failed"), ("right", "source.permission_denied")]:
            url = parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port or 3306}").geturl()
            with pytest.raises(Terminal) as caught:
                read(source("mysql", url), "numbers")
            assert caught.value.code == code
            assert "ng@" not in str(caught.value) and "wr%40ng" not in str(caught.value)
    finally:
        mariadb[1](f"DROP USER {user}@'%'")


def test_a_closed_port_is_unreachable(source, read):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Transient) as caught:
        read(source("mysql", f"mysql://root:geheim@127.0.0.1:{port}/x", timeout=2), "t")
    assert caught.value.code == "source.unreachable"
    assert "geheim" not in str(caught.value)


def test_a_server_that_never_answers_is_given_up(silent_port, source, read):
    began = time.monotonic()
    with pytest.raises(Transient) as caught:
        read(source("mysql", f"mysql://root@127.0.0.1:{silent_port}/x", timeout=1), "t")
    assert caught.value.code == "source.timeout"
    assert time.monotonic() - began < 10


def test_a_server_that_stalls_in_the_middle_is_given_up(numbers, stalling, source):
    parts = urlsplit(numbers)
    with stalling(parts.port or 3306, 3_000_000) as port:
        url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
        rows = 0
        began = time.monotonic()
        with (
            pytest.raises(Transient) as caught,
            CONNECTORS["mysql"].read(source("mysql", url, timeout=2), ReadRequest("numbers")) as reader,
        ):
            began = time.monotonic()
            for batch in reader:
                rows += batch.num_rows
    assert caught.value.code == "source.timeout"
    assert rows < 60_000
    assert time.monotonic() - began < 20


def test_a_connection_that_is_cut_is_no_end(numbers, mariadb, source):
    with (
        pytest.raises(HuitongError) as caught,
        CONNECTORS["mysql"].read(source("mysql", numbers), ReadRequest("numbers")) as reader,
    ):
        reader.read_next_batch()
        mine = mariadb[1]("SELECT connection_id()")[0][0]
        for other in mariadb[1]("SELECT id FROM information_schema.processlist WHERE db = database()"):
            if other[0] != mine:
                mariadb[1](f"KILL {other[0]}")
        for _ in reader:
            pass
        raise Terminal("source.empty", source="", object="")  # all rows were on their way already
    assert caught.value.code in ("source.interrupted", "source.empty")


def test_connections_are_released_on_every_way_out(numbers, mariadb, source):
    def connections() -> int:
        return int(mariadb[1]("SELECT count(*) FROM information_schema.processlist WHERE db = database()")[0][0])

    with CONNECTORS["mysql"].read(source("mysql", numbers), ReadRequest("numbers")) as reader:
        reader.read_next_batch()
    with (
        pytest.raises(ZeroDivisionError),
        CONNECTORS["mysql"].read(source("mysql", numbers), ReadRequest("numbers")) as reader,
    ):
        raise ZeroDivisionError
    deadline = time.monotonic() + 10
    while connections() > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert connections() == 1
