"""The purposes that pages state of themselves: evidence keeps them in Chinese, readers see them in their language."""

from __future__ import annotations

from collections.abc import Mapping

from huitong.apps.labels import Text, language

_told: dict[str, Text] = {}


def tell_purposes(words: Mapping[str, Text]) -> None:
    """Say how purposes that evidence keeps read in the reader's language. For an app's ``ready()``."""
    _told.update(words)


def purpose_in_language(kept: str) -> str:
    """Return a purpose as the reader reads it: what somebody typed, also after a purpose of a page's, stays theirs."""
    stated, colon, typed = kept.partition("：")
    if stated not in _told or language() != "en":
        return kept
    return f"{_told[stated]}{': ' if colon else ''}{typed}"
