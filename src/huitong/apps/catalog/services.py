"""Writes of the catalog."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import ProtectedError

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_by_code, system_by_code
from huitong.apps.catalog.classes import next_resource_code
from huitong.apps.catalog.effects import end_what_stands_on, lost_between
from huitong.apps.catalog.models import (
    CatalogItem,
    CodeEntry,
    CodeList,
    DataElement,
    ItemField,
    ItemRule,
    ItemVersion,
)
from huitong.apps.catalog.searching import drop_from_index, index_item
from huitong.apps.catalog.selectors import elements_by_name
from huitong.apps.declared import digest_of, stored
from huitong.apps.ledger.services import record_audit
from huitong.engine.declarations import elements, items
from huitong.foundation.errors import Terminal


@transaction.atomic
def put_element(acting_user: User, *, spec: elements.Element) -> DataElement:
    """Create or change a data element."""
    row = DataElement.objects.filter(name=spec.name).first() or DataElement(name=spec.name)
    before = row.as_spec() if row.pk else None
    row.code, row.title, row.title_en = spec.code, spec.title, spec.title_en
    row.type, row.codelist, row.level, row.mask = spec.type, spec.codelist, spec.level, spec.mask
    row.set_spec(spec)
    row.save()
    record_audit(acting_user, action="catalog.put_element", kind="element", target=spec.name, before=before, after=spec)
    return row


@transaction.atomic
def remove_element(acting_user: User, *, name: str) -> None:
    """Remove a data element that no field is bound to.

    Raises:
        Terminal: ``catalog.element_in_use`` names items that use it.
    """
    row = DataElement.objects.get(name=name)
    try:
        row.delete()
    except ProtectedError as error:
        bound = row.bindings.order_by("item__code").values_list("item__code", flat=True).distinct()[:5]
        raise Terminal("catalog.element_in_use", name=name, items="、".join(bound)) from error
    record_audit(acting_user, action="catalog.remove_element", kind="element", target=name, before=row.as_spec())


@transaction.atomic
def put_codelist(acting_user: User, *, spec: elements.CodeList) -> CodeList:
    """Create a code list, or replace its entries."""
    row = CodeList.objects.filter(name=spec.name).first() or CodeList(name=spec.name)
    before = elements.CodeList(name=row.name, title=row.title, entries=()) if row.pk else None
    row.title, row.digest = spec.title, digest_of(spec)
    row.save()
    row.entries.all().delete()
    CodeEntry.objects.bulk_create(
        (
            CodeEntry(codelist=row, code=one.code, title=one.title, title_en=one.title_en, parent=one.parent)
            for one in spec.entries
        ),
        batch_size=2000,
    )
    # Tens of thousands of entries do not belong into an audit row; the digest in `code_list` tells them apart.
    after = elements.CodeList(name=spec.name, title=spec.title, entries=())
    record_audit(
        acting_user, action="catalog.put_codelist", kind="codelist", target=spec.name, before=before, after=after
    )
    return row


@transaction.atomic
def remove_codelist(acting_user: User, *, name: str) -> None:
    """Remove a code list that no data element uses.

    Raises:
        Terminal: ``catalog.codelist_in_use`` names elements that use it.
    """
    using = DataElement.objects.filter(codelist=name).values_list("name", flat=True)[:5]
    if using:
        raise Terminal("catalog.codelist_in_use", name=name, elements="、".join(using))
    row = CodeList.objects.get(name=name)
    before = elements.CodeList(name=row.name, title=row.title, entries=())
    row.delete()
    record_audit(acting_user, action="catalog.remove_codelist", kind="codelist", target=name, before=before)


@transaction.atomic
def put_item(acting_user: User, *, spec: items.CatalogItem) -> CatalogItem:
    """Create a catalog item, or change it into its next version.

    Raises:
        Terminal: ``people.not_found`` when provider or system is unknown, ``catalog.element_unknown``,
            ``catalog.table_taken`` or ``catalog.code_taken`` when another item has the table or the resource code,
            ``people.invalid_input`` for a bad date.
    """
    row = CatalogItem.objects.filter(code=spec.code).first() or CatalogItem(code=spec.code)
    before, known = (row.as_spec(), True) if row.pk else (None, False)
    other = CatalogItem.objects.current().filter(table=spec.table).exclude(code=spec.code).first()
    if other is not None:
        raise Terminal("catalog.table_taken", table=spec.table, item=other.code)
    _set_columns(row, spec)
    _set_resource_code(row, spec)
    row.version = row.version + 1 if known else 1
    row.set_spec(spec)
    row.save()
    bound = _set_fields(row, spec)
    _set_rules(row, spec)
    index_item(row, spec, elements=bound)
    ItemVersion.objects.create(item=row, version=row.version, spec=stored(spec), user=acting_user)
    record_audit(acting_user, action="catalog.put_item", kind="item", target=spec.code, before=before, after=spec)
    return row


def _set_columns(row: CatalogItem, spec: items.CatalogItem) -> None:
    row.provider = organisation_by_code(spec.provider)
    row.system = system_by_code(spec.system) if spec.system else None
    row.title, row.title_en, row.table, row.abstract = spec.title, spec.title_en, spec.table, spec.abstract
    row.resource_class, row.category, row.format = spec.resource_class, spec.category, spec.format
    row.classification = spec.classification
    row.sharing_type, row.sharing_condition = spec.sharing_type, spec.sharing_condition
    row.sharing_method, row.update_cycle = spec.sharing_method, spec.update_cycle
    row.open_to_public, row.state = spec.open_to_public, CatalogItem.State.PUBLISHED
    row.published_on = _date(spec.published_on, "published_on")
    source = spec.link.source if spec.link else ""
    if not source:
        row.link_state = CatalogItem.LinkState.NONE
    elif row.link_state == CatalogItem.LinkState.NONE or row.source != source:
        row.link_state = CatalogItem.LinkState.DECLARED
    row.source = source


def _set_resource_code(row: CatalogItem, spec: items.CatalogItem) -> None:
    """Take the declared code, keep the one given before, or give the next of the class."""
    kept = row.resource_code if row.resource_code.partition("/")[0] == spec.classification else ""
    code = spec.resource_code or kept or (next_resource_code(spec.classification) if spec.classification else "")
    other = CatalogItem.objects.filter(resource_code=code).exclude(code=spec.code).first() if code else None
    if other is not None:
        raise Terminal("catalog.code_taken", code=code, item=other.code)
    row.resource_code = code


def _date(text: str, field: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Terminal("people.invalid_input", field=field, reason=text) from error


def _set_fields(row: CatalogItem, spec: items.CatalogItem) -> tuple[str, ...]:
    """Write the fields; return the titles of the elements they are bound to."""
    known = elements_by_name({field.element for field in spec.fields})
    for field in spec.fields:
        if field.element not in known:
            raise Terminal("catalog.element_unknown", element=field.element, item=spec.code)
    row.fields.all().delete()
    ItemField.objects.bulk_create(
        ItemField(
            item=row,
            position=position,
            column=field.column,
            name=field.std_name,
            title=field.title,
            title_en=field.title_en,
            element=known[field.element],
            required=field.required,
            unique=field.unique,
        )
        for position, field in enumerate(spec.fields)
    )
    return tuple(title for element in known.values() for title in (element.title, element.title_en))


def _set_rules(row: CatalogItem, spec: items.CatalogItem) -> None:
    row.rules.all().delete()
    ItemRule.objects.bulk_create(
        ItemRule(
            item=row,
            position=position,
            code=rule.code,
            kind=rule.kind,
            field=rule.field,
            other=rule.other,
            values=list(rule.values),
            severity=rule.severity,
            title=rule.title,
            title_en=rule.title_en,
        )
        for position, rule in enumerate(spec.rules)
    )


@transaction.atomic
def cancel_item(acting_user: User, *, code: str) -> None:
    """Take an item out of the catalog. The row stays, because runs and services name it; its link ends, and so
    does what cannot go on without it (:mod:`huitong.apps.catalog.effects`).

    Raises:
        Terminal: ``people.not_found``.
    """
    row = CatalogItem.objects.current().filter(code=code).first()
    if row is None:
        raise Terminal("people.not_found", kind="catalog item", code=code)
    row.state, row.link_state, row.source = CatalogItem.State.CANCELLED, CatalogItem.LinkState.NONE, ""
    row.save()
    drop_from_index(row)
    end_what_stands_on(acting_user, lost_between(row.as_spec(), None))
    record_audit(acting_user, action="catalog.cancel_item", kind="item", target=code, before=row.as_spec())


def note_link_state(*, item_id: int, healthy: bool) -> None:
    """Note whether rows arrive from an item's source; called within the transaction that ends a run.

    An observation of the machine, not a decision: it has no audit entry.
    """
    state = CatalogItem.LinkState.LIVE if healthy else CatalogItem.LinkState.FAILING
    CatalogItem.objects.linked().filter(pk=item_id).exclude(link_state=state).update(link_state=state)
