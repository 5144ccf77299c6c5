"""Look-ups of calls that wait at the same moment, made together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from anyio import to_thread

from huitong.engine.serving.store import Row, ServingStore
from huitong.gateway.config import MAX_ROWS

LIMIT = MAX_ROWS + 1
"""One more than an answer may have, so that too many can be told."""


class Found(msgspec.Struct, frozen=True):
    """Rows under the key's value as text, and the snapshot they are all of. May hold other calls' keys as well."""

    as_of: int
    rows: dict[str, list[Row]]
    count: int


class _Source(NamedTuple):
    table: str
    column: str
    columns: tuple[str, ...]


class _Call(NamedTuple):
    keys: Sequence[str]
    future: asyncio.Future[Found]


class Lookups:
    """Reads the store for one event loop.

    On a local store the calls of one turn of the loop share a statement: giving up the interpreter's lock for each
    costs more than finding a row. A store across a network is asked by each call in a thread.
    """

    def __init__(self, store: ServingStore) -> None:
        self._store = store
        self._waiting: dict[_Source, list[_Call]] = {}

    async def find(self, table: str, column: str, keys: Sequence[str], columns: tuple[str, ...]) -> Found:
        """Return the rows under ``keys``; ``columns`` begin with ``column``, and at most ``LIMIT`` rows come.

        Raises:
            HuitongError: ``serving.*``.
        """
        source = _Source(table, column, columns)
        if not self._store.local:
            return await to_thread.run_sync(self._look_up, source, keys)
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer_waiting)
        call = _Call(keys, loop.create_future())
        self._waiting.setdefault(source, []).append(call)
        return await call.future

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for source, calls in waiting.items():
            if not self._answer(source, calls):
                for call in calls:
                    self._answer(source, [call])

    def _answer(self, source: _Source, calls: Sequence[_Call]) -> bool:
        """Answer calls by one look-up; False, and none answered, when several find more rows than one may."""
        keys = list(dict.fromkeys(key for call in calls for key in call.keys))
        try:
            found = self._look_up(source, keys)
        except Exception as error:  # noqa: BLE001 - whatever it was, no call may be left waiting
            for call in calls:
                if not call.future.done():
                    call.future.set_exception(error)
            return True
        if len(calls) > 1 and found.count >= LIMIT:
            return False
        for call in calls:
            if not call.future.done():  # its caller has gone away
                call.future.set_result(found)
        return True

    def _look_up(self, source: _Source, keys: Sequence[str]) -> Found:
        answer = self._store.lookup(source.table, source.column, keys, source.columns, LIMIT)
        rows: dict[str, list[Row]] = {}
        for row in answer.rows:
            rows.setdefault(str(row[0]), []).append(row)
        return Found(answer.as_of, rows, len(answer.rows))
