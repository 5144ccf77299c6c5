"""One golden record out of the lake, with the trace of each value and what other sources say; masked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.catalog.selectors import code_titles, elements_by_name, field_titles_of, items_of_tables
from huitong.apps.collection.selectors import the_lake
from huitong.apps.ledger.selectors import normal_key
from huitong.apps.libraries.specs import ConflictValue, RecordValue
from huitong.engine.declarations.libraries import Attribute, Library
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import current_snapshot, table_columns
from huitong.engine.lake.names import ident, idents, table
from huitong.foundation.masking import mask

Cell = object
"""A value as DuckDB gives it."""


@dataclass(frozen=True)
class Claim:
    """What one source says about an attribute."""

    table: str
    value: str | None


@dataclass(frozen=True)
class FoundRecord:
    """What the lake has of one entity, in clear: for :func:`masked_values` only."""

    key: str
    snapshot: int
    golden: dict[str, Cell] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Attribute → std table its value was taken from."""
    runs: dict[str, int] = field(default_factory=dict)
    """Std table → run that brought the entity's row."""
    collected: dict[int, dt.datetime] = field(default_factory=dict)
    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there is such an entity."""
        return bool(self.golden)


def find_record(library: Library, key: str) -> FoundRecord:
    """Read one entity at one snapshot. Cost: a few look-ups in the lake, 10–25 ms each."""
    wanted = normal_key(key)
    with the_lake().reader() as con:
        snapshot = current_snapshot(con)
        golden = _row(con, library.table, library.key, wanted)
        if not golden:
            return FoundRecord(key=wanted, snapshot=snapshot)
        provenance = _row(con, f"{library.table}_provenance", library.key, wanted)
        names = {attribute.name for attribute in library.attributes}
        runs = {
            source.table: int(str(provenance[f"{source.table}_run"]))
            for source in library.sources
            if provenance.get(f"{source.table}_run") is not None
        }
        return FoundRecord(
            key=wanted,
            snapshot=snapshot,
            golden=golden,
            sources={name: str(value) for name, value in provenance.items() if name in names and value is not None},
            runs=runs,
            collected=_collected(con, set(runs.values())),
            claims=_claims(con, library, wanted),
        )


def _row(con: Connection, name: str, key: str, value: str) -> dict[str, Cell]:
    columns = tuple(table_columns(con, "base", name))
    if not columns:
        return {}
    row = con.execute(f"SELECT {idents(columns)} FROM {table('base', name)} WHERE {ident(key)} = ?", [value]).fetchone()
    return dict(zip(columns, row, strict=True)) if row else {}


def _collected(con: Connection, runs: set[int]) -> dict[int, dt.datetime]:
    rows = con.execute("SELECT run_id, finished_at FROM meta.runs WHERE list_contains(?, run_id)", [sorted(runs)])
    return {int(run): moment.replace(tzinfo=dt.UTC) for run, moment in rows.fetchall()}


def _claims(con: Connection, library: Library, key: str) -> dict[str, tuple[Claim, ...]]:
    """What each source says, most authoritative first, of the attributes on which sources disagree."""
    name = f"{library.table}_conflict"
    columns = tuple(table_columns(con, "base", name))
    if not columns:
        return {}
    found = con.execute(
        f"SELECT {idents(columns)} FROM {table('base', name)} WHERE {ident(library.key)} = ?", [key]
    ).fetchall()
    rows = {row["attribute"]: row for row in (dict(zip(columns, cells, strict=True)) for cells in found)}
    return {
        attribute.name: tuple(
            Claim(one.table, str(rows[attribute.name][one.table]))
            for one in attribute.sources
            if rows[attribute.name].get(one.table) is not None
        )
        for attribute in library.attributes
        if attribute.name in rows
    }


def masked_values(library: Library, record: FoundRecord) -> tuple[RecordValue, ...]:
    """Return the attributes of a record as a page may show them: masked as their data elements say. Four queries."""
    items = items_of_tables({source.table for source in library.sources})
    words = _Words(
        elements=elements_by_name({attribute.element for attribute in library.attributes}),
        items=items,
        fields=field_titles_of(items.values()),
    )
    words.codes |= code_titles(words.codes_in(library, record))
    return tuple(_value(attribute, record, words) for attribute in library.attributes)


@dataclass
class _Words:
    """What the values of a record are called."""

    elements: dict[str, DataElement]
    items: dict[str, CatalogItem]
    fields: dict[tuple[str, str], str]
    codes: dict[tuple[str, str], str] = field(default_factory=dict)

    def cover(self, attribute: Attribute) -> str:
        """How values are masked; what nobody has described is covered."""
        element = self.elements.get(attribute.element)
        return element.mask if element else "full"

    def title(self, attribute: Attribute) -> str:
        """The element's title, or the fields' own where the attribute is another use of it: where somebody lives."""
        element = self.elements.get(attribute.element)
        if attribute.name != attribute.element:
            keys = ((one.field, self.items.get(one.table)) for one in attribute.sources)
            own = (self.fields.get((item.code, name)) for name, item in keys if item)
            return next((title for title in own if title), element.shown_title if element else attribute.name)
        return element.shown_title if element else attribute.name

    def codes_in(self, library: Library, record: FoundRecord) -> set[tuple[str, str]]:
        """The codes to be shown in words, each with its list; none that are masked."""
        lists = {one.name: self._list(one) for one in library.attributes if not self.cover(one)}
        said = {(name, str(value)) for name, value in record.golden.items() if value is not None}
        said |= {(name, claim.value) for name, claims in record.claims.items() for claim in claims if claim.value}
        return {(lists[name], value) for name, value in said if lists.get(name)}

    def shown(self, attribute: Attribute, value: Cell) -> str | None:
        """A value masked, or a code in words."""
        shown = shown_value(value, self.cover(attribute))
        return None if shown is None else self.codes.get((self._list(attribute), shown), shown)

    def _list(self, attribute: Attribute) -> str:
        element = self.elements.get(attribute.element)
        return element.codelist if element else ""


def _value(attribute: Attribute, record: FoundRecord, words: _Words) -> RecordValue:
    source = record.sources.get(attribute.name, "")
    item = words.items.get(source)
    run = record.runs.get(source)
    return RecordValue(
        name=attribute.name,
        title=words.title(attribute),
        value=words.shown(attribute, record.golden.get(attribute.name)),
        masked=bool(words.cover(attribute)),
        source_table=source,
        source_item=item.code if item else "",
        source_title=item.shown_title if item else source,
        provider_title=item.provider.shown_short if item else "",
        run=run,
        collected_at=record.collected.get(run) if run is not None else None,
        conflicts=_conflicts(attribute, record, words),
    )


def _conflicts(attribute: Attribute, record: FoundRecord, words: _Words) -> tuple[ConflictValue, ...]:
    claims, source = record.claims.get(attribute.name, ()), record.sources.get(attribute.name, "")
    chosen = next((claim.value for claim in claims if claim.table == source), None)
    items = words.items
    return tuple(
        ConflictValue(
            table=claim.table,
            provider_title=items[claim.table].provider.shown_short if claim.table in items else "",
            value=words.shown(attribute, claim.value),
            chosen=claim.table == source,
            same=claim.value == chosen,
        )
        for claim in claims
    )


def shown_value(value: Cell, cover: str) -> str | None:
    """Return a value of the lake as text, masked with ``cover``; None stays None."""
    return None if value is None else mask(cover, str(value))
