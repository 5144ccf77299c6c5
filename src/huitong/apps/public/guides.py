"""What the search finds in the help: a registry, because the help is an app of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from huitong.apps.public.specs import Found

_sources: list[Callable[[str], Sequence[Found]]] = []


def register_guide(source: Callable[[str], Sequence[Found]]) -> None:
    """Let ``source`` be asked for what it knows about a text. For an app's ``ready()``."""
    if source not in _sources:
        _sources.append(source)


def guide_hits(text: str) -> list[Found]:
    """Return what all registered sources know about ``text``."""
    return [hit for source in _sources for hit in source(text)]
