"""Every error that the code raises is declared in both languages, and every declared one is raised."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import huitong
from huitong.foundation.errors import LANGUAGES, error_texts

SOURCE = Path(huitong.__file__).parent
RAISED = {"Terminal", "Transient", "HuitongError"}
CODE = re.compile(r"[a-z_]+\.[a-z_0-9]+")


def _codes_in_source() -> set[str]:
    """Return string literals that look like codes of a declared area: raised at once, or kept in a table of codes."""
    areas = {code.split(".")[0] for code in error_texts()}
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and CODE.fullmatch(text) and text.split(".")[0] in areas:
                found.add(text)
    return found


def _raised() -> set[str]:
    raised = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    raised.add(str(argument.value))
    return raised


def test_raised_codes_are_declared() -> None:
    assert _raised() - set(error_texts()) == set()


def test_declared_codes_are_used() -> None:
    assert set(error_texts()) - _codes_in_source() == set()


def test_texts_are_whole_and_their_parameters_agree() -> None:
    for code, text in error_texts().items():
        assert 400 <= text.status < 600, code
        for part in (text.title, text.detail, text.hint):
            assert set(part) == set(LANGUAGES) and all(part.values()), code
        for part in (text.detail, text.hint):
            names = [{name for _, name, _, _ in string.Formatter().parse(part[one]) if name} for one in LANGUAGES]
            assert names[0] == names[1], code
