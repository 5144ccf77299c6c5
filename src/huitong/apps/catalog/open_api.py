"""``/api/open``: the published items that are open to the public, for anybody and without signing in."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja import Query, Router, Schema

from huitong.apps.catalog.api import ItemPageOut
from huitong.apps.catalog.selectors import access_item, fields_of, item_list, item_row
from huitong.apps.catalog.specs import ItemFilter, ItemRow
from huitong.apps.declared import in_language
from huitong.apps.paging import PAGE_SIZE, Page

router = Router(tags=["open catalog"], auth=None)


class OpenItemQuery(Schema):
    """What to list: words (also pinyin), a provider's code, digits of a class; pages of at most 500."""

    q: str = ""
    provider: str = ""
    classification: str = ""
    order: str = ""
    page: int = 1
    size: int = PAGE_SIZE


class OpenFieldOut(Schema):
    """One field of an open item."""

    name: str
    title: str
    type: str
    codelist: str
    level: int


class OpenItemOut(Schema):
    """One open item with its fields."""

    code: str
    resource_code: str
    title: str
    abstract: str
    provider: str
    provider_title: str
    classification: str
    category: str
    format: str
    sharing_type: str
    sharing_method: str
    open_condition: str
    update_cycle: str
    published_on: dt.date | None
    version: int
    fields: list[OpenFieldOut]


@router.get("/items", response=ItemPageOut, operation_id="list_open_items", summary="List open catalog items")
def list_open_items(request: HttpRequest, query: Query[OpenItemQuery]) -> Page[ItemRow]:  # noqa: ARG001
    """List published items that are open to the public, best match first. No sign-in."""
    wanted = ItemFilter(text=query.q, provider=query.provider, classification=query.classification, order=query.order)
    return item_list(AnonymousUser(), wanted, number=query.page, size=query.size)


@router.get("/items/{code}", response=OpenItemOut, operation_id="read_open_item", summary="Read an open catalog item")
def read_open_item(request: HttpRequest, code: str) -> dict[str, object]:  # noqa: ARG001
    """Return one open item with its fields. No sign-in."""
    item = access_item(AnonymousUser(), code)
    spec, row = item.as_spec(), item_row(item)
    return {
        **{name: getattr(row, name) for name in OpenItemOut.model_fields if hasattr(row, name)},
        "abstract": in_language(spec.abstract, spec.abstract_en),
        "classification": spec.classification,
        "open_condition": in_language(spec.open_condition, spec.open_condition_en),
        "fields": [
            OpenFieldOut(name=one.name, title=one.title, type=one.type, codelist=one.codelist, level=one.level)
            for one in fields_of(item)
        ],
    }
