"""Real company registrations through the whole chain, by the command that docs/real-run.md shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from huitong.engine.lake import open_lake
from huitong.foundation.settings import load_settings

PACK = Path(__file__).parents[2] / "examples" / "enterprises"
pytestmark = [pytest.mark.realdata, pytest.mark.timeout(300)]


def _huitong(*words: str) -> Any:
    command = [str(Path(sys.executable).with_name("huitong")), *words, "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Path:
    """An installation after two runs of the chain; the second must have nothing to do."""
    folder = tmp_path_factory.mktemp("real") / "var"
    first = _huitong("run", "--home", str(folder), "--pack", str(PACK), "--set", f"data={data_folder}")
    assert (first["failed"], first["skipped"]) == (0, 0)
    assert _huitong("run", "--home", str(folder))["failed"] == 0
    return folder


def _rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_lake(load_settings(home=home, environment={})) as lake, lake.reader() as con:
        return con.execute(sql).fetchall()


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
    runs = _rows(home, "SELECT inserted, updated, deleted FROM meta.runs ORDER BY run_id")
    assert len(runs) == 14
    assert set(runs[7:]) == {(0, 0, 0)}
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
