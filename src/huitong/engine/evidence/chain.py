"""One chain's files, written by one process: records appended durably, segments sealed, a crash mended on opening."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huitong.engine.evidence.merkle import GrowingRoot
from huitong.engine.evidence.record import START, Receipt, is_intact, read_line, write_line
from huitong.engine.evidence.segments import Seal, Segment, segment_at, segments_of, sync_folder, write_seal
from huitong.foundation.errors import Terminal

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


class ChainFile:
    """The end of one chain, open for appending. Not for several threads.

    Opening takes the chain's lock and reads its last segment; a torn last line, which nobody was ever given a receipt
    for, is moved to ``torn/``.

    Raises:
        Terminal: ``evidence.chain_taken`` when another writer has it, ``evidence.chain_broken`` when the last segment
            does not verify (then the chain must not grow), ``evidence.chain_name``.
    """

    _segment: Segment
    _next: int
    _before: bytes
    _head: bytes
    _size: int
    _opened: str
    _tree: GrowingRoot

    def __init__(self, ledger: Path, chain: str, key: Ed25519PrivateKey) -> None:
        if not _NAME.fullmatch(chain):
            raise Terminal("evidence.chain_name", chain=chain)
        self.chain = chain
        self.folder = ledger / chain
        self.folder.mkdir(parents=True, exist_ok=True)
        self._key = key
        self._lock = _take_lock(self.folder / "lock", chain)
        self._descriptor = -1
        self._uncertain = False
        self._begin(1, START)
        try:
            self._resume()
        except BaseException:
            self.close()
            raise

    @property
    def count(self) -> int:
        """Records in the open segment."""
        return self._next - self._segment.first

    def append(self, bodies: Sequence[bytes]) -> list[Receipt]:
        """Write records behind one another and wait until they are on disk; one write and one flush for all.

        Raises:
            OSError: nothing was recorded, and a later call may succeed.
        """
        if self._uncertain:
            self._roll_back()
        if self._descriptor < 0:
            self._open_segment()
        lines, digests = self._compose(bodies)
        try:
            content = b"".join(lines)
            _write_all(self._descriptor, content)
            os.fdatasync(self._descriptor)
        except OSError:
            self._uncertain = True
            raise
        first, self._next = self._next, self._next + len(lines)
        self._size += len(content)
        self._head = digests[-1]
        self._opened = self._opened or _now()
        for digest in digests:
            self._tree.append(digest)
        return [Receipt(self.chain, first + place, digest.hex()) for place, digest in enumerate(digests)]

    def seal(self) -> None:
        """Close the open segment with a signed root; without records there is nothing to close. Raises ``OSError``."""
        if not self.count:
            return
        if self._uncertain:
            self._roll_back()
        seal = Seal(
            chain=self.chain,
            first=self._segment.first,
            last=self._next - 1,
            before=self._before.hex(),
            head=self._head.hex(),
            root=self._tree.root().hex(),
            opened=self._opened,
            sealed=_now(),
        )
        write_seal(self._segment, seal.signed(self._key))
        os.close(self._descriptor)
        self._begin(self._next, self._head)

    def close(self) -> None:
        """Let go of the files and the lock; nothing is sealed."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        os.close(self._lock)

    def _begin(self, first: int, before: bytes) -> None:
        self._segment = segment_at(self.folder, first)
        self._next, self._before, self._head = first, before, before
        self._size, self._opened, self._descriptor = 0, "", -1
        self._tree = GrowingRoot()

    def _open_segment(self) -> None:
        self._descriptor = os.open(self._segment.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        sync_folder(self.folder)

    def _compose(self, bodies: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
        lines: list[bytes] = []
        digests: list[bytes] = []
        before = self._head
        for seq, body in enumerate(bodies, self._next):
            line, before = write_line(body, self.chain, seq, before)
            lines.append(line)
            digests.append(before)
        return lines, digests

    def _roll_back(self) -> None:
        """Forget what a failed write may have left behind the last acknowledged record."""
        os.ftruncate(self._descriptor, self._size)
        os.fsync(self._descriptor)
        self._uncertain = False

    def _resume(self) -> None:
        segments = segments_of(self.folder)
        if not segments:
            return
        last = segments[-1]
        try:
            seal = last.seal()
            before = segments[-2].seal() if len(segments) > 1 else None
        except msgspec.MsgspecError as error:
            raise Terminal("evidence.chain_broken", chain=self.chain, file=last.seal_file) from error
        if seal:
            self._begin(seal.last + 1, bytes.fromhex(seal.head))
            return
        self._begin(last.first, bytes.fromhex(before.head) if before else START)
        self._read_open_segment(last)
        self._open_segment()

    def _read_open_segment(self, segment: Segment) -> None:
        with segment.file.open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    self._set_aside(segment, line)
                    return
                record = read_line(line)
                if not record or record.seq != self._next or record.prev != self._head.hex():
                    raise Terminal("evidence.chain_broken", chain=self.chain, file=segment.file)
                if not is_intact(line, record):
                    raise Terminal("evidence.chain_broken", chain=self.chain, file=segment.file)
                self._head = bytes.fromhex(record.hash)
                self._tree.append(self._head)
                self._next += 1
                self._size += len(line)
                self._opened = self._opened or record.time

    def _set_aside(self, segment: Segment, torn: bytes) -> None:
        folder = self.folder / "torn"
        folder.mkdir(exist_ok=True)
        copy = folder / f"{segment.file.stem}-{self._size}-{_now().replace(':', '')}"
        copy.write_bytes(torn)
        with copy.open("rb") as stream:
            os.fsync(stream.fileno())
        sync_folder(folder)
        os.truncate(segment.file, self._size)


def _take_lock(file: Path, chain: str) -> int:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Terminal("evidence.chain_taken", chain=chain) from error
    return descriptor


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
