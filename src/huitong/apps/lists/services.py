"""Writes of saved views."""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.utils.encoding import uri_to_iri

from huitong.apps.accounts.models import User
from huitong.apps.ledger.services import record_audit
from huitong.apps.lists.models import SavedView
from huitong.foundation.errors import Terminal

MOST_VIEWS = 30
"""Views of one list that one reader may keep."""
NOT_KEPT = ("page", "export", "view", "csrfmiddlewaretoken")
"""Parts of a list's address that are of the moment."""


@transaction.atomic
def save_view(
    acting_user: User, *, listing: str, title: str, path: str, query: str, is_default: bool = False
) -> SavedView:
    """Keep how a list looks under ``title``; the same title again replaces it.

    Args:
        acting_user: whose view it is; nobody else sees it.
        listing: the list's name, e.g. ``items``.
        path: the list's address without its query.
        query: filters, order and columns as the address has them; page and export are left out.
        is_default: whether the list opens with it from now on, instead of the view that did so far.

    Raises:
        Terminal: ``lists.view_untitled``, ``lists.too_many_views``, ``lists.view_too_long``, ``site.bad_request``.
    """
    title = " ".join(title.split())[:60]
    kept = kept_query(query)
    if not title:
        raise Terminal("lists.view_untitled")
    if len(kept) > 1000:
        raise Terminal("lists.view_too_long")
    if len(path) > 200 or len(listing) > 60:
        raise Terminal("site.bad_request")
    mine = SavedView.objects.visible_to(acting_user).filter(listing=listing)
    row = mine.filter(title=title).first()
    if row is None and mine.count() >= MOST_VIEWS:
        raise Terminal("lists.too_many_views", most=MOST_VIEWS)
    before = row.as_spec() if row else None
    row = row or SavedView(user=acting_user, listing=listing, title=title)
    if is_default:
        mine.filter(is_default=True).update(is_default=False)
    row.path, row.query, row.is_default = path, kept, is_default
    row.save()
    record_audit(acting_user, action="lists.save_view", kind="view", target=title, before=before, after=row.as_spec())
    return row


@transaction.atomic
def remove_view(acting_user: User, *, view: int) -> None:
    """Forget one of the acting user's views.

    Raises:
        Terminal: ``people.not_found``, also for somebody else's.
    """
    row = SavedView.objects.visible_to(acting_user).filter(pk=view).first()
    if row is None:
        raise Terminal("people.not_found", kind="view", code=str(view))
    row.delete()
    record_audit(acting_user, action="lists.remove_view", kind="view", target=row.title, before=row.as_spec())


def kept_query(query: str) -> str:
    """Return the part of a list's query that makes a view, without page, export and empty values.

    Words stay words: a Chinese column's name escaped is nine times as long, and a view holds a thousand signs.
    """
    parsed = QueryDict(query, mutable=True)
    for name in list(parsed):
        values = [value for value in parsed.getlist(name) if value]
        if name in NOT_KEPT or not values:
            del parsed[name]
        else:
            parsed.setlist(name, values)
    return uri_to_iri(parsed.urlencode())
