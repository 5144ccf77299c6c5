"""The same table, put into every kind of source, reads back equal."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

NAMES = ("编号", "姓名", "出生日期", "金额", "更新时间", "备注")
Row = tuple[int, str, date | None, Decimal | None, datetime | None, str | None]


def table(rows: int = 300) -> list[Row]:
    """Make people with dates, decimals, Chinese text, empty texts and NULLs."""
    draw = random.Random(7)

    def sometimes(value: Any) -> Any:
        return None if draw.random() < 0.1 else value

    return [
        (
            number,
            "".join(draw.choices("张王李赵𠮷喆·ABC’\"',;", k=draw.randint(1, 6))),
            sometimes(date(1900, 1, 1) + timedelta(days=draw.randint(0, 60_000))),
            sometimes(Decimal(draw.randint(-(10**9), 10**9)).scaleb(-2)),
            sometimes(datetime(2000, 1, 1) + timedelta(seconds=draw.randint(0, 10**9))),
            draw.choice([None, "", " 空格 ", "两\n行", "身份证：34152219900101123X", "0012"]),
        )
        for number in range(1, rows + 1)
    ]


def as_written(row: dict[str, Any]) -> Row:
    """Return a row with the types of ``table``, whatever types its source has."""
    number, name, born, amount, updated, note = (row[name] for name in NAMES)
    return (
        int(number),
        str(name),
        None if born is None else date.fromisoformat(str(born)),
        None if amount is None else Decimal(str(amount)),
        None if updated is None else datetime.fromisoformat(str(updated)),
        note,
    )


def check(rows: list[dict[str, Any]], expected: list[Row]) -> None:
    assert sorted(map(as_written, rows), key=lambda row: row[0]) == expected


DECLARED = (
    '("编号" INTEGER PRIMARY KEY, "姓名" {text}, "出生日期" DATE, "金额" DECIMAL(12,2), '
    '"更新时间" {time}, "备注" {text})'
)


def test_sqlite(tmp_path, source, read):
    with closing(sqlite3.connect(tmp_path / "t.db")) as con:
        con.execute("CREATE TABLE person " + DECLARED.format(text="TEXT", time="DATETIME"))
        rows = [tuple(str(v) if isinstance(v, date | Decimal) else v for v in row) for row in table()]
        con.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)", rows)
        con.commit()
    check(read(source("sqlite", tmp_path / "t.db"), "person"), table())


@pytest.mark.mariadb
def test_mariadb(mariadb, source, read):
    url, run = mariadb
    run("CREATE TABLE person " + DECLARED.format(text="VARCHAR(99)", time="DATETIME").replace('"', "`"))
    place = f"({', '.join(['%s'] * 6)})"
    rows = table()
    run(f"INSERT INTO person VALUES {', '.join([place] * len(rows))}", *(value for row in rows for value in row))
    check(read(source("mysql", url), "person"), rows)


@pytest.mark.postgresql
def test_postgresql(postgresql, source, read):
    url, schema, run = postgresql
    run("CREATE TABLE person " + DECLARED.format(text="TEXT", time="TIMESTAMP"))
    place = f"({', '.join(['%s'] * 6)})"
    rows = table()
    run(f"INSERT INTO person VALUES {', '.join([place] * len(rows))}", [value for row in rows for value in row])
    check(read(source("postgresql", url), f"{schema}.person"), rows)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_csv(encoding, tmp_path, source, read):
    def written(value: Any) -> str:
        return "" if value is None else '"' + str(value).replace('"', '""') + '"'

    lines = [",".join(NAMES), *(",".join(map(written, row)) for row in table())]
    (tmp_path / "t.csv").write_bytes("\n".join(lines).encode(encoding))
    check(read(source("csv", tmp_path), "t.csv"), table())


def test_spreadsheet_which_has_no_empty_texts(tmp_path, source, read):
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    rows = [(*row[:-1], row[-1] or None) for row in table()]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    check(read(source("xlsx", tmp_path), "t.xlsx"), rows)
