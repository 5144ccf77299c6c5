"""Documents name every setting, command, rule kind and service kind."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import get_args

import pytest
import typer.main

from huitong.cli.main import app
from huitong.engine.declarations.load import KINDS
from huitong.engine.declarations.sharing import ServiceKind
from huitong.engine.declarations.sources import SourceKind
from huitong.engine.standards.rules import RULE_KINDS
from huitong.foundation.settings import PREFIX, Settings

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
PACKS = (DOCS / "packs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{PREFIX}{setting.upper()}`" in OPERATIONS


def test_every_command_is_documented() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"`huitong {name}`" not in OPERATIONS] == []


def test_every_command_that_ends_has_json() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    commands |= {"ledger verify": commands.pop("ledger").commands["verify"]}
    without = {name for name, one in commands.items() if not any("--json" in option.opts for option in one.params)}
    assert without == {"serve", "gateway", "worker"}
    assert "but for those that stay (`serve`, `gateway`, `worker`)" in OPERATIONS


@pytest.mark.parametrize("word", [*RULE_KINDS, *get_args(ServiceKind), *get_args(SourceKind), *KINDS])
def test_every_kind_is_documented(word: str) -> None:
    assert word in PACKS


def test_no_document_names_a_registry_or_a_machine() -> None:
    root = DOCS.parent
    words = ("pypi.org", "npmjs", "pythonhosted", str(root))
    texts = [*root.glob("*.md"), *DOCS.rglob("*.md"), *(root / "requirements").glob("*.lock")]
    assert [(file.name, word) for file in texts for word in words if word in file.read_text(encoding="utf-8")] == []
