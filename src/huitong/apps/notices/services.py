"""Writes of notices: telling somebody, reading what one was told, webhooks. All mail and calls go by the outbox.

:func:`tell` writes into the transaction of its caller: a notice exists if, and only if, what it tells happened.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from huitong.apps.accounts.models import Organisation, User
from huitong.apps.accounts.selectors import organisation_by_code, require_bureau
from huitong.apps.ledger.services import record_audit
from huitong.apps.notices.addresses import ask_mail_address, confirm_mail_address, forget_mail_address
from huitong.apps.notices.models import Notice, OutboxMessage, Webhook
from huitong.apps.notices.sending import deliver_outbox, signing_key
from huitong.apps.notices.specs import LONGEST, LONGEST_EN, Resent, Telling
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

__all__ = [
    "ask_mail_address",
    "confirm_mail_address",
    "deliver_outbox",
    "forget_mail_address",
    "mark_read",
    "put_webhook",
    "renew_webhook_key",
    "resend",
    "signing_key",
    "tell",
]


def tell(what: Telling, *, users: Iterable[User] = (), organisations: Iterable[Organisation] = ()) -> None:
    """Tell users on the page, and by mail those with an address where mail is set up; organisations by webhook.

    Raises:
        TransactionManagementError: called outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a notice is written in the transaction of what it tells")
    now = clock.now()
    told = list({user.pk: user for user in users}.values())
    Notice.objects.bulk_create(
        Notice(
            user=user,
            event=what.event,
            title=what.title[:LONGEST],
            title_en=what.title_en[:LONGEST_EN],
            href=what.href,
            urgent=what.urgent,
            at=now,
        )
        for user in told
    )
    mails = [
        OutboxMessage(
            channel=OutboxMessage.Channel.MAIL, address=user.email, body=_body(what), created_at=now, next_at=now
        )
        for user in told
        if user.email and settings.HUITONG.smtp_url
    ]
    hooks = Webhook.objects.filter(organisation__in=[one.pk for one in organisations], active=True)
    calls = [
        OutboxMessage(
            channel=OutboxMessage.Channel.WEBHOOK, webhook=hook, body=_body(what), created_at=now, next_at=now
        )
        for hook in hooks
    ]
    OutboxMessage.objects.bulk_create([*mails, *calls])


def _body(what: Telling) -> dict[str, str]:
    return {
        "event": what.event,
        "about": what.about,
        "title": what.title,
        "title_en": what.title_en,
        "url": f"{settings.HUITONG.site_url.rstrip('/')}{what.href}",
        "at": clock.now().isoformat(timespec="seconds"),
    }


def mark_read(acting_user: User, *, notices: Iterable[int] | None = None) -> int:
    """Note that a user has read some of the own notices, or all of them. Returns how many were unread.

    No audit entry: what somebody has read changes nothing for anybody else.
    """
    mine = Notice.objects.visible_to(acting_user).filter(read_at=None)
    if notices is not None:
        mine = mine.filter(pk__in=tuple(notices))
    return mine.update(read_at=clock.now())


@transaction.atomic
def resend(acting_user: User, *, message: int | None = None) -> int:
    """Put a message that was given up, or failed and waits, into the outbox anew; without one, all that were given up.

    It keeps its key: whoever got it already knows it again. Returns how many are sent again.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau asks, ``people.not_found`` when it is not there, was sent, or
            is on its way.
    """
    require_bureau(acting_user)
    given_up = Q(state=OutboxMessage.State.GIVEN_UP)
    failed = Q(state=OutboxMessage.State.WAITING) & ~Q(error="")
    rows = OutboxMessage.objects
    wanted = rows.filter(given_up | failed, pk=message) if message is not None else rows.filter(given_up)
    done = wanted.update(state=OutboxMessage.State.WAITING, attempts=0, next_at=clock.now(), error="")
    if message is not None and not done:
        raise Terminal("people.not_found", kind="message", code=str(message))
    target, after = str(message or "*"), Resent(messages=done)
    record_audit(acting_user, action="notices.resend", kind="message", target=target, after=after)
    return done


@transaction.atomic
def put_webhook(acting_user: User, *, organisation: str, url: str, active: bool = True) -> Webhook:
    """Set where an organisation's program is told; for the bureau, because our server calls what is set here.

    Raises:
        Terminal: ``people.not_allowed``, ``people.not_found``, ``notices.bad_address``.
    """
    require_bureau(acting_user)
    if not url.startswith(("https://", "http://")) or "@" in url.split("/")[2]:
        raise Terminal("notices.bad_address", url=url)
    owner = organisation_by_code(organisation)
    row = Webhook.objects.filter(organisation=owner).first() or Webhook(organisation=owner)
    before = row.as_spec() if row.pk else None
    row.url, row.active = url, active
    row.save()
    record_audit(
        acting_user,
        action="notices.put_webhook",
        kind="webhook",
        target=organisation,
        before=before,
        after=row.as_spec(),
    )
    return row


@transaction.atomic
def renew_webhook_key(acting_user: User, *, organisation: str) -> str:
    """Give a webhook a new key and return it; the old one signs nothing any more.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau asks, ``people.not_found``.
    """
    require_bureau(acting_user)
    row = Webhook.objects.select_related("organisation").filter(organisation__code=organisation).first()
    if row is None:
        raise Terminal("people.not_found", kind="webhook", code=organisation)
    before = row.as_spec()
    row.serial += 1
    row.save()
    record_audit(
        acting_user,
        action="notices.renew_webhook_key",
        kind="webhook",
        target=organisation,
        before=before,
        after=row.as_spec(),
    )
    return signing_key(row)
