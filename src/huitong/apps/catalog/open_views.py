"""The open catalog for machines: DCAT in Turtle and JSON-LD, for anybody."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from huitong.apps.accounts.selectors import root_titles
from huitong.apps.catalog.dcat import FORMATS, catalog_graph, item_graph, written
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import access_item
from huitong.apps.tables import page_number
from huitong.foundation.errors import Terminal

_CACHED = 300
"""Seconds that a harvester may keep an answer."""


def dcat(request: HttpRequest, ending: str) -> HttpResponse:
    """Give one page of the open catalog."""
    rows = CatalogItem.objects.visible_to(AnonymousUser())
    city, city_en = root_titles()
    title = (f"{city}开放数据目录", f"Open data of {city_en or city}")
    page, known = page_number(request), _known(ending)
    graph = catalog_graph(rows, site=_site(request), title=title, page=page, ending=known)
    return _answer(written(graph, known), known)


def dcat_item(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    """Give one open item."""
    graph = item_graph(access_item(AnonymousUser(), code), site=_site(request))
    return _answer(written(graph, _known(ending)), ending)


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _known(ending: str) -> str:
    if ending not in FORMATS:
        raise Terminal("people.not_found", kind="format", code=ending)
    return ending


def _answer(body: bytes, ending: str) -> HttpResponse:
    response = HttpResponse(body, content_type=f"{FORMATS[ending][1]}; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_CACHED}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Host"])
    return response
