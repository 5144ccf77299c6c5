"""The public search: whatever is public, by name, by pinyin and by initials, as nobody in particular finds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.selectors import organisation_tree
from huitong.apps.catalog.models import CatalogItem, DataElement, ItemField
from huitong.apps.declared import in_language
from huitong.apps.everyday import bare_readings, close_readings, meant, offices
from huitong.apps.labels import Text
from huitong.apps.public.guides import guide_hits
from huitong.apps.public.places import places_like
from huitong.apps.public.selectors import open_sets
from huitong.apps.public.specs import Found, FoundGroup
from huitong.apps.sharing.openly import openly_known_services

NOBODY = AnonymousUser()
SHOWN = 6
"""Hits of each kind that the search shows."""
SUGGESTED, SUGGESTED_OF_A_KIND = 8, 2
"""Hits under the box while somebody types: so many in all, and at first of one kind."""


def search(text: str) -> tuple[FoundGroup, ...]:
    """Return what the public site knows about ``text``, by kind; kinds without a hit are left out. Ten queries."""
    wanted = " ".join(text.split())[:100]
    if not wanted:
        return ()
    groups = (kind(wanted) for kind in KINDS)
    return tuple(group for group in groups if group.total)


def suggestions(text: str) -> tuple[tuple[FoundGroup, Found], ...]:
    """Return a few hits of ``text``, each with its kind: of every kind some, then more of those that come first."""
    groups = search(text)
    first = [(group, hit) for group in groups for hit in group.hits[:SUGGESTED_OF_A_KIND]]
    more = [(group, hit) for group in groups for hit in group.hits[SUGGESTED_OF_A_KIND:]]
    return tuple([*first, *more][:SUGGESTED])


def _places(text: str) -> FoundGroup:
    hits = places_like(text)
    return _group("pages", _("页面"), "layout-list", hits, len(hits), "")


def _sets(text: str) -> FoundGroup:
    page = open_sets(text, size=SHOWN)
    hits = [Found(row.title, row.provider_title, reverse("public:open_set", args=[row.code])) for row in page.rows]
    more = f"{reverse('public:open')}?{urlencode({'q': text})}"
    return _group("open", _("开放数据"), "database", hits, page.total, more)


def _fields(text: str) -> FoundGroup:
    """Fields of open sets, whose pages name them to anybody; of no other item."""
    rows = ItemField.objects.filter(item__in=CatalogItem.objects.visible_to(NOBODY))
    rows = rows.select_related("item", "item__provider", "element").order_by("item__code", "pk")
    rows = rows.filter(_named(close_readings(text)) | _named(bare_readings(text)))
    hits = [
        Found(
            in_language(row.title, row.title_en) or row.element.shown_title,
            f"{row.item.shown_title} · {row.item.provider.shown_short}",
            reverse("public:open_set", args=[row.item.code]),
        )
        for row in rows[:SHOWN]
    ]
    more = f"{reverse('public:open')}?{urlencode({'q': text})}"
    return _group("fields", _("信息项"), "columns-3", hits, rows.count() if len(hits) == SHOWN else len(hits), more)


def _named(readings: Sequence[str]) -> Q:
    """Fields called one of ``readings``; for none of them, no field."""
    named = Q(pk__in=[])
    for text in readings:
        named |= Q(title__icontains=text) | Q(title_en__icontains=text) | Q(name__iexact=text)
        named |= Q(element__title__icontains=text) | Q(element__title_en__icontains=text)
    return named


def _services(text: str) -> FoundGroup:
    known, address = meant(text, openly_known_services(), lambda row: row.names), reverse("public:services")
    hits = [
        Found(row.called, f"{row.title} · {row.abstract}" if row.papers else row.abstract, f"{address}#{row.code}")
        for row in known
    ]
    return _group("services", _("免交材料"), "file-certificate", hits, len(hits), address)


def _departments(text: str) -> FoundGroup:
    tree = organisation_tree(NOBODY)
    named = meant(text, tree, lambda node: node.names)
    asked = [node for word in offices(text) for node in tree if node not in named and word in node.names[0]]
    nodes = [*named, *asked]
    hits = [Found(node.title, node.short, reverse("registry:organisation", args=[node.code])) for node in nodes]
    return _group("departments", _("部门"), "building-bank", hits, len(hits), reverse("accounts:organisations"))


def _elements(text: str) -> FoundGroup:
    known = DataElement.objects.visible_to(NOBODY).order_by("code")
    rows = meant(text, known, lambda row: (row.title, row.title_en, row.name))
    address = reverse("catalog:elements")
    hits = [Found(row.shown_title, row.name, f"{address}?{urlencode({'q': row.name})}") for row in rows]
    return _group("elements", _("数据元标准"), "hash", hits, len(hits), f"{address}?{urlencode({'q': text})}")


def _guides(text: str) -> FoundGroup:
    hits = guide_hits(text)
    return _group("help", _("帮助"), "help-circle", hits, len(hits), reverse("help:glossary"))


KINDS: tuple[Callable[[str], FoundGroup], ...] = (
    _places,
    _sets,
    _services,
    _departments,
    _fields,
    _elements,
    _guides,
)


def _group(kind: str, title: Text, icon: str, hits: Sequence[Found], total: int, more: str) -> FoundGroup:
    shown = tuple(hits[:SHOWN])
    return FoundGroup(kind, title, icon, shown, total, more if total > len(shown) else "")
