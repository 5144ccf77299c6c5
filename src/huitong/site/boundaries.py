"""Boundaries of divisions for maps, as GeoJSON from the package itself: no map tiles, nothing from elsewhere.

How they were made, and from what: :mod:`huitong.site.make_boundaries`; licence: ``data/boundaries-LICENSE.txt`` (MIT).
"""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path

ARCHIVE = Path(__file__).parent / "data" / "boundaries.zip"


@lru_cache(maxsize=32)
def boundaries_below(code: str) -> bytes | None:
    """Return what lies directly below a division, as a GeoJSON FeatureCollection in UTF-8; None where nothing is known.

    Args:
        code: six digits: a city (its counties), a province (its cities), ``000000`` (the provinces). Features have
            the properties ``code`` and ``name``.
    """
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        return None
    with zipfile.ZipFile(ARCHIVE) as archive:
        try:
            return archive.read(f"{code}.json")
        except KeyError:
            return None
