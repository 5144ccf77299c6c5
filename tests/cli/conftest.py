"""The commands within this process, which is fast; what needs a process of its own is in ``test_commands.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core import management
from pytest_django.fixtures import Settings

from huitong.apps.collection.services import close_stores
from huitong.apps.ledger.services import close_desk
from huitong.cli import main
from huitong.foundation.settings import load_settings


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything printed."""
        return self.out + self.err


Huitong = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty installation for commands in this process; its people plane is the test's database."""
    folder = tmp_path / "var"
    monkeypatch.setenv("HUITONG_HOME", str(folder))
    monkeypatch.setenv("HUITONG_LANGUAGE", "zh")
    monkeypatch.setenv("HUITONG_THREADS", "1")
    monkeypatch.setattr(management, "call_command", lambda *_, **__: None)  # the test's tables are there
    settings.HUITONG = load_settings(home=folder)
    yield folder
    close_desk()
    close_stores()


@pytest.fixture
def huitong(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Huitong:
    """Runs a command: ``huitong("collect", "T-1", language="en")``."""

    def run(*words: str, language: str = "zh") -> Answer:
        monkeypatch.setenv("HUITONG_LANGUAGE", language)
        monkeypatch.setattr(sys, "argv", ["huitong", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        printed = capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0 if code is None else 1, printed.out, printed.err)

    return run
