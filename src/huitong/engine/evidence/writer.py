"""Group commit: records of many calls share one write and one flush, and each caller waits for it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huitong.engine.evidence.chain import ChainFile
from huitong.engine.evidence.record import Evidence, Receipt, write_body
from huitong.engine.evidence.segments import sync_folder
from huitong.engine.evidence.signing import load_signing_key, public_pem
from huitong.foundation.errors import HuitongError, Terminal, Transient

GROUP_SECONDS = 0.003
"""How long the first record of a group waits for company."""
SEGMENT_RECORDS = 20_000
SEGMENT_SECONDS = 3600.0
"""A segment is sealed at this many records or at this age, whichever comes first."""

_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    body: bytes
    loop: asyncio.AbstractEventLoop | None
    future: asyncio.Future[Receipt] | Future[Receipt]


class EvidenceWriter:
    """Appends to one chain. Safe for threads and for event loops; one thread of its own does the writing.

    Args:
        ledger: folder of the ledger.
        chain: name of the chain; one writer at a time, see ``open_writer``.
        key: signs the seals.
        segment_records, segment_seconds: when a segment is sealed.
        group_seconds: how long a record waits for others.

    Raises:
        Terminal: ``evidence.chain_taken``, ``evidence.chain_broken``, ``evidence.chain_name``,
            ``evidence.key_changed``.
    """

    def __init__(
        self,
        ledger: Path,
        chain: str,
        key: Ed25519PrivateKey,
        *,
        segment_records: int = SEGMENT_RECORDS,
        segment_seconds: float = SEGMENT_SECONDS,
        group_seconds: float = GROUP_SECONDS,
    ) -> None:
        self.chain = chain
        self.healthy = True
        """Whether the latest group reached the disk."""
        _publish_key(ledger, key)
        self._file = ChainFile(ledger, chain, key)
        self._limits = (segment_records, segment_seconds)
        self._group_seconds = group_seconds
        self._seal_at = time.monotonic() + segment_seconds
        self._waiting: list[_Waiting] = []
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"evidence-{chain}", daemon=True)
        self._thread.start()

    def append(self, evidence: Evidence) -> Receipt:
        """Record and return when it is on disk.

        Raises:
            Transient: ``evidence.unwritable``: nothing was recorded, so nothing may be answered.
        """
        future: Future[Receipt] = Future()
        self._hand_over(_Waiting(write_body(evidence), None, future))
        return future.result()

    def submit(self, evidence: Evidence) -> asyncio.Future[Receipt]:
        """Record; await the result, which comes when it is on disk. To be called in an event loop.

        The future raises as ``append`` does.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._hand_over(_Waiting(write_body(evidence), loop, future))
        return future

    def close(self) -> None:
        """Write what waits, seal the open segment and end the thread. Calling it again does nothing."""
        with self._wake:
            if self._closing:
                return
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _hand_over(self, waiting: _Waiting) -> None:
        with self._wake:
            if self._closing:
                raise Transient("evidence.unwritable", reason="closed")
            self._waiting.append(waiting)
            if len(self._waiting) == 1:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._waiting and not self._closing:
                    self._wake.wait(timeout=max(self._seal_at - time.monotonic(), 1.0))
                closing = self._closing
            if not closing and self._waiting:
                time.sleep(self._group_seconds)
            with self._wake:
                group, self._waiting = self._waiting, []
            if group:
                self._commit(group)
            self._seal_when_due(closing=closing)
            if closing and not group:
                self._file.close()
                return

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            receipts = self._file.append([waiting.body for waiting in group])
        except Exception as error:  # noqa: BLE001 - whatever it was, no caller may be left waiting
            if self.healthy:  # said once, not for every call on a full disk
                _log.error("evidence cannot be written, calls go unanswered: %s", error)
            self.healthy = False
            _settle(group, [], Transient("evidence.unwritable", reason=str(error)))
            return
        self.healthy = True
        _settle(group, receipts, None)

    def _seal_when_due(self, *, closing: bool) -> None:
        records, seconds = self._limits
        now = time.monotonic()
        if not self._file.count:
            self._seal_at = now + seconds
        elif closing or self._file.count >= records or now >= self._seal_at:
            try:
                self._file.seal()
                self._seal_at = now + seconds
            except OSError as error:
                _log.error("segment of chain %s not sealed, trying again later: %s", self.chain, error)
                self._seal_at = now + 1.0


def open_writer(ledger: Path, prefix: str, key_file: Path) -> EvidenceWriter:
    """Open the first free chain ``<prefix>-0``, ``<prefix>-1``, …: each process of several has one of its own.

    A chain whose end is damaged is left as it is, for ``verify`` to name, and the next one is taken: one broken byte
    must not stop a city's services.

    Raises:
        Terminal: ``evidence.key_invalid``, ``evidence.key_changed``, ``evidence.chain_name``.
    """
    key = load_signing_key(key_file)
    number = 0
    while True:
        try:
            return EvidenceWriter(ledger, f"{prefix}-{number}", key)
        except Terminal as error:
            if error.code not in ("evidence.chain_taken", "evidence.chain_broken"):
                raise
            if error.code == "evidence.chain_broken":
                _log.error("%s", error)
            number += 1


def _settle(group: Sequence[_Waiting], receipts: Sequence[Receipt], error: HuitongError | None) -> None:
    """Give each caller its receipt or the error; one wake-up an event loop, not one a call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Receipt], Receipt | None]]] = {}
    for place, waiting in enumerate(group):
        receipt = receipts[place] if error is None else None
        if isinstance(waiting.future, asyncio.Future):
            assert waiting.loop is not None
            by_loop.setdefault(waiting.loop, []).append((waiting.future, receipt))
        else:
            _resolve(waiting.future, receipt, error)
    for loop, settled in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and its callers with it
            loop.call_soon_threadsafe(_resolve_all, settled, error)


def _resolve_all(settled: Sequence[tuple[asyncio.Future[Receipt], Receipt | None]], error: HuitongError | None) -> None:
    for future, receipt in settled:
        _resolve(future, receipt, error)


def _resolve(
    future: asyncio.Future[Receipt] | Future[Receipt], receipt: Receipt | None, error: HuitongError | None
) -> None:
    if future.done():
        return  # the caller has gone away
    if receipt is None:
        assert error is not None
        future.set_exception(error)
    else:
        future.set_result(receipt)


def _publish_key(ledger: Path, key: Ed25519PrivateKey) -> None:
    ledger.mkdir(parents=True, exist_ok=True)
    file, pem = ledger / "public.pem", public_pem(key)
    if not file.exists():
        draft = ledger / f".public.{os.getpid()}.{threading.get_ident()}"
        draft.write_bytes(pem)
        draft.replace(file)
        sync_folder(ledger)
    if file.read_bytes() != pem:
        raise Terminal("evidence.key_changed", file=file)
