"""Find anything the reader may open, and what they may do: pages, saved views, records of every kind, commands.

One finder a kind, in :data:`FINDERS`; the page ``/find/`` lists what they find, the command palette (Ctrl-K) too.
Each asks within what the reader may see: :mod:`.finders` has those of records, :mod:`.commands` the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import organisation_tree, organisations_like, scope_of
from huitong.apps.cases.selectors import queue_for
from huitong.apps.cases.specs import CaseFilter
from huitong.apps.catalog.selectors import item_list
from huitong.apps.catalog.specs import ItemFilter
from huitong.apps.everyday import close_readings, meant, offices
from huitong.apps.labels import in_both
from huitong.apps.lists.selectors import all_views
from huitong.site import finders
from huitong.site.commands import commands
from huitong.site.hits import MOST, Hit, Hits
from huitong.site.navigation import navigation

Finder = Callable[[User, str], Hits]


def find(user: User, text: str) -> tuple[Hits, ...]:
    """Return what ``user`` may open and ``text`` fits, kind by kind; for no text, pages, views, commands."""
    wanted = " ".join(text.split())[:100]
    finders: Sequence[Finder] = FINDERS if wanted else (_pages, _views, commands)
    return tuple(found for finder in finders if (found := finder(user, wanted)).hits)


def _pages(user: User, text: str) -> Hits:
    places = navigation(scope=scope_of(user), roles=user.roles, path="")
    links = [(group, link) for group in places for link in group.links]
    if text:
        links = meant(text, links, lambda one: (*in_both(one[1].title), *in_both(one[0].title)))
    hits = [Hit(str(link.title), link.href, group.title) for group, link in links]
    return Hits(_("页面"), "layout-list", hits if not text else hits[:MOST])


def _views(user: User, text: str) -> Hits:
    views = all_views(user)
    hits = (Hit(view.title, view.href) for view in (meant(text, views, lambda one: (one.title,)) if text else views))
    return Hits(_("我保存的视图"), "bookmark", _some(hits))


def _items(user: User, text: str) -> Hits:
    page = item_list(user, ItemFilter(text=text), size=MOST)
    hits = [
        Hit(row.title, reverse("catalog:item", args=[row.code]), f"{row.provider_title} · {row.code}")
        for row in page.rows
    ]
    more = f"{reverse('catalog:items')}?{urlencode({'q': text})}" if page.total > MOST else ""
    return Hits(_("数据目录"), "list-details", hits, more)


def _organisations(user: User, text: str) -> Hits:
    address = reverse("catalog:items")
    words = (*close_readings(text), *offices(text))
    named = {row.code: row.shown_title for word in words for row in organisations_like(word, limit=MOST)}
    rows = named or {node.code: node.title for node in meant(text, organisation_tree(user), lambda node: node.names)}
    hits = [Hit(title, f"{address}?{urlencode({'provider': code})}", code) for code, title in [*rows.items()][:MOST]]
    return Hits(_("组织机构"), "building-bank", hits)


def _cases(user: User, text: str) -> Hits:
    try:
        reverse("cases:case", args=["x"])
    except NoReverseMatch:
        return Hits(_("办件"), "inbox", ())
    rows = queue_for(user, CaseFilter(view="all", text=text), size=MOST).rows
    hits = [
        Hit(row.title, reverse("cases:case", args=[row.number]), f"{row.number} · {row.state_title}") for row in rows
    ]
    return Hits(_("办件"), "inbox", hits)


FINDERS: tuple[Finder, ...] = (
    _pages,
    _views,
    commands,
    _items,
    finders.services,
    finders.libraries,
    _cases,
    _organisations,
    finders.systems,
    finders.projects,
    finders.grants,
    finders.apps,
    finders.elements,
    finders.runs,
    finders.users,
    finders.receipts,
    finders.quarters,
    finders.helps,
)


def _some(hits: Iterator[Hit]) -> list[Hit]:
    return [hit for hit, _number in zip(hits, range(MOST), strict=False)]
