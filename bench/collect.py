"""MariaDB to raw, against dlt's connectorx backend in the same run: ``python -m bench.collect [rows] [--times 3]``.

Needs HUITONG_TEST_MARIADB, a server on which a database of its own may be made.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pymysql

from bench.measure import Figure, median_seconds, number_wanted, peak_gigabytes, show, times_wanted
from huitong.engine.collect import collect_item
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.declarations.sources import Link, Source
from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings

DATABASE = "huitong_bench_collect"
COLUMNS = ("sfzh", "xm", "xb", "csrq", "dz", "dh", "gxsj")
TABLE = """
CREATE TABLE person (sfzh CHAR(18) PRIMARY KEY, xm VARCHAR(40), xb CHAR(1), csrq DATE, dz VARCHAR(120), dh VARCHAR(20),
gxsj DATETIME NOT NULL, KEY (gxsj)) CHARACTER SET utf8mb4
"""
ROWS = """
INSERT INTO person SELECT 340000000000000000 + seq, concat('姓名', seq % 90001), seq % 2 + 1,
DATE '1950-01-01' + INTERVAL seq % 25000 DAY, concat('皋城市某某路', seq % 3000, '号'), concat('13', 100000000 + seq),
TIMESTAMP '2026-01-01 00:00:00' + INTERVAL seq SECOND FROM seq_1_to_{rows}
"""
ITEM = CatalogItem(
    code="B-01",
    title="人口",
    title_en="People",
    provider="police",
    table="person",
    fields=tuple(ItemField(column=name, element=name) for name in COLUMNS),
    link=Link(source="b", object="person", key=("sfzh",), mode="incremental", watermark="gxsj"),
)


@contextmanager
def database(url: str, rows: int) -> Iterator[str]:
    """Make a database with one table of ``rows`` people; give its URL; drop it in the end."""
    parts = urlsplit(url)
    server = pymysql.connect(
        host=parts.hostname or "127.0.0.1", port=parts.port or 3306, user=parts.username, password=parts.password or ""
    )
    with server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        cursor.execute(f"USE {DATABASE}")
        cursor.execute(TABLE)
        cursor.execute(ROWS.format(rows=rows))
        server.commit()
        try:
            yield parts._replace(path=f"/{DATABASE}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE {DATABASE}")


def with_dlt(url: str, folder: Path) -> None:
    """Run dlt's whole pipeline to Parquet files with its fastest backend."""
    os.environ.update({"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"})
    import dlt
    from dlt.sources.sql_database import sql_table

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / f"dlt-{time.monotonic_ns()}"),
        destination=dlt.destinations.filesystem(str(folder / "files")),
        dataset_name=f"d{time.monotonic_ns()}",
    )
    table = sql_table(
        url.replace("mysql://", "mysql+pymysql://"),
        "person",
        backend="connectorx",
        reflection_level="minimal",
        backend_kwargs={"conn": url, "protocol": "binary"},
    )
    pipeline.run(table, loader_file_format="parquet")


def main() -> None:
    """Measure a first collection, one that finds nothing new, one after 0.2 % changed, and dlt."""
    rows, times = number_wanted(5_000_000), times_wanted()
    with tempfile.TemporaryDirectory() as name, database(os.environ["HUITONG_TEST_MARIADB"], rows) as url:
        folder = Path(name)
        source = Source(code="b", title="", organisation="police", kind="mysql", location=url)
        with open_lake(load_settings(home=folder / "var", environment={})) as lake:
            full = median_seconds(lambda: collect_item(lake, ITEM, source, {}, mode="remake"), times=times)
            idle = median_seconds(lambda: collect_item(lake, ITEM, source, {}), times=times)
        memory = peak_gigabytes(children=1)  # the connector reads in a process of its own
        peer = median_seconds(lambda: with_dlt(url, folder), times=times)
    show(
        [
            Figure(
                f"MariaDB to raw, {rows / 1e6:.1f} M rows of 7 columns",
                f"{rows / full / 1e6:.2f} M rows/s",
                ">= 1.0 M rows/s",
                f"dlt connectorx to Parquet: {rows / peer / 1e6:.2f} M rows/s (ratio {peer / full:.2f})",
            ),
            Figure("MariaDB to raw, incremental, nothing new", f"{idle:.2f} s", "", f"full: {full:.1f} s"),
            Figure("collect: peak memory, with the process that reads", f"{memory:.2f} GB", "< 4 GB"),
        ]
    )


if __name__ == "__main__":
    main()
