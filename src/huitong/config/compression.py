"""Pages packed with gzip; a stream goes out as it comes."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PackedPages(GZipMiddleware):
    """Packs whole answers. Django adds random bytes, so that their size tells nothing about secrets in them."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Pack the answer unless it is a stream."""
        return response if response.streaming else super().process_response(request, response)
