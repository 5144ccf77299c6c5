"""From a live source: what its tables hold, and the catalog item that each could become, for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from pypinyin import lazy_pinyin

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.drafting import draft_item
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.selectors import bound_columns, declared_codelists, declared_elements, may_draft_for
from huitong.apps.collection.reading import source_objects, source_profile
from huitong.apps.collection.selectors import access_source
from huitong.apps.declared import in_language
from huitong.engine.declarations import items, sources
from huitong.engine.declarations.elements import Element
from huitong.engine.profiling import ColumnProfile, ObjectProfile
from huitong.engine.standards.proposing import Knowledge, Proposal, propose, proposed_key, proposed_watermark, said_in
from huitong.foundation.errors import HuitongError, Terminal
from huitong.foundation.masking import mask

SAMPLES = 3
_FORMATS: dict[str, str] = {"csv": "spreadsheet", "xlsx": "spreadsheet", "html": "document"}
_TYPES = {"csv": "csv", "xlsx": "xlsx", "html": "html"}
MOST_OBJECTS = 30
_SHORT = 30
_SURE = 50
"""Confidence from which a proposed element is filled in; below, it is only shown."""
_CODE_NAMES = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class ScanObject:
    """A table, file or sheet of a source, and the item that it is linked to already."""

    name: str
    rows: int | None
    comment: str
    item: str
    item_title: str


@dataclass(frozen=True)
class ScanColumn:
    """A column as it is, with what it seems to be. ``samples`` are masked."""

    name: str
    type: str
    comment: str
    key: int
    """Its place in the declared primary key; 0 for none."""
    empty: float
    """Share of rows without a value, 0 to 1."""
    distinct: int
    samples: tuple[str, ...]
    element: str
    element_title: str
    confidence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Scan:
    """One object as looked at, and the item proposed for it."""

    rows: int
    total: int | None
    columns: tuple[ScanColumn, ...]
    spec: items.CatalogItem


def scan_source(viewer: Viewer, code: str) -> tuple[ScanObject, ...]:
    """List what a source holds now, and what of it is in the catalog.

    Raises:
        Terminal, Transient: ``people.not_found``, or a ``source.…`` code.
    """
    linked: dict[str, CatalogItem] = {}
    for item in CatalogItem.objects.current().filter(source=code):
        link = item.as_spec().link
        if link:
            linked[link.object] = item
    found = []
    for one in source_objects(viewer, code):
        item_of = linked.get(one.name)
        title = item_of.shown_title if item_of else ""
        found.append(ScanObject(one.name, one.rows, one.comment, item_of.code if item_of else "", title))
    return tuple(found)


def scan_object(viewer: Viewer, code: str, name: str) -> Scan:
    """Look at one object and propose the item: name, fields with their elements, key, and how it would be collected.

    Raises:
        Terminal, Transient: as :func:`scan_source`.
    """
    source = access_source(viewer, code)
    profile = source_profile(viewer, code, name)
    elements = {one.name: one for one in declared_elements()}
    codelists = {one.name: one for one in declared_codelists()}
    proposals = propose(profile.columns, Knowledge(elements, codelists, bound_columns()))
    columns = tuple(_column(column, one, elements) for column, one in zip(profile.columns, proposals, strict=True))
    spec = _proposed(source.as_spec(), source.title, profile, proposals, elements)
    return Scan(profile.rows, profile.total, columns, spec)


@transaction.atomic
def draft_from_source(acting_user: User, *, source: str, object_name: str) -> ItemDraft:
    """Begin a new item with what was recognised in an object of a source; linked to it.

    Raises:
        Terminal, Transient: as :func:`scan_source`; ``people.not_allowed`` unless the user drafts for its department.
    """
    scan = scan_object(acting_user, source, object_name)
    evidence = {
        column.name: {"element": column.element, "confidence": column.confidence, "reasons": list(column.reasons)}
        for column in scan.columns
    }
    return draft_item(acting_user, spec=scan.spec, origin=ItemDraft.Origin.SOURCE, evidence=evidence)


@dataclass(frozen=True)
class Drafted:
    """What came of several objects at once: drafts, and what could not be read, with why."""

    drafts: tuple[ItemDraft, ...]
    failed: tuple[tuple[str, HuitongError], ...]


def draft_many_from_source(acting_user: User, *, source: str, objects: Sequence[str]) -> Drafted:
    """Begin an item for each of several objects, each in a transaction of its own: one that fails stops no other.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed``,
            ``catalog.too_many_objects`` beyond :data:`MOST_OBJECTS`.
    """
    row = access_source(acting_user, source)
    if not may_draft_for(acting_user, row.organisation):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if len(objects) > MOST_OBJECTS:
        raise Terminal("catalog.too_many_objects", n=len(objects), most=MOST_OBJECTS)
    drafts, failed = [], []
    for name in dict.fromkeys(objects):
        try:
            drafts.append(draft_from_source(acting_user, source=source, object_name=name))
        except HuitongError as error:
            failed.append((name, error))
    return Drafted(tuple(drafts), tuple(failed))


def _column(column: ColumnProfile, proposal: Proposal, elements: dict[str, Element]) -> ScanColumn:
    element = elements.get(proposal.element)
    return ScanColumn(
        name=column.name,
        type=column.type,
        comment=column.comment,
        key=column.key,
        empty=column.empty / column.rows if column.rows else 0.0,
        distinct=column.distinct,
        samples=tuple(_masked(value, element) for value in column.values[:SAMPLES]),
        element=proposal.element,
        element_title=in_language(element.title, element.title_en) if element else "",
        confidence=proposal.confidence,
        reasons=proposal.reasons,
    )


def _masked(value: str, element: Element | None) -> str:
    """Cover a value by its element's mask; of what nobody has recognised only the ends are shown."""
    if element is not None and element.level <= 2 and not element.mask:
        return value[:40]
    return mask(element.mask if element and element.mask else "number", value[:60]) or ""


