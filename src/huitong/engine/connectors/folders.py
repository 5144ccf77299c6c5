"""Files of a source: its location is a file or a folder of deliveries."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from huitong.engine.connectors.failures import bad_location, unopened
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal


def matching(source: Source, pattern: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files of a source, sorted by name.

    Args:
        pattern: a file name or a glob below the location; "" for every file with one of ``suffixes``.

    Raises:
        Terminal: ``source.location_missing``; ``source.bad_location`` for a pattern that leads out of the folder.
    """
    place = Path(source.location)
    if not place.exists():
        raise Terminal("source.location_missing", source=source.code, place=source.location)
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise bad_location(source, pattern)
    try:
        if place.is_file():
            return [place] if not pattern or fnmatch(place.name, pattern) or place.name == pattern else []
        if not pattern:
            return sorted(path for path in place.iterdir() if _is_delivery(path, suffixes))
        exact = place / pattern
        found = [exact] if exact.is_file() else place.glob(pattern)
        return sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    except (OSError, ValueError) as error:
        raise unopened(source, pattern, error if isinstance(error, OSError) else OSError(str(error))) from error


def _is_delivery(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.is_file() and path.name.lower().endswith(suffixes) and not path.name.startswith((".", "~$"))
