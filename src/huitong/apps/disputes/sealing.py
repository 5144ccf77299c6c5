"""Sealing what may be kept or carried, but not read: row keys at rest, what a button on a page is about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from huitong.foundation.errors import Terminal

TOKEN_SECONDS = 3600
"""How long the page that offers a dispute may lie open."""


def _cipher(purpose: str) -> Fernet:
    key = hashlib.sha256(f"{purpose}\x1f{settings.HUITONG.secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(text: str) -> str:
    """Encrypt a text for the database."""
    return _cipher("dispute row").encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return a text that :func:`seal` encrypted.

    Raises:
        Terminal: ``disputes.token_broken`` when the installation's secret has changed.
    """
    try:
        return _cipher("dispute row").decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Terminal("disputes.token_broken") from error


def value_token(library: str, key: str, attribute: str) -> str:
    """Return what a button carries about a value of a library's record: nobody can read or make it."""
    return _cipher("dispute token").encrypt(json.dumps([library, key, attribute]).encode()).decode()


def read_token(token: str) -> tuple[str, str, str]:
    """Return library, key and attribute of a button that this installation made within the hour.

    Raises:
        Terminal: ``disputes.token_broken``.
    """
    try:
        library, key, attribute = json.loads(_cipher("dispute token").decrypt(token.encode(), ttl=TOKEN_SECONDS))
    except InvalidToken as error:
        raise Terminal("disputes.token_broken") from error
    return library, key, attribute


def digest_of_value(table: str, row: str, column: str, value: object) -> str:
    """Return the keyed digest of a raw value in its place; a row that is gone is a value of its own."""
    text = f"{table}\x1f{row}\x1f{column}\x1f{'' if value is None else 'v'}{value}"
    return hmac.new(settings.HUITONG.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
