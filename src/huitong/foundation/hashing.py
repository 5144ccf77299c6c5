"""Keyed hashes: of data subjects in evidence, of secrets at rest."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_SUBJECT = b"huitong/subject/1\x00"
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_SECRET_PREFIX = "scrypt1"
SUBJECT_LENGTH = 32
"""Characters of a subject's hash."""


def hash_subject(key: str, subject: str) -> str:
    """Return the name under which evidence keeps a data subject: 32 hexadecimal characters.

    HMAC-SHA256 under the installation's secret, cut to 128 bits, with a prefix of its own so that the same key may
    serve other purposes: who has the evidence but not the key can neither read nor guess ID numbers from it.

    Args:
        key: ``Settings.secret``.
        subject: a normalised ID number, unified social credit code or other key.
    """
    return hmac.new(key.encode(), _SUBJECT + subject.encode(), hashlib.sha256).hexdigest()[:SUBJECT_LENGTH]


def new_secret() -> str:
    """Return a fresh client secret: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return what may be stored of a client secret: salted scrypt (about 50 ms and 16 MB)."""
    salt = secrets.token_bytes(16)
    return f"{_SECRET_PREFIX}${salt.hex()}${_scrypt(secret, salt).hex()}"


def verify_secret(secret: str, stored: str) -> bool:
    """Tell whether a secret is the one that ``hash_secret`` stored, in constant time; False for an unreadable hash."""
    prefix, _, rest = stored.partition("$")
    salt, _, digest = rest.partition("$")
    try:
        expected = bytes.fromhex(digest)
        given = _scrypt(secret, bytes.fromhex(salt))
    except ValueError:
        return False
    return prefix == _SECRET_PREFIX and hmac.compare_digest(given, expected)


def _scrypt(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, **_SCRYPT)
