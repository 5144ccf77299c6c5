"""Whose app and whose service evidence speaks of: a registry, because the apps that know import this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Owners:
    """Ids of organisations by the codes that evidence uses."""

    of_app: dict[str, int] = field(default_factory=dict)
    of_service: dict[str, int] = field(default_factory=dict)


_sources: list[Callable[[], Owners]] = []


def register_owners(source: Callable[[], Owners]) -> None:
    """Let ``source`` be asked for owners at each import of evidence. For an app's ``ready()``."""
    if source not in _sources:
        _sources.append(source)


def known_owners() -> Owners:
    """Return what all registered sources know."""
    known = Owners()
    for source in _sources:
        found = source()
        known.of_app.update(found.of_app)
        known.of_service.update(found.of_service)
    return known
