"""One picture an interval for all viewers of a process together, however many there are; none when nobody looks.

A viewer holds nothing but the number of the last frame it was given, so a slow one misses frames and costs no memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import connections

log = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds between pictures."""
HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is still there, so that no proxy closes it."""
STREAM_SECONDS = 600.0
"""A stream ends after this and the browser opens another: so the session is looked at again."""
RETRY_MS = 3000


@dataclass(frozen=True)
class Frame:
    """A picture as sent: HTML by language."""

    number: int
    html: dict[str, str]


class Feed:
    """Takes frames while somebody looks."""

    def __init__(self, look: Callable[[], dict[str, str]], interval: float = INTERVAL) -> None:
        self._look = look
        self._interval = interval
        self._frame = Frame(0, {})
        self._viewers = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.ended = False

    @property
    def viewers(self) -> int:
        """How many look now."""
        return self._viewers

    @asynccontextmanager
    async def viewer(self) -> AsyncIterator[None]:
        """Count as a viewer for the time of the block."""
        self._viewers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            self._viewers -= 1

    def end(self) -> None:
        """End every stream: the process has been asked to stop, which waits for those who are being answered."""
        self.ended = True
        self._changed.set()

    async def newer_than(self, number: int, timeout: float) -> Frame | None:
        """Return the newest frame after ``number``, None when there is none within ``timeout`` seconds."""
        if self._frame.number <= number:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout)
            except TimeoutError:
                return None
        return self._frame if self._frame.number > number else None

    async def _run(self) -> None:
        complaint = ""
        while self._viewers:
            try:
                html = await sync_to_async(self._take, thread_sensitive=False)()
            except Exception as error:  # the wall shows when it was last told; it must not go dark for good
                if str(error) != complaint:  # once, not every few seconds for as long as it lasts
                    complaint = str(error)
                    log.error("no picture for the screen: %s", error, exc_info=True)
            else:
                complaint = ""
                self._frame = Frame(self._frame.number + 1, html)
                changed, self._changed = self._changed, asyncio.Event()
                changed.set()
            await asyncio.sleep(self._interval)

    def _take(self) -> dict[str, str]:
        try:
            return self._look()
        finally:
            connections.close_all()


async def events(feed: Feed, language: str, *, seconds: float = STREAM_SECONDS) -> AsyncIterator[bytes]:
    """Yield a stream of server-sent events: a frame whenever there is a new one, a comment when there is none."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    clock = asyncio.get_running_loop().time
    until, number = clock() + seconds, -1
    async with feed.viewer():
        while clock() < until and not feed.ended:
            frame = await feed.newer_than(max(number, 0), min(HEARTBEAT, max(until - clock(), 0.01)))
            if frame is None:
                yield b": still here\n\n"
                continue
            number = frame.number
            lines = "".join(f"data: {line}\n" for line in frame.html.get(language, "").splitlines())
            yield f"id: {number}\n{lines}\n".encode()
