"""What is published of the lake: one publication a table, with what all services over it need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huitong.engine.declarations.libraries import Library
from huitong.engine.declarations.sharing import Service
from huitong.engine.lake.names import KEY, ident, table


@dataclass(frozen=True)
class Publication:
    """One lake table as served. ``identity`` is unique in it; ``keys`` are the columns that services look up by."""

    schema: str
    table: str
    identity: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """The table's name in the serving store."""
        return f"{self.schema}.{self.table}"

    @property
    def stored(self) -> tuple[str, ...]:
        """Columns in the serving store: the identity first."""
        return tuple(dict.fromkeys((self.identity, *self.columns)))


def publications(services: Iterable[Service], libraries: Iterable[Library]) -> tuple[Publication, ...]:
    """Return one publication for each table that services read, in the order they are first named."""
    identities = {f"base.{library.table}": library.key for library in libraries}
    tables: dict[str, list[Service]] = {}
    for service in services:
        tables.setdefault(service.table, []).append(service)
    return tuple(_publication(name, over, identities) for name, over in tables.items())


def _publication(name: str, services: list[Service], identities: Mapping[str, str]) -> Publication:
    schema, _, bare = name.partition(".")
    columns: dict[str, None] = {}
    keys: dict[str, None] = {}
    for service in services:
        keys[service.key] = None
        columns.update(dict.fromkeys((service.key, service.subject or service.key, *service.fields)))
    return Publication(schema, bare, identities.get(name, KEY), tuple(columns), tuple(keys))


def served_rows_sql(publication: Publication, kinds: Mapping[str, str], *, only: str = "") -> str:
    """The rows to serve. ``kinds``: the table's column types; ``only``: a table of identities, "" for all.

    Dates, times and exact decimals become text: SQLite has no such types, and no digit may be lost.
    """
    where = f" WHERE {ident(publication.identity)} IN (FROM {ident(only)})" if only else ""
    columns = ", ".join(_stored(name, kinds[name]) for name in publication.stored)
    return f"SELECT {columns} FROM {table(publication.schema, publication.table)}{where}"


def _stored(name: str, kind: str) -> str:
    exact = kind.startswith(("DATE", "TIME", "DECIMAL"))
    return f"CAST({ident(name)} AS VARCHAR) AS {ident(name)}" if exact else ident(name)
