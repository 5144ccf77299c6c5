"""Real files that break readers: each is read, or refused with an error of ours; never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from huitong.engine.connectors import CONNECTORS
from huitong.engine.connectors.grids import text_batches
from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.connectors.sheet_grid import opened_grid
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError

pytestmark = pytest.mark.realdata


def folder_source(kind, folder: Path) -> Source:
    return Source(code="s1", title="", organisation="", kind=kind, location=str(folder))


def outcomes(kind, folder: Path, names) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name in names:
        try:
            with CONNECTORS[kind].read(folder_source(kind, folder), ReadRequest(name)) as reader:
                found[name] = reader.read_all().num_rows
        except HuitongError as error:
            assert "{" not in error.detail("zh") + error.hint("en")
            found[name] = error.code
    return found


def rows_here(path: Path, sheet: str) -> int | str:
    """Read a sheet in this process: a process each, for a hundred sheets, would take a minute."""
    try:
        grid = opened_grid("s1", f"{path.name}#{sheet}", path, sheet)
        return sum(batch.num_rows for batch in text_batches(grid.names, grid.rows()))
    except HuitongError as error:
        return error.code


def test_every_sheet_is_read_or_refused(data_folder):
    found: dict[str, int | str] = {}
    for folder in (data_folder / "spreadsheets").rglob("*"):
        if folder.is_dir():
            for each in CONNECTORS["xlsx"].objects(folder_source("xlsx", folder)):
                file, _, sheet = each.name.partition("#")
                found[each.name] = rows_here(folder / file, sheet) if sheet else "closed"
    assert len(found) > 60
    assert sum(isinstance(outcome, int) for outcome in found.values()) > 40
    assert {outcome for outcome in found.values() if isinstance(outcome, str)} == {
        "source.empty", "source.no_header", "closed"
    }  # fmt: skip
    assert found["ne_1033_data.xlsx#NE data"] == 1_036
    assert found["test_skip_lines.xls#test.csv"] == 3
    assert found["err_cell_empty.xlsx#TDSheet"] == 1_829


@pytest.mark.slow
def test_every_workbook_is_read_or_refused(data_folder):
    found: dict[str, int | str] = {}
    for path in (data_folder / "spreadsheets").rglob("*.xls*"):
        found |= outcomes("xlsx", path.parent, [path.name])
    assert len(found) > 30
    assert {outcome for outcome in found.values() if isinstance(outcome, str)} == {"source.empty", "source.bad_format"}


def test_every_csv_is_read_or_refused(data_folder):
    found: dict[str, int | str] = {}
    for path in (data_folder / "spreadsheets").rglob("*"):
        if path.is_file():  # whatever it is
            found |= outcomes("csv", path.parent, [path.name])
    assert found["test_cr.csv"] == found["test_crlf.csv"] == found["test_csv_sniff.csv"] == 3
    assert found["test_utf16_big.csv"] == found["test_utf16_little.csv"] == 2
    assert found["empty.csv"] == "source.empty"
    assert found["test_latin1.csv"] == "source.encoding_unknown"
    assert found["exonerations-20150828.csv"] == 1_651


def test_the_gbk_file_reads_right(data_folder):
    name = "gbk_chinese_header_water_moment.csv"
    with CONNECTORS["csv"].read(folder_source("csv", data_folder / "spreadsheets"), ReadRequest(name)) as reader:
        table = reader.read_all()
    assert table.column_names[:3] == ["类别", "序号", "R通道一阶矩"]
    assert table.num_rows == 203
    assert table.slice(0, 1).to_pylist()[0]["R通道一阶矩"] == "0.582822907"


def test_company_registrations(data_folder):
    name = "anhui_enterprises_1978_2019.csv.gz"
    source = folder_source("csv", data_folder / "enterprises")
    with CONNECTORS["csv"].read(source, ReadRequest(name, columns=("统一社会信用代码",))) as reader:
        assert sum(batch.num_rows for batch in reader) == 124_057
