"""Prove the ledger whole, or name the first record that is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huitong.engine.evidence.merkle import GrowingRoot
from huitong.engine.evidence.record import START, EvidenceRecord, Receipt, is_intact, read_line
from huitong.engine.evidence.segments import Seal, Segment, chains_of, segments_of
from huitong.engine.evidence.signing import is_signed, load_public_key
from huitong.foundation.errors import Terminal


@dataclass(frozen=True)
class Broken:
    """The first thing wrong: ``reason`` is the code of an error of the area ``evidence``; ``line`` counts from 1."""

    chain: str
    seq: int
    file: Path
    line: int
    reason: str
    found: str = ""

    def as_error(self) -> Terminal:
        """Return it as an error, with a text for people."""
        where = {"chain": self.chain, "seq": self.seq, "file": self.file, "line": self.line}
        return Terminal(f"evidence.{self.reason}", found=self.found, **where)


@dataclass(frozen=True)
class VerifyResult:
    """``whole`` or ``broken``; counts are of what was read until then. ``torn`` lists lines a crash left half written,
    set aside or still at the end of an open segment: nobody has a receipt for them."""

    whole: bool
    chains: int
    records: int
    segments: int
    broken: Broken | None
    torn: tuple[Path, ...]


def verify(ledger: Path, *, anchors: Iterable[Receipt] = (), public_pem: bytes | None = None) -> VerifyResult:
    """Check every record, every seal and every anchor. Reads each byte once, about 100,000 records a second.

    Args:
        ledger: the ledger's folder.
        anchors: receipts known from elsewhere, such as what the people plane has imported. Only they can show that
            the end of a chain was cut off.
        public_pem: the key that seals must be signed with; default the one in the ledger, which whoever can rewrite
            the ledger could replace: keep a copy elsewhere.

    Raises:
        Terminal: ``evidence.key_invalid``.
    """
    key = load_public_key(public_pem or _own_key(ledger)) if public_pem or (ledger / "public.pem").exists() else None
    wanted: dict[str, dict[int, str]] = {}
    for anchor in anchors:
        wanted.setdefault(anchor.chain, {})[anchor.seq] = anchor.hash
    chains = chains_of(ledger)
    names = sorted({folder.name for folder in chains} | set(wanted))
    records = segments = 0
    torn: list[Path] = []
    broken: Broken | None = None
    for name in names:
        check = _ChainCheck(ledger / name, key, wanted.get(name, {}))
        broken = check.run()
        records, segments = records + check.records, segments + check.segments
        torn.extend(check.torn)
        if broken:
            break
    return VerifyResult(broken is None, len(chains), records, segments, broken, tuple(torn))


def _own_key(ledger: Path) -> bytes:
    return (ledger / "public.pem").read_bytes()


class _ChainCheck:
    """One pass over one chain."""

    def __init__(self, folder: Path, key: Ed25519PublicKey | None, anchors: dict[int, str]) -> None:
        self.chain = folder.name
        self.folder = folder
        self.torn: list[Path] = sorted((folder / "torn").glob("*"))
        self.records = self.segments = 0
        self._key = key
        self._anchors = anchors
        self._head = START
        self._next = 1

    def run(self) -> Broken | None:
        """Return the first thing wrong, None when all is well."""
        segments = segments_of(self.folder)
        self.segments = len(segments)
        for place, segment in enumerate(segments):
            broken = self._segment(segment, segments[place + 1 :])
            if broken:
                return broken
        missing = max(self._anchors, default=0)
        if missing >= self._next:
            last = segments[-1] if segments else Segment(self.folder, 1)
            return self._broken(last.file, self._next - last.first + 1, "tail_missing", str(missing))
        return None

    def _segment(self, segment: Segment, later: Sequence[Segment]) -> Broken | None:
        if segment.first != self._next:
            return self._broken(segment.file, 0, "records_missing", str(segment.first))
        try:
            seal = segment.seal()
        except msgspec.MsgspecError:
            return self._broken(segment.seal_file, 0, "seal_unreadable")
        if seal is None and later:
            return self._broken(segment.seal_file, 0, "seal_missing")
        before, tree = self._head, GrowingRoot()
        broken = self._lines(segment, tree, sealed=seal is not None)
        return broken or (self._sealed(segment, seal, before, tree) if seal else None)

    def _lines(self, segment: Segment, tree: GrowingRoot, *, sealed: bool) -> Broken | None:
        with segment.file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not sealed and _is_torn(line):
                    self.torn.append(segment.file)
                    return None
                record = read_line(line)
                reason, found = self._wrong(line, record)
                if reason or record is None:
                    return self._broken(segment.file, number, reason, found)
                self._head = bytes.fromhex(record.hash)
                tree.append(self._head)
                self._next += 1
                self.records += 1
        return None

    def _wrong(self, line: bytes, record: EvidenceRecord | None) -> tuple[str, str]:
        if record is None or not line.endswith(b"\n"):
            return "record_unreadable", ""
        if not is_intact(line, record):
            return "record_changed", ""
        if record.seq != self._next or record.chain != self.chain:
            return "record_out_of_order", f"{record.chain} {record.seq}"
        if record.prev != self._head.hex():
            return "record_replaced", ""
        anchor = self._anchors.get(record.seq)
        if anchor is not None and anchor != record.hash:
            return "anchor_differs", ""
        return "", ""

    def _sealed(self, segment: Segment, seal: Seal, before: bytes, tree: GrowingRoot) -> Broken | None:
        if self._key is None or not is_signed(self._key, seal.signature, seal.message()):
            return self._broken(segment.seal_file, 0, "seal_forged")
        if seal.last >= self._next:
            return self._broken(segment.file, self._next - segment.first + 1, "segment_cut", str(seal.last))
        stated = (seal.chain, seal.first, seal.last, seal.before, seal.head, seal.root)
        actual = (self.chain, segment.first, self._next - 1, before.hex(), self._head.hex(), tree.root().hex())
        return self._broken(segment.seal_file, 0, "seal_differs") if stated != actual else None

    def _broken(self, file: Path, line: int, reason: str, found: str = "") -> Broken:
        return Broken(self.chain, self._next, file, line, reason, found)


def _is_torn(line: bytes) -> bool:
    """A crash leaves the beginning of a line; a whole record with something else for its newline was changed."""
    if line.endswith(b"\n"):
        return False
    record = read_line(line[:-1])
    return record is None or not is_intact(line[:-1], record)
