"""Commands that call a service from a terminal, as the pages and ``huitong demo --json`` print them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from huitong.engine.declarations.sharing import ServiceKind


def kind_to_show(offered: Iterable[str], granted: Iterable[str]) -> ServiceKind:
    """Return the kind of call that an example makes: records where both allow it, else verify."""
    return "records" if "records" in set(offered) & set(granted) else "verify"


def token_command(*, url: str, app: str, secret: str) -> str:
    """Return a command that prints a token. ``secret`` may be a shell variable such as ``$SECRET``."""
    decode = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    return f"curl -s -u {app}:{secret} -d grant_type=client_credentials {url} | {decode}"


def call_command(*, kind: ServiceKind, url: str, token: str, grant: str, key: str, field: str) -> str:
    """Return a command that asks about one key; ``verify`` asks whether ``field`` is ``?``.

    Args:
        url: of the service, without the kind.
        token: what stands for the token in the shell: ``$TOKEN``, or a ``$(command)``.
    """
    head = f'curl -s -H "Authorization: Bearer {token}" -H "Purpose: {quote(grant)}"'
    if kind == "records":
        return f'{head} "{url}/records?{urlencode({"key": key})}"'
    body = json.dumps({"items": [{"key": key, "values": {field: "?"}}]}, ensure_ascii=False)
    return f"{head} -H 'Content-Type: application/json' -d {shlex.quote(body)} {url}/verify"
