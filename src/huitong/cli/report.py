"""What a command prints: text for people, one JSON document with ``--json``; errors with what to do next."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from huitong.foundation.errors import HuitongError
from huitong.foundation.settings import command_language

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def report(value: object, *, as_json: bool, text: Callable[[], None]) -> None:
    """Print ``value`` as JSON, or let ``text`` print for people."""
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode() + "\n")
        sys.stdout.flush()
    else:
        text()


def say(chinese: str, english: str) -> str:
    """Return the words in the command line's language (``HUITONG_LANGUAGE``)."""
    return english if command_language() == "en" else chinese


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings; numbers to the right, with thousands separators."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    listed = [list(row) for row in rows]
    for number, heading in enumerate(headings):
        numeric = bool(listed) and all(isinstance(row[number], int | float | None) for row in listed)
        table.add_column(heading, justify="right" if numeric else "left", no_wrap=numeric)
    for row in listed:
        table.add_row(*(_cell(value) for value in row))
    out.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def print_error(error: HuitongError, *, as_json: bool) -> None:
    """Print an error: what failed, on what, what to do next."""
    language = command_language()
    if as_json:
        report(error.as_problem(language), as_json=True, text=lambda: None)
        return
    err.print(f"[bold red]{error.title(language)}[/] [dim]({error.code})[/]")
    err.print(error.detail(language), markup=False)
    err.print("→ " + error.hint(language), markup=False)
