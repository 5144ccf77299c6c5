"""What the program must remember of a dispute to see whether the value changed: sealed, never shown."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases.models import Case


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes."""

    def visible_to(self, viewer: Viewer) -> DisputeQuerySet:
        """Those whose cases one sees."""
        return self.filter(case__in=Case.objects.visible_to(viewer))


class Dispute(models.Model):
    """异议: the doubted value's place in the lake, beside its case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="dispute")
    item = models.CharField(max_length=64, db_index=True)
    """Code of the catalog item that the value came from."""
    table = models.CharField(max_length=130)
    """Its table in ``raw``."""
    column = models.CharField(max_length=130)
    """Of that table."""
    sealed_row = models.TextField()
    """The row's ``_key``, encrypted: it may be somebody's ID number."""
    value_digest = models.CharField(max_length=64)
    """Keyed digest of the raw value when it was doubted: tells a change without keeping the value."""
    subject = models.CharField(max_length=64)
    """Keyed hash of the data subject, as evidence names them."""
    run = models.BigIntegerField(null=True, blank=True)
    """Run in the lake that brought the row."""
    corrected_at = models.DateTimeField(null=True, blank=True)
    """When the department last said it had corrected it: collections begun before do not count."""

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.table}.{self.column}"
