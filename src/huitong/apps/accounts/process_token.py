"""How a command on the same machine asks the running process to do things: a token in a file only its owner reads."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings


def announce_process() -> str:
    """Make this process's token and keep it in ``<home>/run/token``, mode 0600. Returns it."""
    file = token_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(32)
    draft = file.with_name(f".token.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(token, encoding="ascii")
    draft.replace(file)
    return token


def withdraw_process() -> None:
    """Remove the token: nobody is there to be asked."""
    token_file().unlink(missing_ok=True)


def process_token() -> str:
    """Return the running process's token, "" when none has announced itself."""
    try:
        return token_file().read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def is_process_token(token: str) -> bool:
    """Tell whether ``token`` is the running process's, in constant time."""
    known = process_token()
    return bool(known) and hmac.compare_digest(token.encode(), known.encode())


def token_file() -> Path:
    """Return where the token is kept."""
    return Path(settings.HUITONG.home) / "run" / "token"
