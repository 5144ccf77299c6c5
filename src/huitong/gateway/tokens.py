"""Access tokens: short-lived JWTs, signed with a key of this installation and checked against one algorithm only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from huitong.foundation.errors import Terminal

_ALGORITHM = "HS256"
_ISSUER = "huitong"
_AUDIENCE = "huitong-gateway"
_MAX_LENGTH = 2048
_CACHED = 4096


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: the app's code, the mark of the secret it was got with, when it ends (seconds since 1970)."""

    app: str
    stamp: str
    expires: int


class Tokens:
    """Issues and verifies tokens. Verified ones are remembered, and their end is looked at every time."""

    def __init__(self, secret: str, seconds: int) -> None:
        self.seconds = seconds
        # A key of its own: what signs tokens must not also be what keys the hashes in the ledger.
        self._key = OctKey.import_key(hmac.digest(secret.encode(), b"huitong gateway token", hashlib.sha256))
        self._verified: dict[str, Claims] = {}

    def issue(self, app: str, stamp: str, now: float) -> str:
        """Return a token for an app whose secret was checked."""
        issued = int(now)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": app,
            "key": stamp,
            "iat": issued,
            "exp": issued + self.seconds,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": "JWT"}, claims, self._key, algorithms=[_ALGORITHM])

    def verify(self, token: str, now: float) -> Claims:
        """Return the token's claims.

        Raises:
            Terminal: ``gateway.token_invalid``, ``gateway.token_expired``.
        """
        claims = self._verified.get(token)
        if claims is None:
            claims = self._decode(token)
            if len(self._verified) >= _CACHED:
                self._verified.clear()
            self._verified[token] = claims
        if now >= claims.expires:
            self._verified.pop(token, None)
            raise Terminal("gateway.token_expired")
        return claims

    def _decode(self, token: str) -> Claims:
        if len(token) > _MAX_LENGTH:
            raise Terminal("gateway.token_invalid")
        try:
            stated = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Terminal("gateway.token_invalid") from error
        app, stamp, expires = stated.get("sub"), stated.get("key"), stated.get("exp")
        if stated.get("iss") != _ISSUER or stated.get("aud") != _AUDIENCE:
            raise Terminal("gateway.token_invalid")
        if not isinstance(app, str) or not isinstance(stamp, str) or type(expires) is not int:
            raise Terminal("gateway.token_invalid")
        return Claims(app, stamp, expires)
