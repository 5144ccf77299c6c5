"""Static files as browsers get them: packed, and kept for a year under an address that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

PACKED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
"""Kinds of files that gain by packing, with their media types."""
LEAST = 500
"""Bytes below which packing gains nothing."""
YEAR = "max-age=31536000, immutable"
HOUR = "max-age=3600"


class VersionedFiles(StaticFilesStorage):
    """Gives each file's address a ``?v=`` of its content, so that browsers may keep it until it changes."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file."""
        version = _version(name or "")
        return f"{super().url(name)}?v={version}" if version else super().url(name)


@lru_cache(maxsize=2048)
def _version(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(str(found)).read_bytes()).hexdigest()[:10] if found else ""


class PackedFiles(StaticFiles):
    """Serves files packed with gzip to those who take it; each is packed once a process and kept in memory."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file, packed where that helps."""
        response = await super().get_response(path, scope)
        keeps = b"v=" in scope.get("query_string", b"")
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = YEAR if keeps else HOUR
        kind = PACKED.get(Path(path).suffix)
        full, found = self.lookup_path(path)
        takes = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if response.status_code != 200 or kind is None or found is None:
            return response
        response.headers["Vary"] = "Accept-Encoding"
        if not takes or found.st_size < LEAST or scope["method"] != "GET":
            return response
        headers = {name: response.headers[name] for name in ("Cache-Control", "Vary", "Last-Modified")}
        headers |= {"Content-Encoding": "gzip", "ETag": response.headers["etag"].rstrip('"') + '-gz"'}
        packed = Response(_packed(full, found.st_mtime_ns), media_type=f"{kind}; charset=utf-8", headers=headers)
        if Headers(scope=scope).get("if-none-match") == headers["ETag"]:
            return NotModifiedResponse(packed.headers)
        return packed


@lru_cache(maxsize=512)
def _packed(file: str, changed: int) -> bytes:  # noqa: ARG001 - a file changed is packed anew
    return gzip.compress(Path(file).read_bytes(), 9, mtime=0)
