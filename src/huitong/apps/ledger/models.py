"""Audit entries of what people decided; evidence of what data was used, imported from the evidence files; the meter."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.ledger.subjects import subject_of
from huitong.foundation import clock


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Audit entries."""

    def visible_to(self, viewer: Viewer) -> AuditEntryQuerySet:
        """The bureau sees all, an official those of the own organisations, everybody their own."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        mine = Q(user=scope.user) if scope.user else Q(pk__in=())
        return self.filter(mine | Q(organisation__in=scope.organisations)) if scope.official else self.filter(mine)


class AuditEntry(models.Model):
    """审计: who changed what, from what to what. Written in the transaction of the change, never altered."""

    at = models.DateTimeField(default=clock.now, db_index=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    login = models.CharField(max_length=150)
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=64)
    """``<app>.<verb>_<noun>``: the service that wrote it."""
    target_kind = models.CharField(max_length=32)
    target = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request = models.CharField(max_length=32, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["target_kind", "target", "-id"], name="audit_target"),
            models.Index(fields=["organisation", "-id"], name="audit_organisation"),
            models.Index(fields=["user", "-id"], name="audit_user"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.login} {self.action} {self.target}"


class EvidenceQuerySet(models.QuerySet["EvidenceRecord"]):
    """Evidence of data use."""

    def visible_to(self, viewer: Viewer) -> EvidenceQuerySet:
        """The bureau sees all, an official what the own organisations used or provided, a citizen what is theirs."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        if scope.official:
            ours = scope.organisations
            return self.filter(Q(consumer__in=ours) | Q(provider__in=ours))
        return self.about(scope.person) if scope.person else self.none()

    def about(self, person: str) -> EvidenceQuerySet:
        """Return the uses of data about the person with this ID number."""
        found = EvidenceSubject.objects.filter(subject=subject_of(person))
        return self.filter(pk__in=found.values("record"))


class EvidenceRecord(models.Model):
    """存证: one use of data, as the evidence files have it. The files are the truth; these rows are for searching."""

    chain = models.CharField(max_length=64)
    """``gateway``… or ``desk``: who wrote it."""
    seq = models.BigIntegerField()
    """Position in its chain, from 1."""
    at = models.DateTimeField()
    day = models.DateField()
    """Beijing day of ``at``: what quotas and the meter count by."""
    app = models.CharField(max_length=80, blank=True)
    """Consumer app; ``desk:<organisation>`` for an official's look-up on a page."""
    service = models.CharField(max_length=80, blank=True)
    grant = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    case = models.CharField(max_length=200, blank=True)
    operator = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=list)
    asked = models.IntegerField(default=0)
    """Keys asked for."""
    answered = models.IntegerField(default=0)
    """Keys answered."""
    outcome = models.CharField(max_length=64)
    """``ok`` or an error code."""
    snapshot = models.BigIntegerField(null=True)
    repeated = models.IntegerField(default=1)
    """How many calls alike this record stands for."""
    hash = models.CharField(max_length=64)
    consumer = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "seq"], name="evidence_once")]
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="evidence_at"),
            models.Index(fields=["service", "-at"], name="evidence_service"),
            models.Index(fields=["app", "-at"], name="evidence_app"),
            models.Index(fields=["consumer", "-at"], name="evidence_consumer"),
            models.Index(fields=["provider", "-at"], name="evidence_provider"),
            models.Index(fields=["hash"], name="evidence_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.seq}"


class EvidenceSubject(models.Model):
    """One person or company that a use of data was about."""

    record = models.ForeignKey(EvidenceRecord, on_delete=models.CASCADE, related_name="subjects")
    subject = models.CharField(max_length=64)
    """Keyed hash."""
    found = models.BooleanField()
    """Whether there was data to answer with."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "-record"], name="evidence_subject")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.subject}"


class MeterQuerySet(models.QuerySet["MeterDay"]):
    """The meter."""

    def visible_to(self, viewer: Viewer) -> MeterQuerySet:
        """As the evidence it counts; nothing for citizens."""
        scope = scope_of(viewer)
        if scope.everything:
            return self
        ours = scope.organisations
        return self.filter(Q(consumer__in=ours) | Q(provider__in=ours)) if scope.official else self.none()


class MeterDay(models.Model):
    """计量: calls and keys of one app at one service on one Beijing day, added up as evidence is imported."""

    day = models.DateField()
    chain = models.CharField(max_length=64)
    app = models.CharField(max_length=80, blank=True)
    service = models.CharField(max_length=80, blank=True)
    granted = models.BooleanField()
    """Whether the calls were answered, or refused."""
    calls = models.BigIntegerField(default=0)
    asked = models.BigIntegerField(default=0)
    answered = models.BigIntegerField(default=0)
    consumer = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MeterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-day", "service", "app"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "chain", "app", "service", "granted"], name="meter_once")
        ]
        indexes: ClassVar = [models.Index(fields=["service", "-day"], name="meter_service")]

    def __str__(self) -> str:
        return f"{self.day} {self.app} {self.service}"


class EvidenceAnchor(models.Model):
    """How far a chain has been imported: the last sequence number and its hash, to compare the files with."""

    chain = models.CharField(max_length=64, unique=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    segment = models.BigIntegerField(default=1)
    """First record of the segment file that the next record is expected in."""
    offset = models.BigIntegerField(default=0)
    """Where in that file to read on, in bytes."""
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.chain}@{self.seq}"
