"""Prove to an outsider that a call was recorded, without showing any other record."""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huitong.engine.evidence.merkle import inclusion_path, root_from_path
from huitong.engine.evidence.reading import find_record
from huitong.engine.evidence.record import is_intact, read_line
from huitong.engine.evidence.segments import Seal, Segment
from huitong.engine.evidence.signing import is_signed
from huitong.foundation.errors import Terminal


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A record's ``line``, its ``place`` among the segment's records from 0, the ``path`` to the root, the seal.

    As JSON it can be handed to whoever holds the public key.
    """

    line: str
    place: int
    path: tuple[str, ...]
    seal: Seal


def prove(ledger: Path, receipt: str) -> Proof:
    """Return the proof of the record whose hash is ``receipt``. Reads one segment.

    Raises:
        Terminal: ``evidence.receipt_unknown``; ``evidence.not_sealed`` while its segment is open.
    """
    found = find_record(ledger, receipt)
    seal = found.segment.seal()
    if seal is None:
        raise Terminal("evidence.not_sealed", receipt=receipt)
    path = inclusion_path(_digests(found.segment), found.place)
    return Proof(
        line=found.line.rstrip(b"\n").decode(),
        place=found.place,
        path=tuple(node.hex() for node in path),
        seal=seal,
    )


def proof_holds(proof: Proof, key: Ed25519PublicKey) -> bool:
    """Tell whether the proof shows that its record was in a segment sealed with ``key``."""
    line = proof.line.encode()
    record = read_line(line)
    if record is None or not is_intact(line, record) or not is_signed(key, proof.seal.signature, proof.seal.message()):
        return False
    if record.chain != proof.seal.chain or record.seq != proof.seal.first + proof.place:
        return False
    size = proof.seal.last - proof.seal.first + 1
    try:
        path = [bytes.fromhex(node) for node in proof.path]
    except ValueError:
        return False
    root = root_from_path(bytes.fromhex(record.hash), proof.place, size, path)
    return root is not None and root.hex() == proof.seal.root


def _digests(segment: Segment) -> list[bytes]:
    with segment.file.open("rb") as stream:
        records = (read_line(line) for line in stream)
        return [bytes.fromhex(record.hash) for record in records if record]
