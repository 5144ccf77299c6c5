"""Services, consumer apps and grants."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Declared, Titled, revived
from huitong.engine.declarations import sharing


class ServiceQuerySet(models.QuerySet["Service"]):
    """Services."""

    def visible_to(self, viewer: Viewer) -> ServiceQuerySet:
        """Officials see what is offered; a grant decides who may call."""
        return self if scope_of(viewer).official else self.none()


class Service(Declared, Titled):
    """服务: an interface over one table of the lake."""

    code = models.CharField(max_length=64, unique=True)
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="services")
    table = models.CharField(max_length=130, db_index=True)
    """``<schema>.<table>`` in the lake."""
    key = models.CharField(max_length=64)
    kinds = models.JSONField(default=list)
    items = models.ManyToManyField("catalog.CatalogItem", related_name="services", blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> sharing.Service:
        """Return the declaration."""
        return revived(self.spec, sharing.Service)


class ConsumerAppQuerySet(models.QuerySet["ConsumerApp"]):
    """Consumer apps."""

    def visible_to(self, viewer: Viewer) -> ConsumerAppQuerySet:
        """The bureau sees all, an official those of the own organisations."""
        scope = scope_of(viewer)
        return self if scope.limit is None else self.filter(organisation__in=scope.limit)


class ConsumerApp(Declared, Titled):
    """消费方应用. The secret is kept as a hash only; ``spec`` never holds it."""

    code = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="consumer_apps")
    secret_hash = models.CharField(max_length=200, blank=True)
    declared_secret = models.CharField(max_length=64, blank=True)
    """Keyed digest of the secret a demo pack declared, so that applying it again costs no key derivation."""
    system = models.ForeignKey(
        "accounts.System", null=True, blank=True, on_delete=models.SET_NULL, related_name="consumer_apps"
    )
    """The information system that calls by it, where that is known."""
    active = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was suspended."""

    objects = ConsumerAppQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.shown_title

    def as_spec(self) -> sharing.ConsumerApp:
        """Return the declaration, without the secret."""
        return revived(self.spec, sharing.ConsumerApp)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants."""

    def visible_to(self, viewer: Viewer) -> GrantQuerySet:
        """The bureau sees all; an official those the own organisations hold, or give as provider."""
        scope = scope_of(viewer)
        ours = scope.limit
        if ours is None:
            return self
        return self.filter(Q(app__organisation__in=ours) | Q(service__provider__in=ours))


class Grant(Declared):
    """授权: what one app may ask of one service, and for what."""

    class State(models.TextChoices):
        """Whether the gateway honours it (within its dates)."""

        ACTIVE = "active"
        SUSPENDED = "suspended"
        EXPIRED = "expired"
        REVOKED = "revoked"

    code = models.CharField(max_length=64, unique=True)
    app = models.ForeignKey(ConsumerApp, on_delete=models.PROTECT, related_name="grants")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="grants")
    purpose = models.CharField(max_length=300)
    purpose_en = models.CharField(max_length=300, blank=True)
    legal_basis = models.CharField(max_length=300)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was suspended or revoked."""
    warned_on = models.DateField(null=True, blank=True)
    """When its holder was told that it ends soon."""

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["state", "valid_to"], name="grant_ends")]

    def __str__(self) -> str:
        return self.code

    def as_spec(self) -> sharing.Grant:
        """Return the declaration."""
        return revived(self.spec, sharing.Grant)


class PolicyState(models.Model):
    """The one row that numbers the policies written for the gateway, and says what the last one held."""

    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"policy {self.version}"
