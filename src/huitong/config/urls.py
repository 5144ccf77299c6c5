"""Every address of the site; the gateway has its own, below ``/gateway``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

_APPS = ("accounts", "overview", "catalog", "collection", "libraries", "sharing", "ledger")

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    *(path("", include(f"huitong.apps.{app}.urls")) for app in _APPS if find_spec(f"huitong.apps.{app}.urls")),
]
