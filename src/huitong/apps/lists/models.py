"""Saved views: how one reader looks at one list."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.lists.specs import ViewSpec


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views."""

    def visible_to(self, viewer: Viewer) -> SavedViewQuerySet:
        """Return the viewer's own: how somebody works is nobody else's business."""
        return self.filter(user=scope_of(viewer).user)


class SavedView(models.Model):
    """视图: a list's filters, order and columns under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    listing = models.CharField(max_length=60)
    title = models.CharField(max_length=60)
    path = models.CharField(max_length=200)
    query = models.CharField(max_length=1000, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["title", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "listing", "title"], name="saved_view_once"),
            models.UniqueConstraint(
                fields=["user", "listing"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def href(self) -> str:
        """The list's address as this view shows it."""
        return f"{self.path}?{self.query}&view={self.pk}" if self.query else f"{self.path}?view={self.pk}"

    def as_spec(self) -> ViewSpec:
        """Return what the audit ledger keeps."""
        return ViewSpec(
            listing=self.listing, title=self.title, path=self.path, query=self.query, is_default=self.is_default
        )
