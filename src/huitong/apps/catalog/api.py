"""``/api/items``: the catalog."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router, Schema

from huitong.apps.api_auth import caller
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.specs import ItemFilter, ItemRow
from huitong.apps.paging import PAGE_SIZE, Page

router = Router(tags=["catalog"])


class ItemQuery(Schema):
    """What to list."""

    text: str = ""
    provider: str = ""
    link_state: str = ""
    sharing_type: str = ""
    resource_class: str = ""
    order: str = "code"
    page: int = 1
    size: int = PAGE_SIZE


class ItemPageOut(Schema):
    """One page of catalog items."""

    rows: list[ItemRow]
    total: int
    number: int
    size: int


@router.get("", response=ItemPageOut, operation_id="list_items", summary="List catalog items")
def list_items(request: HttpRequest, query: Query[ItemQuery]) -> Page[ItemRow]:
    """List the catalog items that the caller may see."""
    wanted = ItemFilter(**query.dict(exclude={"page", "size"}))
    return item_list(caller(request), wanted, number=query.page, size=query.size)
