"""What a serving store is, whichever database holds it.

Tables are named as in the lake, ``base.population``. There is one writer at a time: who holds the lake's write lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

import msgspec

from huitong.engine.serving.policy import Policy

Value: TypeAlias = str | int | float | bool | Decimal | date | datetime | None
"""A stored value. SQLite gives dates and exact decimals as text, PostgreSQL as their own types."""
Row: TypeAlias = tuple[Value, ...]
"""One row, its values in the order of the columns that were asked for."""


class Answer(msgspec.Struct, frozen=True):
    """What a look-up found: rows and the lake snapshot they are from, both of the same instant."""

    as_of: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Generation:
    """A table being filled that nobody reads yet, as DuckDB attaches it.

    ``ATTACH '<location>' AS serving (TYPE <kind>)``, then ``CREATE TABLE serving.<schema>.<name> AS …``.
    """

    kind: Literal["sqlite", "postgres"]
    location: str
    schema: str
    name: str


class Delta(Protocol):
    """Changes of one published table, in one transaction."""

    def delete(self, column: str, values: Sequence[Value]) -> int:
        """Delete the rows whose ``column`` is one of ``values``; return how many went."""

    def insert(self, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        """Insert rows, in bounded memory; return how many came."""


class ServingStore(Protocol):
    """Published tables and the policy. Objects may be shared by threads.

    A reader sees a swap or a delta whole or not at all, at most a second after it happened.
    """

    local: bool
    """Look-ups take microseconds and need no thread of their own."""

    def lookup(self, table: str, column: str, keys: Sequence[str], columns: Sequence[str], limit: int) -> Answer:
        """Return the rows whose ``column`` is one of ``keys``, at most ``limit``, in no set order.

        ``columns`` are read and nothing else. The work grows with the keys, not with the table.

        Raises:
            Terminal: ``serving.not_published`` when the table is not there, ``serving.column_missing``.
            Transient: ``serving.unavailable``.
        """

    def first_key(self, table: str, column: str) -> str:
        """Return some value of ``column`` that is not empty, to show what a key looks like; "" where there is none.

        Raises:
            Terminal: ``serving.not_published``, ``serving.column_missing``. Transient: ``serving.unavailable``.
        """

    def as_of(self, table: str) -> int | None:
        """Return the lake snapshot the table shows, None when it is not published."""

    def read_policy(self) -> Policy | None:
        """Return the policy, None before the first was written. Raises ``serving.policy_invalid``."""

    def policy_version(self) -> str | None:
        """Return a stamp that differs after every ``write_policy``; cheap."""

    def write_policy(self, policy: Policy) -> None:
        """Replace the policy atomically."""

    def new_generation(self, table: str) -> Generation:
        """Return a place to fill; a draft left by an earlier attempt is thrown away."""

    def activate(self, table: str, generation: Generation, *, as_of: int, keys: Sequence[str]) -> None:
        """Index the filled generation on each of ``keys`` and let readers move to it atomically."""

    def delta(self, table: str, *, as_of: int) -> AbstractContextManager[Delta]:
        """Change the active generation in one transaction that also moves ``as_of``; on an error nothing happened."""

    def withdraw(self, table: str) -> None:
        """Stop serving the table and drop it."""

    def close(self) -> None:
        """Give back connections."""
