"""Reads of notices."""

from __future__ import annotations

from django.db.models import Count

from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.labels import language
from huitong.apps.notices.models import Notice, OutboxMessage, Webhook
from huitong.apps.notices.specs import NoticeRow, OutboxRow, WebhookRow
from huitong.apps.paging import PAGE_SIZE, Page, page_of
from huitong.foundation.errors import Terminal

MOST_SHOWN = 99
"""The bell counts no further."""


def unread_count(viewer: Viewer) -> int:
    """Return how many notices the viewer has not read, at most :data:`MOST_SHOWN` + 1. One query."""
    if scope_of(viewer).user is None:
        return 0
    return Notice.objects.visible_to(viewer).filter(read_at=None).order_by()[: MOST_SHOWN + 1].count()


def notice_list(viewer: Viewer, *, unread: bool = False, number: int = 1, size: int = PAGE_SIZE) -> Page[NoticeRow]:
    """Return one page of the viewer's notices, newest first. Two queries."""
    rows = Notice.objects.visible_to(viewer)
    return page_of(rows.filter(read_at=None) if unread else rows, _row, number=number, size=size)


def access_notice(viewer: Viewer, notice_id: int) -> Notice:
    """Return one of the viewer's notices.

    Raises:
        Terminal: ``people.not_found``, also for somebody else's.
    """
    found = Notice.objects.visible_to(viewer).filter(pk=notice_id).first()
    if found is None:
        raise Terminal("people.not_found", kind="notice", code=str(notice_id))
    return found


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        id=notice.pk,
        event=notice.event,
        title=notice.shown_title,
        href=notice.href,
        at=notice.at,
        urgent=notice.urgent,
        read=notice.read_at is not None,
    )


def outbox_list(viewer: Viewer, *, state: str = "", number: int = 1, size: int = PAGE_SIZE) -> Page[OutboxRow]:
    """Return one page of the outbox, newest first: for the bureau, nobody else sees any. Two queries."""
    rows = OutboxMessage.objects.select_related("webhook__organisation").order_by("-pk")
    rows = rows if scope_of(viewer).everything else rows.none()
    return page_of(rows.filter(state=state) if state else rows, _outbox_row, number=number, size=size)


def outbox_counts(viewer: Viewer) -> dict[str, int]:
    """Return how many messages wait, were sent, were given up. One query."""
    if not scope_of(viewer).everything:
        return {}
    counted = OutboxMessage.objects.order_by().values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(OutboxMessage.State.values, 0) | dict(counted)


def _outbox_row(row: OutboxMessage) -> OutboxRow:
    english = language() == "en"
    return OutboxRow(
        id=row.pk,
        channel=row.channel,
        to=row.webhook.organisation.shown_short if row.webhook else row.address,
        title=row.body["title_en"] if english and row.body.get("title_en") else row.body["title"],
        about=row.body.get("about", ""),
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        sent_at=row.sent_at,
        error=row.error,
    )


def webhook_list(viewer: Viewer) -> tuple[WebhookRow, ...]:
    """Return the webhooks that ``viewer`` may see, and how their messages fared. Three queries, and the scope's."""
    rows = list(Webhook.objects.visible_to(viewer).select_related("organisation"))
    messages = OutboxMessage.objects.filter(webhook__in=rows).order_by()
    counts = {
        (webhook, state): count
        for webhook, state, count in messages.values_list("webhook", "state").annotate(count=Count("pk"))
    }
    errors = dict(messages.exclude(error="").order_by("pk").values_list("webhook", "error"))
    states = OutboxMessage.State
    return tuple(
        WebhookRow(
            organisation=row.organisation.code,
            organisation_title=row.organisation.shown_short,
            url=row.url,
            active=row.active,
            sent=counts.get((row.pk, states.SENT), 0),
            waiting=counts.get((row.pk, states.WAITING), 0),
            given_up=counts.get((row.pk, states.GIVEN_UP), 0),
            last_error=errors.get(row.pk, ""),
        )
        for row in rows
    )
