"""The ledger's Ed25519 key: made on first use, private in the installation's home, public beside the ledger."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from huitong.foundation.errors import Terminal


def load_signing_key(file: Path) -> Ed25519PrivateKey:
    """Read the private key, made on first use, readable by its owner only.

    Raises:
        Terminal: ``evidence.key_invalid`` when the file holds something else.
    """
    if not file.exists():
        _make_key(file)
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as error:
        raise Terminal("evidence.key_invalid", file=file) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Terminal("evidence.key_invalid", file=file)
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public key as PEM, to hand to whoever verifies."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def load_public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key from PEM. Raises ``evidence.key_invalid``."""
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise Terminal("evidence.key_invalid", file="public.pem") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Terminal("evidence.key_invalid", file="public.pem")
    return key


def is_signed(key: Ed25519PublicKey, signature: str, message: bytes) -> bool:
    """Tell whether ``signature`` (hex) is the key's over ``message``."""
    try:
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(pem)
    try:
        os.link(draft, file)  # fails when another process was first: then its key counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
