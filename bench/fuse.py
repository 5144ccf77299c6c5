"""Fuse a population library of 5 M people out of four std tables: ``python -m bench.fuse [people] [--times 3]``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.measure import Figure, median_seconds, number_wanted, peak_gigabytes, show, times_wanted
from huitong.engine.declarations.libraries import Attribute, AttributeInput, Library, LibrarySource
from huitong.engine.fuse import fuse_library
from huitong.engine.lake import Lake, open_lake
from huitong.foundation.settings import load_settings

SHARES = {"police": 100, "medical": 90, "social": 60, "fund": 30}
"""Source table → percent of the people it knows."""


def library() -> Library:
    """Six attributes with up to four sources each, by authority and latest."""

    def attribute(name: str, policy: str, *tables: str) -> Attribute:
        sources = tuple(AttributeInput(table=table, field=name) for table in tables)
        return Attribute(name=name, element=name, policy=policy, sources=sources)  # type: ignore[arg-type]

    return Library(
        code="population",
        title="人口",
        title_en="Population",
        table="population",
        key="id_number",
        key_element="id_number",
        sources=tuple(LibrarySource(table=one, key="id_number", updated="updated") for one in SHARES),
        attributes=(
            attribute("name", "authority", "police", "medical", "social", "fund"),
            attribute("sex", "authority", "police", "medical"),
            attribute("born", "authority", "police"),
            attribute("address", "latest", "police", "medical", "social"),
            attribute("phone", "latest", "medical", "social", "fund", "police"),
            attribute("employer", "latest", "social", "fund"),
        ),
    )


def fill(lake: Lake, people: int) -> int:
    """Make the std tables; return their rows. For 2 % of the people a department has another name, phone, address."""
    rows = 0
    for number, (name, share) in enumerate(SHARES.items()):
        with lake.transaction() as con:
            con.execute(
                f"CREATE TABLE std.{name} AS SELECT CAST(340000000000000000 + i AS VARCHAR) AS _key, "
                f"CAST(1 AS BIGINT) AS _run, CAST(340000000000000000 + i AS VARCHAR) AS id_number, "
                f"'姓名' || (i % 90001 + CASE WHEN i % 50 = {number} THEN 1 ELSE 0 END) AS name, "
                f"CAST(i % 2 + 1 AS VARCHAR) AS sex, DATE '1950-01-01' + CAST(i % 25000 AS INTEGER) AS born, "
                f"'皋城市某某路' || (i % 3000 + CASE WHEN i % 51 = {number} THEN 1 ELSE 0 END) || '号' AS address, "
                f"'13' || (100000000 + (i * 7919 + CASE WHEN i % 52 = {number} THEN 1 ELSE 0 END) % 899999999) "
                f"AS phone, "
                f"'单位' || (i % 40000) AS employer, "
                f"TIMESTAMP '2026-01-01' + INTERVAL (i * {number + 3} % 30000000) SECOND AS updated "
                f"FROM range({people}) t(i) WHERE i % 100 < {share}"
            )
            rows += people * share // 100
    return rows


def main() -> None:
    """Measure a full fusing and one after 0.2 % of the rows changed."""
    people = number_wanted(5_000_000)
    with tempfile.TemporaryDirectory() as folder, open_lake(load_settings(home=Path(folder), environment={})) as lake:
        rows = fill(lake, people)
        spec = library()

        def full() -> None:
            with lake.transaction() as con:
                for suffix in ("", "_provenance", "_conflict"):
                    con.execute(f"DROP TABLE IF EXISTS base.population{suffix}")
            fuse_library(lake, spec, rebuild=True)

        seconds = median_seconds(full, times=times_wanted())
        with lake.transaction() as con:
            con.execute(
                "UPDATE std.medical SET phone = phone || '0', updated = updated + INTERVAL 90 DAY "
                "WHERE hash(_key) % 500 = 0"
            )
        start = time.perf_counter()
        step = fuse_library(lake, spec)
        increment = time.perf_counter() - start
    show(
        [
            Figure(
                f"fuse {rows / 1e6:.1f} M source rows into {people / 1e6:.1f} M people",
                f"{rows / seconds / 1e6:.2f} M rows/s",
                ">= 2 M rows/s",
            ),
            Figure(
                f"fuse after {step.recomputed:,} people changed", f"{increment:.2f} s", "", f"full: {seconds:.1f} s"
            ),
            Figure("fuse: peak memory", f"{peak_gigabytes():.2f} GB", "< 4 GB"),
        ]
    )


if __name__ == "__main__":
    main()
