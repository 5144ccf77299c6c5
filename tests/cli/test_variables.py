"""What ``${NAME}`` in a source's location stands for: ``--set``, then the pack's default."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from tests.cli.conftest import Huitong
from tests.cli.tiny import ROWS, Bad, write_pack, write_table

from huitong.apps.collection.selectors import the_lake
from huitong.engine.declarations.load import load_pack


def test_a_packs_default_is_enough_and_set_comes_before_it(tmp_path: Path, huitong: Huitong) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_table(tmp_path / name / "good.db", ROWS)  # type: ignore[arg-type]
        write_table(tmp_path / name / "bad.db", [(name, "a")])
    pack = write_pack(tmp_path, Bad())
    manifest = '{name: tiny, title: 小, variables: {tiny: "${pack}/../first"}}'
    (pack / "pack.yaml").write_text(manifest, encoding="utf-8")

    def collected() -> list[tuple[str, ...]]:
        with the_lake().reader() as con:
            return con.execute("SELECT code FROM raw.tiny_bad").fetchall()

    assert json.loads(huitong("run", "--pack", str(pack), "--json").out)["failures"] == []
    assert collected() == [("first",)]
    assert huitong("run", "--pack", str(pack), "--set", f"tiny={tmp_path / 'second'}").code == 0
    assert collected() == [("second",)]
    for words in (("run",), ("run", "--pack", str(pack))):
        assert huitong(*words).code == 0
        assert collected() == [("second",)], "it stays what it was set to, also when the pack is applied again"
    assert huitong("run", "--pack", str(pack), "--set", f"tiny={tmp_path / 'first'}").code == 0
    assert collected() == [("first",)]


def test_a_default_follows_its_pack(tmp_path: Path, huitong: Huitong) -> None:
    """The folder of a pack moves, with a new Python for instance: nobody has said where its samples are."""
    for place, row in (("old", "a"), ("new", "b")):
        (tmp_path / place).mkdir()
        pack = write_pack(tmp_path / place, Bad())
        (pack / "pack.yaml").write_text('{name: tiny, title: 小, variables: {tiny: "${pack}"}}', encoding="utf-8")
        for name in ("good", "bad"):
            write_table(pack / f"{name}.db", [(row, row)])
        assert huitong("run", "--pack", str(pack)).code == 0
        with the_lake().reader() as con:
            assert con.execute("SELECT code FROM raw.tiny_bad").fetchall() == [(row,)]


def test_an_export_can_be_applied_elsewhere(tmp_path: Path, huitong: Huitong) -> None:
    """It names no folder of this machine: what ``${pack}`` was, is the export's own folder."""
    pack, copy = write_pack(tmp_path, Bad()), tmp_path / "copy"
    (pack / "pack.yaml").write_text('{name: tiny, title: 小, variables: {tiny: "${pack}"}}', encoding="utf-8")
    assert huitong("apply", str(pack), "--set", "tiny=/srv/real").code == 0
    assert huitong("export", str(copy)).code == 0
    assert yaml.safe_load((copy / "pack.yaml").read_text(encoding="utf-8"))["variables"] == {"tiny": "${pack}"}
    assert load_pack(copy).variables == {"tiny": str(copy)}
