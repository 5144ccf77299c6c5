"""Where a source is, as far as a page may show it."""

from __future__ import annotations

from urllib.parse import urlsplit


def shown_location(location: str) -> str:
    """Return a location that may be shown: no user, no password, no query."""
    if "://" not in location:
        return location
    url = urlsplit(location)
    where = url.netloc.rpartition("@")[2]
    return f"{url.scheme}://{where}{url.path}"
