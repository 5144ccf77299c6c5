"""The glossary: the table that the code's names come from, with explanations in Chinese beside it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from huitong.apps.help.specs import Term

FILE = Path(__file__).parent / "glossary.md"
CHINESE = Path(__file__).parent / "glossary.zh.md"


def terms(language: str) -> tuple[Term, ...]:
    """Return the glossary in the order of its file, explained in ``zh`` or ``en``."""
    return _read(language, FILE.stat().st_mtime_ns, CHINESE.stat().st_mtime_ns)


def term(english: str, language: str) -> Term | None:
    """Return a term by its English name as the glossary has it."""
    return next((one for one in terms(language) if one.en == english), None)


@lru_cache(maxsize=8)
def _read(language: str, _changed: int, _explained: int) -> tuple[Term, ...]:
    explained = {zh: meaning for zh, meaning, _none in _rows(CHINESE)} if language == "zh" else {}
    return tuple(
        Term(anchor=anchor_of(en), zh=zh, en=en, meaning=explained.get(zh, meaning)) for zh, en, meaning in _rows(FILE)
    )


def _rows(file: Path) -> list[tuple[str, str, str]]:
    """The rows of the file's table, without its head; a missing third column is empty."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] + ["", ""] for line in lines[2:]]
    return [(one[0], one[1], one[2]) for one in cells]


def anchor_of(english: str) -> str:
    """Return the address of a term on its page: ``data element`` → ``data-element``."""
    return re.sub(r"[^a-z0-9]+", "-", english.lower()).strip("-")
