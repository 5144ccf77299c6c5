"""IT projects. Organisations and systems themselves are in ``accounts``: every app's rows point at them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import SpecField, Titled, revived
from huitong.engine.declarations import projects


class ProjectQuerySet(models.QuerySet["Project"]):
    """IT projects."""

    def visible_to(self, viewer: Viewer) -> ProjectQuerySet:
        """The bureau and leaders see all, an official those of the own organisations."""
        scope = scope_of(viewer)
        if not scope.official:
            return self.none()
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)


class Project(Titled):
    """信息化项目: applied for, reviewed, and what came of it."""

    class State(models.TextChoices):
        """Where it is: those of its review, and before."""

        EDITING = "editing"
        REVIEW = "review"
        ASKED = "asked"
        APPROVED = "approved"
        CUT = "cut"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="projects")
    system = models.ForeignKey(
        "accounts.System", null=True, blank=True, on_delete=models.SET_NULL, related_name="projects"
    )
    state = models.CharField(max_length=12, choices=State, default=State.EDITING)
    asked = models.BigIntegerField(default=0)
    """Yuan."""
    approved = models.BigIntegerField(null=True, blank=True)
    """Yuan; null until it is decided."""
    case = models.CharField(max_length=64, blank=True, db_index=True)
    spec = SpecField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["organisation", "state"], name="project_organisation")]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> projects.Project:
        """Return what was applied for."""
        return revived(self.spec, projects.Project)
