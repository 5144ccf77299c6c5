"""From a value that somebody saw back to the row of the department it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import override

from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.catalog.selectors import code_titles, elements_by_name, items_of_tables
from huitong.apps.collection.selectors import the_lake
from huitong.apps.declared import in_language
from huitong.apps.disputes.sealing import digest_of_value
from huitong.apps.disputes.wording import kept_code
from huitong.apps.ledger.selectors import normal_key, subject_of
from huitong.apps.libraries.records import FoundRecord, find_record
from huitong.apps.libraries.selectors import shown_value
from huitong.engine.declarations.items import ItemField
from huitong.engine.declarations.libraries import Library
from huitong.engine.lake import Connection
from huitong.engine.lake.lake import table_columns
from huitong.engine.lake.names import KEY, RUN, ident, table
from huitong.foundation.errors import Terminal

GONE = object()
"""Stands for the value of a row that is no longer there."""


@dataclass(frozen=True)
class Trace:
    """Where a value comes from. ``row`` is in clear and never shown; ``shown_…`` are masked."""

    item: CatalogItem
    field_title: str
    """For who reads it."""
    field_name: str
    """In Chinese, as cases keep it."""
    column: str
    row: str
    run: int | None
    collected_at: dt.datetime | None
    subject: str
    digest: str
    shown_row: str
    shown_subject: str
    shown_value: str
    """A code of a list in words, for who reads it."""
    kept_value: str
    """In Chinese and with the code itself, as cases keep it."""


def trace_of_library(library: Library, key: str, attribute: str) -> Trace:
    """Trace an attribute of a golden record to its source row.

    Raises:
        Terminal: ``disputes.no_trace`` when there is no such record, or no source has a value.
    """
    record = find_record(library, key)
    declared = next((one for one in library.attributes if one.name == attribute), None)
    if not record.found or declared is None:
        raise Terminal("disputes.no_trace")
    source = record.sources.get(attribute) or _first_source(library, record, attribute)
    entry = next((one for one in declared.sources if one.table == source), None)
    home = next((one for one in library.sources if one.table == source), None)
    if entry is None or home is None:
        raise Terminal("disputes.no_trace")
    run = record.runs.get(source)
    collected = record.collected.get(run) if run is not None else None
    return _trace(source, home.key, record.key, entry.field, run=run, collected_at=collected)


def _first_source(library: Library, record: FoundRecord, attribute: str) -> str:
    """The most authoritative source that knows the entity: a value that nobody has is missing there."""
    declared = next(one for one in library.attributes if one.name == attribute)
    return next((one.table for one in declared.sources if one.table in record.runs), "")


def trace_of_table(std_table: str, key_field: str, key: str, field: str) -> Trace:
    """Trace a field of a row that a service gives out of ``std``.

    Raises:
        Terminal: ``disputes.no_trace``.
    """
    return _trace(std_table, key_field, normal_key(key), field, run=None, collected_at=None)


def _trace(
    std_table: str, key_field: str, key: str, field: str, *, run: int | None, collected_at: dt.datetime | None
) -> Trace:
    item = items_of_tables([std_table]).get(std_table)
    if item is None:
        raise Terminal("disputes.no_trace")
    fields = {one.std_name: one for one in item.as_spec().fields}
    elements = elements_by_name({one.element for one in fields.values()})
    masks = {name: element.mask for name, element in elements.items()}
    if field not in fields or key_field not in fields:
        raise Terminal("disputes.no_trace")
    with the_lake().reader() as con:
        row, value, brought = _std_row(con, std_table, key_field, key, field)
        raw = raw_value(con, std_table, row, fields[field].column)
        moment = collected_at or _finished(con, brought)
    bound, asked = elements.get(fields[field].element), fields[field]
    shown = shown_value(value, bound.mask if bound else "full")
    words, kept = _in_words(bound, shown)
    return Trace(
        item=item,
        field_title=field_title(asked, bound),
        field_name=_name(asked, bound),
        column=fields[field].column,
        row=row,
        run=run if run is not None else brought,
        collected_at=moment,
        subject=subject_of(key),
        digest=digest_of_value(std_table, row, fields[field].column, raw),
        shown_row=_shown_row(item, row, fields, masks),
        shown_subject=shown_value(key, masks.get(fields[key_field].element, "full") or "full") or "",
        shown_value=words or "—",
        kept_value=kept or "—",
    )


def field_title(field: ItemField, bound: DataElement | None) -> str:
    """Return what a field is called, as on the page of a look-up: by its own title as another use of its element."""
    own = in_language(field.title, field.title_en)
    if bound is not None and (field.std_name == bound.name or not own):
        return bound.shown_title
    return own or field.std_name


def _name(field: ItemField, bound: DataElement | None) -> str:
    with override("zh-hans"):
        return field_title(field, bound)


def _in_words(bound: DataElement | None, shown: str | None) -> tuple[str | None, str | None]:
    """A value in the reader's words, and as cases keep it; a masked one stays what it is."""
    if shown is None or bound is None or bound.mask or not bound.codelist:
        return shown, shown
    code = (bound.codelist, shown)
    words = code_titles([code]).get(code, "")
    with override("zh-hans"):
        kept = code_titles([code]).get(code, "")
    return words or shown, kept_code(kept, shown) if kept else shown


def _std_row(con: Connection, name: str, key_field: str, key: str, field: str) -> tuple[str, object, int | None]:
    if not {key_field, field} <= set(table_columns(con, "std", name)):
        raise Terminal("disputes.no_trace")
    found = con.execute(
        f"SELECT {ident(KEY)}, {ident(field)}, {ident(RUN)} FROM {table('std', name)} "
        f"WHERE CAST({ident(key_field)} AS VARCHAR) = ? ORDER BY {ident(RUN)} DESC, {ident(KEY)} LIMIT 1",
        [key],
    ).fetchone()
    if found is None:
        raise Terminal("disputes.no_trace")
    return str(found[0]), found[1], int(found[2]) if found[2] is not None else None


def raw_value(con: Connection, name: str, row: str, column: str) -> object:
    """Return the value of a raw row, :data:`GONE` as text when the row is there no more."""
    found = con.execute(f"SELECT {ident(column)} FROM {table('raw', name)} WHERE {ident(KEY)} = ?", [row]).fetchone()
    return found[0] if found else "\x1egone"


def _finished(con: Connection, run: int | None) -> dt.datetime | None:
    found = con.execute("SELECT finished_at FROM meta.runs WHERE run_id = ?", [run]).fetchone() if run else None
    return found[0].replace(tzinfo=dt.UTC) if found and found[0] else None


def _shown_row(item: CatalogItem, row: str, fields: Mapping[str, ItemField], masks: Mapping[str, str]) -> str:
    """The row's key at its source: in clear when it is a number of the system's own, else masked."""
    link = item.as_spec().link
    keys = link.key if link else ()
    bound = [one for one in fields.values() if one.column in keys]
    covered = len(keys) != 1 or any(masks.get(one.element) for one in bound)
    return shown_value(row, "number" if covered else "") or ""
