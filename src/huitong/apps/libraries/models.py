"""Base libraries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Declared, Titled, revived
from huitong.engine.declarations import libraries


class LibraryQuerySet(models.QuerySet["Library"]):
    """Libraries."""

    def visible_to(self, viewer: Viewer) -> LibraryQuerySet:
        """Officials see how every library is made; its rows only by a look-up with a purpose."""
        return self if scope_of(viewer).official else self.none()


class Library(Declared, Titled):
    """基础库."""

    code = models.CharField(max_length=64, unique=True)
    table = models.CharField(max_length=64, unique=True)
    """Golden table in ``base``."""
    key = models.CharField(max_length=64)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "libraries"

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> libraries.Library:
        """Return the declaration."""
        return revived(self.spec, libraries.Library)
