"""One family of errors, each with a stable code, a status and a text in the user's language.

The texts live in ``messages/errors/<area>.yaml``; the first part of a code is its area::

    raise Terminal("source.table_missing", source="hrss", table="t_person")
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class ErrorText:
    """What a code means: HTTP status, and per language a title, a detail and a hint with ``{parameters}``."""

    status: int
    title: dict[str, str]
    detail: dict[str, str]
    hint: dict[str, str]


@cache
def error_texts() -> dict[str, ErrorText]:
    """Return every declared error by its code, e.g. ``source.table_missing``."""
    texts: dict[str, ErrorText] = {}
    folder = resources.files("huitong.foundation").joinpath("messages", "errors")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        area = file.name.removesuffix(".yaml")
        declared: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for name, entry in declared.items():
            texts[f"{area}.{name}"] = ErrorText(
                status=entry["status"], title=entry["title"], detail=entry["detail"], hint=entry["hint"]
            )
    return texts


class _Parameters(dict[str, object]):
    """Format parameters: one that was not given shows as its own name instead of failing the error itself."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


class HuitongError(Exception):
    """The root of all our errors.

    Args:
        code: a declared code, ``area.name``.
        parameters: values for the ``{names}`` in the text.
    """

    def __init__(self, code: str, /, **parameters: object) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(code, parameters)

    @property
    def status(self) -> int:
        """The HTTP status that answers this error."""
        return error_texts()[self.code].status

    def title(self, language: str = "zh") -> str:
        """What kind of thing went wrong, the same for every occurrence."""
        return error_texts()[self.code].title[language]

    def detail(self, language: str = "zh") -> str:
        """What failed, on what."""
        return error_texts()[self.code].detail[language].format_map(_Parameters(self.parameters))

    def hint(self, language: str = "zh") -> str:
        """What to do next."""
        return error_texts()[self.code].hint[language].format_map(_Parameters(self.parameters))

    def as_problem(self, language: str = "zh") -> dict[str, object]:
        """Return the RFC 9457 problem document of this error."""
        return {
            "type": f"urn:huitong:error:{self.code}",
            "title": self.title(language),
            "status": self.status,
            "detail": self.detail(language),
            "hint": self.hint(language),
            "code": self.code,
        }

    def __str__(self) -> str:
        return f"[{self.code}] {self.detail()} {self.hint()}"


class Terminal(HuitongError):
    """Trying again changes nothing: somebody must mend something first."""


class Transient(HuitongError):
    """May pass by itself: the only kind that is retried."""
