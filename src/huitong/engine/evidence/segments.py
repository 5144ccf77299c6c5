"""Where the ledger's records lie.

``<ledger>/<chain>/<first seq>.jsonl`` is a segment; ``….seal`` beside it closes it. ``torn/`` keeps what a crash left
half written. ``<ledger>/public.pem`` is the key that seals are signed with.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """Closes a segment: records ``first`` to ``last``, the Merkle ``root`` over their hashes, signed.

    ``before`` is the hash before the first record and ``head`` that of the last, ``opened`` and ``sealed`` are UTC.
    ``signature`` (hex) is over this document with an empty signature.
    """

    chain: str
    first: int
    last: int
    before: str
    head: str
    root: str
    opened: str
    sealed: str
    signature: str = ""

    def message(self) -> bytes:
        """What the signature is over."""
        return msgspec.json.encode(msgspec.structs.replace(self, signature=""))

    def signed(self, key: Ed25519PrivateKey) -> Seal:
        """Return the seal with its signature."""
        return msgspec.structs.replace(self, signature=key.sign(self.message()).hex())


@dataclass(frozen=True)
class Segment:
    """One file of records; ``first`` is the number of its first record."""

    file: Path
    first: int

    @property
    def seal_file(self) -> Path:
        """Where its seal is, once it has one."""
        return self.file.with_suffix(".seal")

    def seal(self) -> Seal | None:
        """Return the seal, None when there is none. Raises ``msgspec.MsgspecError`` when it cannot be read."""
        try:
            return msgspec.json.decode(self.seal_file.read_bytes(), type=Seal)
        except FileNotFoundError:
            return None


def segment_at(folder: Path, first: int) -> Segment:
    """The segment of a chain's folder that begins with record ``first``."""
    return Segment(folder / f"{first:012d}.jsonl", first)


def segments_of(folder: Path) -> list[Segment]:
    """The segments of a chain's folder, in order."""
    return [Segment(file, int(file.stem)) for file in sorted(folder.glob("*.jsonl")) if file.stem.isdecimal()]


def chains_of(ledger: Path) -> list[Path]:
    """The folders of the ledger's chains, in order of their names."""
    if not ledger.is_dir():
        return []
    return sorted(entry for entry in ledger.iterdir() if entry.is_dir())


def write_seal(segment: Segment, seal: Seal) -> None:
    """Put the seal beside its segment, whole or not at all."""
    draft = segment.file.with_suffix(".draft")
    with draft.open("wb") as stream:
        stream.write(msgspec.json.encode(seal))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(segment.seal_file)
    sync_folder(segment.file.parent)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def ledger_folder(home: Path) -> Path:
    """Where an installation's ledger is."""
    return home / "evidence"


def ledger_key_file(home: Path) -> Path:
    """Where an installation keeps the private key that seals its ledger: not beside it."""
    return home / "keys" / "evidence.pem"
