"""Pages of the screen: the whole of it, and the stream that keeps it up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from huitong.apps.labels import language
from huitong.apps.screen.feed import Feed, events
from huitong.apps.screen.selectors import build_of, draw, picture_html, picture_now, require_watcher

_feeds: list[Feed] = []


def screen(request: HttpRequest) -> HttpResponse:
    """Show the city's data at work; without JavaScript the page loads itself again every minute."""
    require_watcher(request.user)
    picture = picture_now()
    html = draw(picture, get_language() or "zh-hans")
    context = {"picture": picture, "html": html, "build": build_of(picture)}
    return render(request, "screen/screen.html", context)


def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send each new picture as an event, until the browser goes away or ten minutes are over.

    ``HEAD`` asks whether the reader may still watch, without opening a stream.
    """
    require_watcher(request.user)
    if request.method == "HEAD" or not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)  # without an event loop there is nothing to wait on
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_events(language()), content_type="text/event-stream; charset=utf-8", headers=headers)


def end_streams() -> None:
    """Let every stream of this process end."""
    for feed in _feeds:
        feed.end()


async def _events(name: str) -> AsyncIterator[bytes]:
    if not _feeds:
        _feeds.append(Feed(picture_html))
    async for event in events(_feeds[0], name):
        yield event
