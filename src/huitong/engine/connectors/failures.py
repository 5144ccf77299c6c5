"""Errors of sources: built in one place, so that every one names what exists and none tells a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from urllib.parse import unquote, urlsplit

from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal, Transient

SHOWN_NAMES = 12
SHOWN_REASON = 400
_URL_PASSWORD = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*):[^\s/@]*@")
_KEY_PASSWORD = re.compile(r"(?i)\b(password|passwd|pwd)\s*=\s*('[^']*'|\S+)")


def redacted(text: str, source: Source | None = None) -> str:
    """Replace passwords in ``text`` with ``***``: those in URLs and connection strings, and the source's own."""
    text = _URL_PASSWORD.sub(r"\g<scheme>:***@", text)
    text = _KEY_PASSWORD.sub(r"\1=***", text)
    for secret in _secrets(source):
        text = text.replace(secret, "***")
    return text


def _secrets(source: Source | None) -> tuple[str, ...]:
    if source is None or "://" not in source.location:
        return ()
    _, _, authority = source.location.partition("://")
    credentials, at, _ = authority.rpartition("@")
    written = credentials.partition(":")[2] if at else ""
    return tuple(sorted({written, unquote(written)} - {""}, key=len, reverse=True))


def place(source: Source) -> str:
    """Say where a source is, without its password and without the query of its address."""
    if "://" not in source.location:
        return source.location
    try:
        parts = urlsplit(source.location)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return redacted(source.location, source)
    return redacted(f"{parts.scheme}://{host}{parts.path}", source)


def closest_first(wanted: str, names: Iterable[str]) -> str:
    """List ``names``, those most like ``wanted`` first, at most ``SHOWN_NAMES`` of them."""
    found = sorted(names, key=lambda name: (-SequenceMatcher(None, wanted.lower(), name.lower()).ratio(), name))
    more = f" … (+{len(found) - SHOWN_NAMES})" if len(found) > SHOWN_NAMES else ""
    return (", ".join(found[:SHOWN_NAMES]) or "—") + more


def object_missing(source: Source, name: str, existing: Iterable[str]) -> Terminal:
    """Say that a source has no such object, and which it has."""
    return Terminal("source.object_missing", source=source.code, object=name, existing=closest_first(name, existing))


def column_missing(source: Source, object_name: str, column: str, existing: Iterable[str]) -> Terminal:
    """Say that an object has no such column, and which it has."""
    return Terminal(
        "source.column_missing",
        source=source.code,
        object=object_name,
        column=column,
        existing=closest_first(column, existing),
    )


def check_columns(source: Source, object_name: str, wanted: Sequence[str], existing: Sequence[str]) -> None:
    """Raise ``source.column_missing`` for the first wanted column that does not exist."""
    known = set(existing)
    for column in wanted:
        if column not in known:
            raise column_missing(source, object_name, column, existing)


def reason_of(error: BaseException | str, source: Source | None = None) -> str:
    """Return what another library said, in one line, without secrets, of bounded length."""
    text = error if isinstance(error, str) else (str(error) or type(error).__name__)
    return redacted(" ".join(text.split()), source)[:SHOWN_REASON]


def bad_format(source: Source, object_name: str, reason: BaseException | str) -> Terminal:
    """Say that something is not what its kind promises: a corrupt workbook, a truncated archive, not a database."""
    return Terminal("source.bad_format", source=source.code, object=object_name, reason=reason_of(reason, source))


def timed_out(source: Source) -> Transient:
    """Say that a source stayed silent for ``source.timeout`` seconds."""
    return Transient("source.timeout", source=source.code, place=place(source), seconds=f"{source.timeout:g}")


def unreachable(source: Source, reason: BaseException | str) -> Transient:
    """Say that a source cannot be reached at all."""
    return Transient("source.unreachable", source=source.code, place=place(source), reason=reason_of(reason, source))


def interrupted(source: Source, object_name: str, reason: BaseException | str) -> Transient:
    """Say that a connection broke in the middle of reading."""
    return Transient("source.interrupted", source=source.code, object=object_name, reason=reason_of(reason, source))


def bad_location(source: Source, reason: str) -> Terminal:
    """Say that a declared location cannot be one of its kind."""
    return Terminal("source.bad_location", source=source.code, place=place(source), reason=redacted(reason, source))


def unopened(source: Source, object_name: str, error: OSError) -> Terminal | Transient:
    """Translate what the operating system says about a file."""
    if isinstance(error, PermissionError):
        return Terminal("source.permission_denied", source=source.code, object=object_name, reason=reason_of(error))
    if isinstance(error, IsADirectoryError):
        return bad_format(source, object_name, error.strerror or "")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Terminal("source.location_missing", source=source.code, place=place(source))
    return unreachable(source, error)
