"""Every address of the site; the gateway has its own, below ``/gateway``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from huitong.config.api import api

_APPS = (
    "accounts",
    "overview",
    "catalog",
    "collection",
    "libraries",
    "sharing",
    "demand",
    "ledger",
    "lists",
    "cases",
    "notices",
    "assessment",
    "disputes",
    "registry",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("huitong.site.urls")),
    path("", include("huitong.apps.accounts.entrance_urls")),
    path("", include("huitong.apps.screen.urls")),
    path("", include("huitong.apps.help.urls")),
    path("", include("huitong.apps.public.urls")),  # first: its home sends officials on to their desk
    *(path("", include(f"huitong.apps.{app}.urls")) for app in _APPS if find_spec(f"huitong.apps.{app}.urls")),
]

handler400 = "huitong.site.views.bad_request"
handler403 = "huitong.site.views.forbidden"
handler404 = "huitong.site.views.not_found"
handler500 = "huitong.site.views.server_error"
