"""The outbox's way out: take a message, send it, mark it. Killed in between, it is sent again under the same key."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
from django.conf import settings
from django.db.models import F

from huitong.apps.notices.models import OutboxMessage, Webhook
from huitong.apps.notices.specs import Delivered
from huitong.foundation import clock

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
"""How long a sender may take; afterwards the message is anybody's again."""
MOST_ATTEMPTS = 10
FIRST_PAUSE = dt.timedelta(seconds=30)
"""Doubled after every attempt: the last of ten is made four hours after the first."""
BATCH = 100
SECONDS = 10.0
"""Longest wait for the other side."""
_FAILURES = (OSError, smtplib.SMTPException, httpx.HTTPError, httpx.InvalidURL)


def deliver_outbox() -> Delivered:
    """Send what is due, at most :data:`BATCH` messages. Two senders at once never take the same message."""
    due = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, next_at__lte=clock.now())
    sent = postponed = given_up = 0
    for pk in list(due.order_by("next_at", "pk").values_list("pk", flat=True)[:BATCH]):
        message = _taken(pk)
        if message is None:
            continue
        state = _attempt(message)
        sent += state == OutboxMessage.State.SENT
        postponed += state == OutboxMessage.State.WAITING
        given_up += state == OutboxMessage.State.GIVEN_UP
    return Delivered(sent, postponed, given_up)


def _taken(pk: int) -> OutboxMessage | None:
    """Take a message for :data:`LEASE`; None when another sender has it. Without an error it is nobody's to resend."""
    now = clock.now()
    due = OutboxMessage.objects.filter(pk=pk, state=OutboxMessage.State.WAITING, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1, error=""):
        return None
    return OutboxMessage.objects.select_related("webhook__organisation").get(pk=pk)


def _attempt(message: OutboxMessage) -> str:
    try:
        if message.channel == OutboxMessage.Channel.MAIL:
            _mail(message)
        else:
            _call(message)
    except _FAILURES as error:
        return _failed(message, f"{type(error).__name__}: {error}"[:300])
    mine = OutboxMessage.objects.filter(pk=message.pk, state=OutboxMessage.State.WAITING)
    mine.update(state=OutboxMessage.State.SENT, sent_at=clock.now(), error="")
    return OutboxMessage.State.SENT


def _failed(message: OutboxMessage, reason: str) -> str:
    over = message.attempts >= MOST_ATTEMPTS
    state = OutboxMessage.State.GIVEN_UP if over else OutboxMessage.State.WAITING
    pause = FIRST_PAUSE * 2 ** (message.attempts - 1)
    mine = OutboxMessage.objects.filter(pk=message.pk, state=OutboxMessage.State.WAITING, attempts=message.attempts)
    if not mine.update(state=state, next_at=clock.now() + pause, error=reason):
        return ""  # the lease was over, and another sender has taken it
    if over:
        log.error("message %s given up after %d attempts: %s", message.key, message.attempts, reason)
    return state


def _mail(message: OutboxMessage) -> None:
    """Send mail by ``HUITONG_SMTP_URL``: ``smtp://user:password@host:25`` (``?starttls=1``) or ``smtps://…``."""
    url = urlsplit(settings.HUITONG.smtp_url)
    with _server(url.scheme, url.hostname or "localhost", url.port) as server:
        if parse_qs(url.query).get("starttls") == ["1"]:
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(_letter(message))


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """Open a mail server. Whoever it says it is, is checked: the password goes to nobody else."""
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=SECONDS)


def _letter(message: OutboxMessage) -> EmailMessage:
    body = message.body
    letter = EmailMessage()
    letter["Subject"] = " ".join(f"{body['title']} / {body['title_en']}".split())
    letter["From"] = settings.HUITONG.mail_from
    letter["To"] = message.address
    letter["Message-ID"] = f"<{message.key}@{settings.HUITONG.mail_from.rpartition('@')[2] or 'huitong'}>"
    letter["Date"] = message.created_at
    letter.set_content(f"{body['title']}\n{body['title_en']}\n\n{body['url']}\n")
    return letter


def _call(message: OutboxMessage) -> None:
    """POST a message to a webhook, signed; anything but 2xx is a failure, redirects included."""
    hook = message.webhook
    assert hook is not None  # a webhook's messages go with it
    content = json.dumps({"id": str(message.key), **message.body}, ensure_ascii=False).encode()
    stamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Huitong-Delivery": str(message.key),
        "Huitong-Event": message.body["event"],
        "Huitong-Timestamp": stamp,
        "Huitong-Signature": f"v1={signature(signing_key(hook), stamp, content)}",
    }
    answer = httpx.post(hook.url, content=content, headers=headers, timeout=SECONDS, follow_redirects=False)
    if not answer.is_success:
        raise httpx.HTTPError(f"{answer.status_code}")


def signature(key: str, stamp: str, content: bytes) -> str:
    """Return the signature of a call: HMAC-SHA-256 over ``<timestamp>.<body>``, hexadecimal."""
    return hmac.new(key.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def signing_key(hook: Webhook) -> str:
    """Return the key that a webhook's calls are signed with: derived, so that no table holds it."""
    text = f"webhook\x1f{hook.organisation.code}\x1f{hook.serial}"
    return hmac.new(settings.HUITONG.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
