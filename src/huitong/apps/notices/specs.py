"""Values of notices that cross borders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huitong.engine.declarations.spec import Spec

LONGEST = 200
"""Characters of a notice's Chinese title; more is cut off."""
LONGEST_EN = 300


@dataclass(frozen=True)
class Telling:
    """What somebody is told: one line in two languages, and where it leads on the site (a path)."""

    event: str
    """``<thing>.<what happened>``, e.g. ``case.escalated``: webhooks name it, pages choose an icon by it."""
    title: str
    title_en: str
    href: str
    about: str = ""
    """Code of what it is about, e.g. a case's number."""
    urgent: bool = False


@dataclass(frozen=True)
class NoticeRow:
    """One notice as its reader sees it."""

    id: int
    event: str
    title: str
    href: str
    at: dt.datetime
    urgent: bool
    read: bool


@dataclass(frozen=True)
class Delivered:
    """What one look at the outbox came to, in messages."""

    sent: int = 0
    postponed: int = 0
    """Not taken by the other side; tried again later."""
    given_up: int = 0


@dataclass(frozen=True)
class OutboxRow:
    """A message on its way out, as the bureau sees it."""

    id: int
    channel: str
    to: str
    """A mail address, or the organisation whose webhook it is."""
    title: str
    about: str
    state: str
    attempts: int
    created_at: dt.datetime
    next_at: dt.datetime
    sent_at: dt.datetime | None
    error: str


class Resent(Spec, frozen=True, kw_only=True):
    """Messages put back into the outbox, as the audit ledger keeps it."""

    messages: int


class MailAddress(Spec, frozen=True, kw_only=True):
    """Whether a user is told by mail, as the audit ledger keeps it: not the address."""

    told_by_mail: bool


@dataclass(frozen=True)
class WebhookRow:
    """An organisation's webhook, and how its last messages fared."""

    organisation: str
    organisation_title: str
    url: str
    active: bool
    sent: int
    waiting: int
    given_up: int
    last_error: str


class WebhookSpec(Spec, frozen=True, kw_only=True):
    """A webhook as the audit ledger keeps it: never its key."""

    organisation: str
    url: str
    active: bool
    serial: int
