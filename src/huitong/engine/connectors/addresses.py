"""Addresses of database servers: ``scheme://user:password@host:port/database``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from huitong.engine.connectors.failures import bad_location
from huitong.engine.declarations.sources import Source


@dataclass(frozen=True)
class Address:
    """A declared address, taken apart and decoded; never shown to anybody."""

    host: str
    port: int
    user: str
    password: str
    database: str
    parameters: dict[str, str]

    def url(self, scheme: str) -> str:
        """Write the address as drivers read it, without its parameters."""
        password = f":{quote(self.password, safe='')}" if self.password else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = quote(self.user, safe="")
        return f"{scheme}://{user}{password}@{host}:{self.port}/{quote(self.database, safe='')}"


def address_of(source: Source, *, schemes: Collection[str], port: int) -> Address:
    """Take a source's location apart.

    Args:
        schemes: those that are allowed.
        port: used when the location names none.

    Raises:
        Terminal: ``source.bad_location``, which repeats nothing of the credentials.
    """
    try:
        parts = urlsplit(source.location)
        given_port = parts.port
    except ValueError as error:
        raise bad_location(source, "host:port") from error
    if parts.scheme not in schemes:
        raise bad_location(source, " / ".join(f"{scheme}://" for scheme in schemes))
    database = unquote(parts.path.strip("/"))
    if not parts.hostname or not database:
        raise bad_location(source, f"{parts.scheme}://user:password@host:{port}/database")
    return Address(
        host=parts.hostname,
        port=given_port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=database,
        parameters=dict(parse_qsl(parts.query)),
    )
