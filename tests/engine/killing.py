"""A process that collects or publishes and dies at a named point: ``python -m tests.engine.killing WHAT POINT …``."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from huitong.engine import collect, publish
from huitong.engine.collect import collect_item
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.declarations.sources import Link, Source
from huitong.engine.key_order import KeyOrder
from huitong.engine.lake import Lake, open_lake
from huitong.engine.lake.lake import Lake as LakeClass
from huitong.engine.plans.publish import Publication
from huitong.engine.serving import sqlite as sqlite_serving
from huitong.engine.serving.opening import open_serving
from huitong.engine.serving.sqlite_writing import SqliteDelta
from huitong.foundation.settings import Settings, load_settings

Mode = Literal["auto", "full", "remake"]
PERSON = Publication("raw", "person", "_key", ("sfzh", "xm", "gxsj"), ("sfzh",))


def installation(home: Path, catalog: str) -> Settings:
    """Settings with an embedded catalog, or the one given."""
    here = load_settings(home=home, environment={"HUITONG_THREADS": "1"})
    return replace(here, lake_catalog=catalog) if catalog else here


def item(table: str = "person") -> CatalogItem:
    """People by key and watermark."""
    return CatalogItem(
        code="GA-01",
        title="人口",
        title_en="People",
        provider="police",
        table=table,
        fields=tuple(ItemField(column=name, element="x", name=name) for name in ("sfzh", "xm", "gxsj")),
        link=Link(source="police", object="person", mode="incremental", key=("sfzh",), watermark="gxsj"),
    )


def collected(lake: Lake, database: Path, *, table: str = "person", mode: Mode = "auto") -> None:
    """Collect the people of a database."""
    source = Source(code="police", title="公安", organisation="police", kind="sqlite", location=str(database))
    collect_item(lake, item(table), source, {}, mode=mode)


def write_people(database: Path, rows: list[tuple[str, str, str]]) -> None:
    """Replace what the source has."""
    with closing(sqlite3.connect(database)) as con, con:
        con.execute("DROP TABLE IF EXISTS person")
        con.execute("CREATE TABLE person (sfzh TEXT, xm TEXT, gxsj TEXT)")
        con.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)


def die(*_: object, **__: object) -> None:
    """End without any warning."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Die once ``function`` has done its work."""

    def wrapped(*args: Any, **more: Any) -> None:
        function(*args, **more)
        die()

    return wrapped


def _half_a_stream(order: KeyOrder, stream: pa.RecordBatchReader) -> pa.RecordBatchReader:
    def batches() -> Iterator[pa.RecordBatch]:
        for batch in stream:
            yield batch.slice(0, batch.num_rows // 2)
            die()

    return pa.RecordBatchReader.from_batches(stream.schema, batches())


def _arm_collect(point: str) -> None:
    if point == "in the stream":
        KeyOrder.watched = _half_a_stream  # type: ignore[method-assign]
    elif point == "staged":
        collect._stage = after(collect._stage)
    elif point == "keys read":
        collect._keys_to_reconcile = after(collect._keys_to_reconcile)
    elif point == "rows written":
        collect.adopt_file, collect.replace_rows = after(collect.adopt_file), after(collect.replace_rows)
    elif point == "rows deleted":
        collect.plans.delete_others_sql = lambda *_: f"SELECT {die()}"
    elif point == "in the ledger":
        collect._record = after(collect._record)
    elif point == "committed":
        LakeClass.snapshot = die  # type: ignore[method-assign, assignment]
    else:
        raise SystemExit(f"no such point: {point}")


def _arm_publish(point: str) -> None:
    if point == "draft filled":
        sqlite_serving.publish_file = die  # type: ignore[assignment]
    elif point == "file indexed":
        sqlite_serving.publish_file = after(sqlite_serving.publish_file)
    elif point == "rows deleted":
        SqliteDelta.delete = after(SqliteDelta.delete)  # type: ignore[method-assign]
    elif point == "rows inserted":
        SqliteDelta.insert = after(SqliteDelta.insert)  # type: ignore[method-assign]
    elif point == "store moved":
        publish.keep_place = die  # type: ignore[assignment]
    else:
        raise SystemExit(f"no such point: {point}")


def main(what: str, point: str, home: str, catalog: str, database: str, table: str, mode: Mode) -> None:
    """Open the lake, then die at the point."""
    here = installation(Path(home), catalog)
    with open_lake(here) as lake:
        if what == "collect":
            _arm_collect(point)
            collected(lake, Path(database), table=table, mode=mode)
        else:
            _arm_publish(point)
            publish.publish_table(lake, open_serving(here.serving_url), PERSON, rebuild=mode == "full")
    raise SystemExit(f"lived through {point}")


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
