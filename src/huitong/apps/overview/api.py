"""``/api/flow``, ``/api/status`` and ``/api/items/{code}``: what joins several domains."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from huitong.apps.accounts.selectors import require_official
from huitong.apps.api_auth import caller
from huitong.apps.overview import selectors
from huitong.apps.overview.specs import CityFlow, ItemPage, Status

router = Router(tags=["overview"])


@router.get("/flow", response=CityFlow, operation_id="get_flow", summary="The city's data flow")
def get_flow(request: HttpRequest) -> CityFlow:
    """Return departments, libraries, services and what flows between them."""
    return selectors.city_flow(caller(request))


@router.get("/status", response=Status, operation_id="get_status", summary="How the installation stands")
def get_status(request: HttpRequest) -> Status:
    """Return tables, last runs and failures nobody has mended."""
    user = caller(request)
    require_official(user)
    return selectors.status(user)


@router.get("/items/{code}", response=ItemPage, operation_id="get_item", summary="One catalog item")
def get_item(request: HttpRequest, code: str) -> ItemPage:
    """Return one catalog item with all that belongs to it."""
    return selectors.item_page(caller(request), code)
