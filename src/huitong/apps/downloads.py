"""Files for download: as attachments that no browser opens as a page, whatever is in them."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Generator, Iterator
from os import SEEK_END
from pathlib import Path
from typing import IO, TypeVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

T = TypeVar("T")

BLOCK = 256 * 1024
SANDBOX = "default-src 'none'; sandbox"
"""Were a browser made to show the file all the same, nothing in it would run."""


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that is to be saved as ``name``, and neither shown nor kept by the browser."""
    return {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }


def file_response(request: HttpRequest, file: Path, *, name: str, content_type: str) -> StreamingHttpResponse:
    """Return ``file`` as a download. Arguments and memory as of :func:`opened_response`."""
    return opened_response(request, file.open("rb"), name=name, content_type=content_type)


def opened_response(request: HttpRequest, file: IO[bytes], *, name: str, content_type: str) -> StreamingHttpResponse:
    """Return an opened file as a download in blocks of :data:`BLOCK` bytes, so that memory does not grow with it.

    Args:
        file: given from its beginning, and closed with the response; it may have lost its name on the disk already.
        name: what the file is called at the reader's, with its ending.
        content_type: e.g. ``text/csv; charset=utf-8``.
    """
    size = file.seek(0, SEEK_END)
    file.seek(0)
    headers = {**download_headers(name), "Content-Length": str(size)}
    return _FileDownload(request, file, content_type=content_type, headers=headers)


def streamed(request: HttpRequest, blocks: Generator[T, None, None]) -> Iterator[T] | AsyncIterator[T]:
    """Return ``blocks`` as the content of a streaming answer, each made when the one before has been sent.

    Django would make all of them before it sends the first where the server is asynchronous.
    """
    return _later(blocks) if isinstance(request, ASGIRequest) else blocks


class _FileDownload(StreamingHttpResponse):
    def __init__(self, request: HttpRequest, file: IO[bytes], *, content_type: str, headers: dict[str, str]) -> None:
        super().__init__(streamed(request, _blocks(file)), content_type=content_type, headers=headers)
        self._close_file = weakref.finalize(self, file.close)  # also of an answer that nobody sends

    def close(self) -> None:
        super().close()
        self._close_file()


def _blocks(file: IO[bytes]) -> Generator[bytes, None, None]:
    while block := file.read(BLOCK):
        yield block


async def _later(blocks: Generator[T, None, None]) -> AsyncIterator[T]:
    try:
        while (block := await sync_to_async(lambda: next(blocks, None))()) is not None:
            yield block
    finally:  # in the same thread, after what it may still be doing for a reader who has gone
        await sync_to_async(blocks.close)()
