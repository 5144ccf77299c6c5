"""Tokens for the service page's "try it": the one place where the site makes what the gateway accepts."""

from __future__ import annotations

import time

from django.conf import settings

from huitong.gateway.config import config_from
from huitong.gateway.runtime import secret_stamp
from huitong.gateway.tokens import Tokens


def issue_token(app: str, secret_hash: str) -> tuple[str, int]:
    """Return a token of a consumer app and the seconds it is good for."""
    config = config_from(settings.HUITONG)
    token = Tokens(config.secret, config.token_seconds).issue(app, secret_stamp(secret_hash), time.time())
    return token, config.token_seconds
