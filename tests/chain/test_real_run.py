"""Real company registrations through the whole chain, by the command that docs/real-run.md shows."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings

PACK = Path(__file__).parents[2] / "examples" / "enterprises"
PAGE = Path(__file__).parents[2] / "docs" / "real-run.md"
pytestmark = [pytest.mark.realdata, pytest.mark.timeout(900)]


def _huitong(*words: str) -> Any:
    command = [str(Path(sys.executable).with_name("huitong")), *words, "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Path:
    """An installation after two runs of the chain; the second must have nothing to do.

    A checkout with the data beside it, as the page says; the command has no more words than the page shows.
    """
    beside = tmp_path_factory.mktemp("real")
    pack = Path(shutil.copytree(PACK, beside / "checkout" / "examples" / "enterprises"))
    (beside / "shared").mkdir()
    (beside / "shared" / "data").symlink_to(data_folder)
    folder = beside / "var"
    first = _huitong("run", "--home", str(folder), "--pack", str(pack))
    assert (first["failed"], first["skipped"]) == (0, 0)
    second = _huitong("run", "--home", str(folder))
    assert (second["failed"], second["done"]) == (0, first["done"])
    (folder / "second").write_text(second["chain"])
    return folder


def _rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_lake(load_settings(home=home, environment={})) as lake, lake.reader() as con:
        return con.execute(sql).fetchall()


def _page_table() -> list[tuple[str, str]]:
    """The page's table of results: what is counted, and how many rows it says."""
    lines = [line.split("|")[1:3] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [(name.strip(" `"), rows.strip().replace(",", "")) for name, rows in lines][1:]


def test_every_line_of_the_page_is_true(home: Path) -> None:
    with open_lake(load_settings(home=home, environment={})) as lake:
        sizes = {f"{schema}.{name}": rows for (schema, name), rows in lake.row_counts().items()}
    two = "SELECT count(*) FROM base.legal_person_provenance WHERE ah_enterprise_run > 0 AND la_enterprise_run > 0"
    ((sizes["… of which with two sources"],),) = _rows(home, two)
    levels = ("province", "city", "area", "street", "village")
    divisions = " + ".join(str(sizes[f"std.division_{level}"]) for level in levels)
    page = _page_table()
    assert len(page) == 9
    assert page == [(name, divisions if name == "std.division_*" else str(sizes[name])) for name, _ in page]


def test_twelve_rows_are_in_quarantine_each_with_its_reason(home: Path) -> None:
    found = _rows(home, "SELECT _rules, count(*) FROM quarantine.ah_enterprise GROUP BY 1 ORDER BY 1")
    assert found == [(["uscc.checksum"], 11), (["uscc.registration_number"], 1)]
    assert _rows(home, "SELECT count(*) FROM quarantine.la_enterprise") == [(0,)]


def test_a_lower_case_letter_is_right_once_normalised(home: Path) -> None:
    assert _rows(home, "SELECT _key, uscc FROM std.ah_enterprise WHERE _key <> uscc") == [
        ("91340100MA2MxT5A3F", "91340100MA2MXT5A3F")
    ]


def test_the_golden_table_has_one_row_a_code_and_luan_shows_both_sources(home: Path) -> None:
    assert _rows(home, "SELECT count(*), count(DISTINCT uscc) FROM base.legal_person") == [(124_045, 124_045)]
    traced = "SELECT count(ah_enterprise_run), count(la_enterprise_run) FROM base.legal_person_provenance"
    assert _rows(home, traced) == [(124_045, 8_753)]


def test_the_second_run_changed_nothing(home: Path) -> None:
    chain = (home / "second").read_text()
    with closing(sqlite3.connect(home / "people.sqlite3")) as people:
        runs = people.execute("SELECT kind, state, counts FROM collection_run WHERE chain = ?", [chain]).fetchall()
    assert Counter(kind for kind, *_ in runs) == {"collect": 7, "check": 7, "fuse": 1, "publish": 1}
    for kind, state, counts in runs:
        changed = [json.loads(counts).get(name, 0) for name in ("inserted", "updated", "deleted")]
        assert (state, changed) == ("done", [0, 0, 0]), kind
    collected = _rows(home, "SELECT inserted, updated, deleted FROM meta.runs ORDER BY run_id")
    assert len(collected) == 14
    assert set(collected[7:]) == {(0, 0, 0)}
    checksums = "SELECT count(DISTINCT checksum) FROM meta.runs GROUP BY table_name"
    assert set(_rows(home, checksums)) == {(1,)}


def test_the_divisions_are_whole(home: Path) -> None:
    counts = {
        table["table"]: table["rows"]
        for table in _huitong("status", "--home", str(home))["tables"]
        if table["schema"] == "std"
    }
    assert {name: rows for name, rows in counts.items() if name.startswith("division")} == {
        "division_province": 31,
        "division_city": 342,
        "division_area": 2_978,
        "division_street": 41_352,
        "division_village": 52_746,
    }


def test_a_company_can_be_traced_from_the_command_line(home: Path) -> None:
    record = _huitong("trace", "legal_person", "91340100MA2MxT5A3F", "--purpose", "核对登记信息", "--home", str(home))
    name = next(value for value in record["values"] if value["name"] == "company_name")
    assert name["source_table"] == "ah_enterprise" and name["run"] == 6
    assert _huitong("ledger", "verify", "--home", str(home))["whole"] is True
