"""Every error that the code raises is declared in both languages, and every declared one is raised."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import huitong
from huitong.foundation.errors import LANGUAGES, error_texts

SOURCE = Path(huitong.__file__).parent
RAISED = {"Terminal", "Transient", "HuitongError"}


def _words_in_source() -> set[str]:
    """Return every string literal of the code: codes that are raised, kept in a table, or named by their last part."""
    return {
        node.value
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


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
    words = _words_in_source()
    assert [code for code in error_texts() if code not in words and code.split(".")[1] not in words] == []


def test_texts_are_whole_and_their_parameters_agree() -> None:
    for code, text in error_texts().items():
        assert 400 <= text.status < 600, code
        for part in (text.title, text.detail, text.hint):
            assert set(part) == set(LANGUAGES) and all(part.values()), code
        for part in (text.detail, text.hint):
            names = [{name for _, name, _, _ in string.Formatter().parse(part[one]) if name} for one in LANGUAGES]
            assert names[0] == names[1], code
