"""A pack of two items, one of which goes wrong in every way that sources can."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml

ROWS = [("1", "甲"), ("2", "乙")]


@dataclass(frozen=True)
class Bad:
    """Where the second item's rows are said to come from."""

    kind: str = "sqlite"
    location: str = "${tiny}/bad.db"
    object: str = "t"
    columns: tuple[str, ...] = ("code", "name")
    key: tuple[str, ...] = ("code",)
    timeout: float = 30.0


def write_pack(folder: Path, bad: Bad) -> Path:
    """Write the pack; return its folder."""
    pack = folder / "pack"
    pack.mkdir(exist_ok=True)
    names = dict.fromkeys(("code", "name", *bad.columns))
    elements = [{"code": f"T{n}", "name": name, "title": name, "title_en": name} for n, name in enumerate(names)]
    contents = {
        "pack": {"name": "tiny", "title": "小包", "title_en": "Tiny"},
        "organisations": [
            {"code": "town", "title": "小镇", "title_en": "Town", "kind": "government"},
            {"code": "data", "title": "数据局", "title_en": "Bureau", "kind": "bureau", "superior": "town"},
        ],
        "elements": elements,
        "sources": [
            {"code": "good", "title": "好", "organisation": "data", "kind": "sqlite", "location": "${tiny}/good.db"},
            {
                "code": "bad",
                "title": "坏",
                "organisation": "data",
                "kind": bad.kind,
                "location": bad.location,
                "timeout": bad.timeout,
            },
        ],
        "items": [
            _item("T-1", "tiny_good", ("code", "name"), {"source": "good", "object": "t", "key": ["code"]}),
            _item("T-2", "tiny_bad", bad.columns, {"source": "bad", "object": bad.object, "key": list(bad.key)}),
        ],
    }
    for name, content in contents.items():
        (pack / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return pack


def _item(code: str, table: str, columns: tuple[str, ...], link: dict[str, object]) -> dict[str, object]:
    fields = [{"column": name, "element": name} for name in columns]
    named = {"code": code, "title": code, "title_en": code, "provider": "data"}
    return {**named, "table": table, "fields": fields, "link": link}


def write_table(file: Path, rows: list[tuple[object, ...]], *, columns: str = "code TEXT, name TEXT") -> None:
    """Make a database with the table ``t``."""
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as con, con:
        con.execute(f"CREATE TABLE t ({columns})")
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns.split(',')))})", rows)
