"""The public site's navigation: what anybody may open, in the order people ask for it."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from huitong.apps.labels import Text
from huitong.site.navigation import Link

PLACES: tuple[tuple[str, Text], ...] = (
    ("public:mine", _("我的数据")),
    ("public:services", _("免交材料")),
    ("public:open", _("开放数据")),
    ("public:hotline", _("热线")),
    ("help:home", _("帮助")),
)
FOOT: tuple[tuple[str, Text], ...] = (
    ("public:about", _("关于本站")),
    ("public:privacy", _("隐私")),
    ("public:contact", _("联系我们")),
    ("accounts:organisations", _("组织机构")),
    ("catalog:elements", _("数据元标准")),
    ("site:design", _("设计样例")),
)
ALSO_MINE = "/evidence/"
"""Where my data leads those who have signed in."""


def public_links(path: str) -> tuple[Link, ...]:
    """Return the entries of the public site with the one that ``path`` lies under marked."""
    return _drawn(PLACES, path)


def foot_links(path: str) -> tuple[Link, ...]:
    """Return what stands at the foot of every public page."""
    return _drawn(FOOT, path)


def _drawn(places: tuple[tuple[str, Text], ...], path: str) -> tuple[Link, ...]:
    links = []
    for address, title in places:
        try:
            href = reverse(address)
        except NoReverseMatch:
            continue
        current = path.startswith(href) or (address == "public:mine" and path.startswith(ALSO_MINE))
        links.append(Link(href, title, "", current))
    return tuple(links)
