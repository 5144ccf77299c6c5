"""What may be applied for: services, and catalog items that have rows but no service yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem, DataElement
from huitong.apps.catalog.selectors import access_item, elements_by_name
from huitong.apps.declared import in_language
from huitong.apps.demand.specs import Offer, OfferedField
from huitong.apps.sharing.models import Service
from huitong.apps.sharing.selectors import access_service, served_columns
from huitong.foundation.errors import Terminal

STRICTNESS = ("unconditional", "conditional", "none")
IDENTIFYING = ("id_number", "uscc")
"""Checks of elements that name one person or company."""


def offer_of(viewer: Viewer, kind: str, key: str) -> Offer:
    """Return what ``viewer`` may apply for. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    if kind == "service":
        return _service_offer(access_service(viewer, key))
    if kind == "item":
        return _item_offer(access_item(viewer, key))
    raise Terminal("people.not_found", kind=kind, code=key)


def _service_offer(row: Service) -> Offer:
    spec = row.as_spec()
    items = list(row.items.all())
    columns = served_columns().get(spec.table, {})
    fields = _fields([(name, columns.get(name, "")) for name in spec.fields], spec.key)
    strictest = max((item.sharing_type for item in items), key=STRICTNESS.index, default="conditional")
    conditions = dict.fromkeys(filter(None, map(_condition, items)))
    return Offer(
        kind="service",
        key=row.code,
        title=row.shown_title,
        provider=row.provider.code,
        provider_title=row.provider.shown_short,
        sharing_type=strictest,
        condition=in_language("；", "; ").join(conditions),
        kinds=spec.kinds,
        fields=fields,
        lookup_key=spec.key,
        service=row.code,
        items=tuple(item.code for item in items),
        has_rows=True,
    )


def _item_offer(item: CatalogItem) -> Offer:
    spec = item.as_spec()
    service = Service.objects.filter(table=f"std.{item.table}").order_by("pk").first()
    bound = [(field.std_name, field.element) for field in spec.fields]
    elements = elements_by_name({element for _, element in bound})
    key = service.key if service else _proposed_key(bound, elements, [f.std_name for f in spec.fields if f.unique])
    return Offer(
        kind="item",
        key=item.code,
        title=item.shown_title,
        provider=item.provider.code,
        provider_title=item.provider.shown_short,
        sharing_type=item.sharing_type,
        condition=_condition(item),
        kinds=service.as_spec().kinds if service else ("records", "verify"),
        fields=_fields(bound, key, elements),
        lookup_key=key,
        service=service.code if service else "",
        items=(item.code,),
        has_rows=item.link_state != CatalogItem.LinkState.NONE,
    )


def _condition(item: CatalogItem) -> str:
    """On what condition its data is shared, in the reader's language."""
    return in_language(item.sharing_condition, item.as_spec().sharing_condition_en)


def _proposed_key(bound: Iterable[tuple[str, str]], elements: Mapping[str, DataElement], unique: Iterable[str]) -> str:
    """What callers most likely have in hand: a person's or company's number, else what is unique, else the first."""
    names = [name for name, element in bound if set(_checks(elements.get(element))) & set(IDENTIFYING)]
    return next(iter((*names, *unique, *(name for name, _ in bound))), "")


def _checks(element: DataElement | None) -> tuple[str, ...]:
    return element.as_spec().checks if element else ()


def _fields(
    bound: Iterable[tuple[str, str]], key: str, elements: Mapping[str, DataElement] | None = None
) -> tuple[OfferedField, ...]:
    pairs = list(bound)
    known = elements if elements is not None else elements_by_name({element for _, element in pairs})
    return tuple(_field(name, known.get(element), is_key=name == key) for name, element in pairs)


def _field(name: str, element: DataElement | None, *, is_key: bool) -> OfferedField:
    if element is None:  # without a standard nobody knows how sensitive it is
        return OfferedField(name, name, 4, "full", is_key)
    return OfferedField(name, element.shown_title, element.level, element.mask, is_key)
