"""Values of the registry that cross borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Connection = Literal["shared", "receives", "gathered", "platform", "island", "off"]
"""What ties a system to others: its data is used, it only uses others', it is gathered but nobody uses it, it is this
platform itself, nothing, or it is not live."""


@dataclass(frozen=True)
class SystemRow:
    """One system with what ties it to others."""

    code: str
    title: str
    organisation: str
    organisation_title: str
    level: str
    state: str
    host: str
    successor: str
    successor_title: str
    items: int
    linked: int
    users: int
    """Consumer apps that use data of it, under a grant."""
    uses: int
    """Systems whose data it uses itself, by consumer apps that are linked to it."""
    connection: Connection


@dataclass(frozen=True)
class Exchange:
    """Data of one system used by one consumer app, through so many grants."""

    system: str
    app: str
    app_title: str
    consumer: str
    consumer_title: str
    grants: int
    receiver: str = ""
    """The system that the app belongs to, where it is known."""


@dataclass(frozen=True)
class IslandMap:
    """All systems that the viewer may see, and who uses whose data."""

    systems: tuple[SystemRow, ...]
    exchanges: tuple[Exchange, ...]

    def with_connection(self, connection: Connection) -> tuple[SystemRow, ...]:
        """Return the systems that stand so."""
        return tuple(row for row in self.systems if row.connection == connection)


@dataclass(frozen=True)
class ProjectRow:
    """One line of the projects."""

    id: int
    title: str
    organisation_title: str
    kind: str
    state: str
    asked: int
    approved: int | None
    case: str
    updated_at: dt.datetime


@dataclass(frozen=True)
class AlreadyThere:
    """Something a project wants to collect that the city has: the element, and the items that carry it."""

    element: str
    element_title: str
    items: tuple[tuple[str, str, str], ...]
    """Code, title and provider of items, those of other departments."""
    authority: str = ""
    """The department that answers for it, "" where none is on record."""
