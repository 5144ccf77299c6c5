"""Which packs have been applied, and what each of them declared."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Titled


class AppliedPackQuerySet(models.QuerySet["AppliedPack"]):
    """Applied packs."""

    def visible_to(self, viewer: Viewer) -> AppliedPackQuerySet:
        """Officials see which packs the city runs on."""
        return self if scope_of(viewer).official else self.none()


class AppliedPack(Titled):
    """A pack as last applied. What it declared then and declares no more, is removed by applying it again."""

    name = models.CharField(max_length=100, unique=True)
    declared = models.JSONField(default=dict)
    """Kind → codes."""
    variables = models.JSONField(default=dict)
    """Defaults for ``${NAME}`` in sources' locations as written, for an export."""
    applied_at = models.DateTimeField(auto_now=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = AppliedPackQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name
