"""What callers ask: the two request bodies, query strings and headers, read within bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote

import msgspec
from starlette.types import Receive, Scope

from huitong.foundation.errors import Terminal
from huitong.gateway.config import MAX_BODY, MAX_KEYS, MAX_TEXT
from huitong.gateway.matching import Stated

_Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class RecordsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"keys": ["…"], "fields": ["…"]}``; without ``fields`` every granted one is answered."""

    keys: Annotated[list[_Key], msgspec.Meta(min_length=1)]
    fields: Annotated[list[_Name], msgspec.Meta(min_length=1, max_length=500)] | None = None


class VerifyItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record to check: what the caller holds true of it, per field."""

    key: _Key
    values: Annotated[dict[_Name, Stated], msgspec.Meta(min_length=1, max_length=500)]


class VerifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{"items": [{"key": "…", "values": {"name": "…"}}]}``."""

    items: Annotated[list[VerifyItem], msgspec.Meta(min_length=1)]


_ONE_KEY = re.compile(rb"key=([0-9A-Za-z_.-]{1,200})")
"""By far the most common query: one key that needs no decoding."""


class ClientGone(Exception):
    """The caller hung up before the request was complete: there is nobody to answer."""


_RECORDS = msgspec.json.Decoder(RecordsBody)
_VERIFY = msgspec.json.Decoder(VerifyBody)


async def read_body(scope: Scope, receive: Receive, limit: int = MAX_BODY) -> bytes:
    """Read the request's body.

    Raises:
        Terminal: ``gateway.body_too_large``, as soon as that is known.
        ClientGone: when the caller hung up.
    """
    declared = header(dict(scope["headers"]), b"content-length")
    if declared.isdecimal() and int(declared[:15]) > limit:
        raise Terminal("gateway.body_too_large", limit=limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Terminal("gateway.body_too_large", limit=limit)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def asked_in_query(query: bytes) -> RecordsBody:
    """Read ``?key=…&key=…&fields=a,b``. Raises ``gateway.body_invalid``, ``gateway.too_many_keys``."""
    if (one := _ONE_KEY.fullmatch(query)) is not None:
        return RecordsBody([one[1].decode()])
    try:
        stated = parse_qs(query.decode(), keep_blank_values=True, max_num_fields=4 * MAX_KEYS)
        names = [name for part in stated.get("fields", ()) for name in part.split(",")]
        return _within(msgspec.convert({"keys": stated.get("key", []), "fields": names or None}, RecordsBody))
    except (msgspec.ValidationError, ValueError) as error:
        raise Terminal("gateway.body_invalid", reason=str(error)[:200]) from error


def asked_in_body(body: bytes) -> RecordsBody:
    """Read the body of ``records``. Raises ``gateway.body_invalid``, ``gateway.too_many_keys``."""
    return _within(_decode(_RECORDS, body))


def verified_in_body(body: bytes) -> VerifyBody:
    """Read the body of ``verify``. Raises ``gateway.body_invalid``, ``gateway.too_many_keys``."""
    stated: VerifyBody = _decode(_VERIFY, body)
    _check_keys([item.key for item in stated.items])
    return stated


def header(headers: Mapping[bytes, bytes], name: bytes) -> str:
    """The header's value, "" without one. UTF-8, or percent-encoded for clients that can only send ASCII."""
    value = headers.get(name)
    if value is None:
        return ""
    text = value.decode("utf-8", "replace")
    return unquote(text, errors="replace") if "%" in text else text


def bounded(text: str) -> str:
    """Cut a caller's free text to what the ledger keeps of it: without NUL, which PostgreSQL does not take."""
    text = text.replace("\x00", "\ufffd")
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Terminal("gateway.body_invalid", reason=str(error)[:200]) from error


def _within(asked: RecordsBody) -> RecordsBody:
    _check_keys(asked.keys)
    return asked


def _check_keys(keys: list[str]) -> None:
    if len(keys) > MAX_KEYS:
        raise Terminal("gateway.too_many_keys", keys=len(keys), limit=MAX_KEYS)
    if any("\x00" in key for key in keys):
        raise Terminal("gateway.body_invalid", reason="NUL in a key")
