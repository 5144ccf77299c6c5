"""Where a user is told by mail: an address counts once whoever reads its mail has said yes, signed in as that user."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import EmailField
from django.urls import reverse

from huitong.apps.accounts.models import User
from huitong.apps.ledger.services import record_audit
from huitong.apps.notices.models import OutboxMessage
from huitong.apps.notices.specs import MailAddress
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

HOURS = 24
"""How long a link to confirm an address works."""
MOST_A_DAY = 5
"""Addresses that one user may ask to confirm: nobody is to be flooded with our mail."""
_EVENT = "account.confirm_mail"
_SALT = "notices.mail"


@transaction.atomic
def ask_mail_address(acting_user: User, *, address: str) -> None:
    """Send a link to an address, by which the user confirms it. Until then they are told where they were.

    Raises:
        Terminal: ``notices.bad_mail``, ``notices.mail_off`` without a mail server, ``notices.mail_asked_often``.
    """
    try:
        EmailField().run_validators(address)
    except ValidationError as error:
        raise Terminal("notices.bad_mail", address=address[:100]) from error
    if not settings.HUITONG.smtp_url:
        raise Terminal("notices.mail_off")
    now = clock.now()
    asked = OutboxMessage.objects.filter(body__event=_EVENT, body__about=acting_user.login)
    if asked.filter(created_at__gt=now - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise Terminal("notices.mail_asked_often", most=MOST_A_DAY)
    OutboxMessage.objects.create(
        channel=OutboxMessage.Channel.MAIL,
        address=address,
        body=_letter(acting_user, address, now),
        created_at=now,
        next_at=now,
    )
    record_audit(acting_user, action="notices.ask_mail_address", kind="user", target=acting_user.login)


def _letter(user: User, address: str, now: dt.datetime) -> dict[str, str]:
    """The link says whose address it would be, in place of which, and until when: it works once, for them only."""
    until = int((now + dt.timedelta(hours=HOURS)).timestamp())
    token = signing.dumps([user.pk, address, user.email, until], salt=_SALT)
    return {
        "event": _EVENT,
        "about": user.login,
        "title": f"请确认用这个邮箱接收通知（{HOURS} 小时内有效）",
        "title_en": f"Confirm that notices go to this address (within {HOURS} hours)",
        "url": f"{settings.HUITONG.site_url.rstrip('/')}{reverse('notices:confirm_mail', args=[token])}",
        "at": now.isoformat(timespec="seconds"),
    }


def asked_address(user: User, token: str) -> str:
    """Return the address that a link would confirm for the user.

    Raises:
        Terminal: ``notices.mail_link_stale`` for one that is forged, another user's, used or too old.
    """
    try:
        whose, address, before, until = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise Terminal("notices.mail_link_stale") from error
    if (whose, before) != (user.pk, user.email) or clock.now().timestamp() > until:
        raise Terminal("notices.mail_link_stale")
    return str(address)


@transaction.atomic
def confirm_mail_address(acting_user: User, *, token: str) -> str:
    """Tell a user by mail at the address that a link names from now on; return it. Raises as :func:`asked_address`."""
    address = asked_address(User.objects.select_for_update().get(pk=acting_user.pk), token)
    _set(acting_user, address)
    return address


@transaction.atomic
def forget_mail_address(acting_user: User) -> None:
    """Tell a user by mail no more."""
    _set(acting_user, "")


def _set(user: User, address: str) -> None:
    User.objects.filter(pk=user.pk).update(email=address)
    after = MailAddress(told_by_mail=bool(address))
    record_audit(user, action="notices.set_mail_address", kind="user", target=user.login, after=after)
