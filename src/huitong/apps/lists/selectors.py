"""Reads of saved views."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.lists.models import SavedView
from huitong.apps.lists.specs import ViewLink


def views_of(viewer: Viewer, listing: str) -> tuple[ViewLink, ...]:
    """Return the viewer's views of one list, by title. One query; none for nobody."""
    if isinstance(viewer, AnonymousUser):
        return ()
    return tuple(_link(row) for row in SavedView.objects.visible_to(viewer).filter(listing=listing))


def all_views(viewer: Viewer, *, limit: int = 200) -> tuple[ViewLink, ...]:
    """Return the viewer's views of every list, by title. One query; none for nobody."""
    if isinstance(viewer, AnonymousUser):
        return ()
    return tuple(_link(row) for row in SavedView.objects.visible_to(viewer)[:limit])


def _link(row: SavedView) -> ViewLink:
    return ViewLink(id=row.pk, title=row.title, href=row.href, is_default=row.is_default)