def _proposed(
    source: sources.Source,
    title: str,
    profile: ObjectProfile,
    proposals: tuple[Proposal, ...],
    elements: dict[str, Element],
) -> items.CatalogItem:
    key = proposed_key(profile.columns, proposals)
    watermark = proposed_watermark(proposals) if key else ""
    return items.CatalogItem(
        code="",
        title=_title(profile.object, title, profile.comment),
        title_en="",
        provider=source.organisation,
        system=source.system,
        table=_free_table(f"{source.code}_{profile.object}"),
        format=_FORMATS.get(source.kind, "database"),  # type: ignore[arg-type]
        format_type=_TYPES.get(source.kind, source.kind),
        sharing_method="file" if source.kind in ("csv", "xlsx") else "api",
        update_cycle="daily",
        abstract=profile.comment.strip() if len(profile.comment) > _SHORT else "",
        fields=tuple(_fields(profile.columns, proposals, elements)),
        link=sources.Link(
            source=source.code,
            object=profile.object,
            mode="incremental" if watermark else "full",
            key=key,
            watermark=watermark,
        ),
    )


def _fields(
    columns: Sequence[ColumnProfile], proposals: tuple[Proposal, ...], elements: dict[str, Element]
) -> list[items.ItemField]:
    fields: list[items.ItemField] = []
    taken: set[str] = set()
    for column, one in zip(columns, proposals, strict=True):
        element = elements.get(one.element) if one.confidence >= _SURE else None
        name = element.name if element else ""
        if name in taken or (not name and _CODE_NAMES.fullmatch(one.column.lower())):
            name = one.column.lower() if _CODE_NAMES.fullmatch(one.column.lower()) else f"{name}_{len(fields) + 1}"
        taken.add(name)
        title = one.column if not one.column.isascii() else said_in(column.comment)
        fields.append(
            items.ItemField(
                column=one.column,
                element=element.name if element else "",
                name="" if element and name == element.name else name,
                title=title,
            )
        )
    return fields


def _title(object_name: str, source_title: str, comment: str) -> str:
    """A table is called what its comment says, a file or sheet by its Chinese name; of others only a person knows."""
    said = said_in(comment).removesuffix("表")
    if said and not said.isascii() and len(said) <= _SHORT:
        return said if said.endswith(("信息", "名单", "清单", "目录")) else f"{said}信息"
    name = object_name.rpartition("#")[2].rsplit(".", 1)[0]
    if not name.isascii():
        return name if name.endswith(("信息", "名单", "清单", "目录")) else f"{name}信息"
    return f"{source_title.removesuffix('库')}信息（{object_name}）"


def _free_table(text: str) -> str:
    name = re.sub(r"\W+", "_", "".join(lazy_pinyin(text)).lower(), flags=re.ASCII).strip("_")[:48]
    taken = set(CatalogItem.objects.current().filter(table__startswith=name).values_list("table", flat=True))
    number, tried = 1, name
    while tried in taken:
        number += 1
        tried = f"{name}_{number}"
    return tried
