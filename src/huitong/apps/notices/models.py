"""Notices, the outbox they leave by, and organisations' webhooks."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.declared import Titled
from huitong.apps.notices.specs import WebhookSpec


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices."""

    def visible_to(self, viewer: Viewer) -> NoticeQuerySet:
        """Return the viewer's own."""
        return self.filter(user=scope_of(viewer).user)


class Notice(Titled):
    """通知: one line told to one user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=64)
    href = models.CharField(max_length=300)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks."""

    def visible_to(self, viewer: Viewer) -> WebhookQuerySet:
        """The bureau sees all, an official those of the own organisations."""
        scope = scope_of(viewer)
        return self if scope.everything else self.filter(organisation__in=scope.organisations)


class Webhook(models.Model):
    """回调地址: where an organisation's own program is told of what waits for it."""

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.CASCADE, related_name="webhook")
    url = models.URLField(max_length=500)
    active = models.BooleanField(default=True)
    serial = models.PositiveIntegerField(default=1)
    """Numbers its keys: a new key is derived from the next number, nothing secret is stored."""
    updated_at = models.DateTimeField(auto_now=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["organisation"]

    def __str__(self) -> str:
        return self.url

    def as_spec(self) -> WebhookSpec:
        """Return what the audit ledger keeps."""
        return WebhookSpec(organisation=self.organisation.code, url=self.url, active=self.active, serial=self.serial)


class OutboxMessage(models.Model):
    """One message on its way out. Written in the transaction of what it tells; sent at least once, marked sent once."""

    class Channel(models.TextChoices):
        """How it travels."""

        MAIL = "mail"
        WEBHOOK = "webhook"

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given_up"

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    """The same at every attempt: the other side knows by it what it already has."""
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=300, blank=True)
    """Of mail."""
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    body = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    """When it may be tried; while it is being sent, when it may be tried again should the sender die."""
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    """Of the last attempt; "" while it is being sent."""

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["next_at", "id"], name="outbox_due", condition=models.Q(state="waiting")),
            models.Index(fields=["webhook", "state"], name="outbox_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"
