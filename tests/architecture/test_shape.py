"""Sizes and directions that CONVENTIONS and DESIGN set."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [file for file in (ROOT / "src").rglob("*.py") if "migrations" not in file.parts]
LONGEST_FILE, LONGEST_FUNCTION = 500, 60
FORBIDDEN_FOLDERS = {"utils", "common", "helpers", "extras", "manager"}


def _functions(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_and_functions_stay_readable() -> None:
    long_files = [file.name for file in FILES if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    long_functions = [
        f"{file.name}:{name}" for file in FILES for name, size in _functions(file) if size > LONGEST_FUNCTION
    ]
    assert (long_files, long_functions) == ([], [])


def test_no_folder_is_named_after_a_technique() -> None:
    assert [file for file in FILES if FORBIDDEN_FOLDERS & set(file.parts)] == []


def test_imports_point_one_way() -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        pytest.fail(answer.stdout + answer.stderr)


def test_public_things_have_docstrings() -> None:
    missing = []
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree) and tree.body:
            missing.append(file.name)
        missing += [
            f"{file.name}:{node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert missing == []
