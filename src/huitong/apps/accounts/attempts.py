"""Limits on signing in: failures are counted for an account from an address, for an account, and for an address.

Each attempt is written as failed before the password or code is looked at, so that a hundred at once count a hundred.
The limits hold across processes because they are counted in the database.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils import timezone

from huitong.apps.accounts.models import SignInAttempt, User
from huitong.apps.accounts.specs import BlockSpec
from huitong.apps.ledger.services import record_audit
from huitong.foundation.errors import Terminal

WINDOW = dt.timedelta(minutes=15)
FROM_ONE_ADDRESS = 5
"""Failures of one account from one address within :data:`WINDOW`."""
OF_ONE_ACCOUNT = 50
"""Failures of one account from anywhere: so that no stranger locks somebody out with five."""
OF_ONE_ADDRESS = 50
"""Failures from one address whatever the account: offices share addresses."""
KEPT = dt.timedelta(days=180)


@dataclass(frozen=True)
class Origin:
    """Where a request comes from."""

    address: str
    agent: str


def open_attempt(*, login: str, origin: Origin, method: str) -> SignInAttempt:
    """Write an attempt down as failed before it is judged; :func:`succeed` makes it a success.

    Raises:
        Terminal: ``accounts.too_many_attempts`` with the minutes to wait; the first time in a window it is audited.
    """
    name = login.strip()[:150]
    attempt = SignInAttempt.objects.create(login=name, address=origin.address, agent=origin.agent, method=method)
    wait = _wait(attempt)
    if wait is None:
        return attempt
    _block(attempt)
    raise Terminal("accounts.too_many_attempts", minutes=max(1, -(-int(wait.total_seconds()) // 60)))


def succeed(attempt: SignInAttempt) -> None:
    """Record that an attempt succeeded; what is older than :data:`KEPT` goes."""
    attempt.outcome = SignInAttempt.Outcome.OK
    attempt.save(update_fields=["outcome"])
    SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _wait(attempt: SignInAttempt) -> dt.timedelta | None:
    """Return how long the account or the address has to wait, None when the attempt may go on."""
    now = timezone.now()
    recent = SignInAttempt.objects.filter(at__gt=now - WINDOW, outcome=SignInAttempt.Outcome.FAILED).order_by()
    here = recent.filter(login=attempt.login, address=attempt.address, method=attempt.method)
    last_ok = _last_success(attempt)
    if last_ok is not None:
        here = here.filter(at__gt=last_ok)
    limits = (
        (here, FROM_ONE_ADDRESS),
        (recent.filter(login=attempt.login), OF_ONE_ACCOUNT),
        (recent.filter(address=attempt.address), OF_ONE_ADDRESS),
    )
    for rows, most in limits:
        found = rows.aggregate(count=Count("pk"), oldest=Min("at"))
        if found["count"] > most:
            end: dt.datetime = found["oldest"] + WINDOW
            return end - now
    return None


def _last_success(attempt: SignInAttempt) -> dt.datetime | None:
    """A success resets the count of its own method only: a known password buys no guesses at the code."""
    done = Q(login=attempt.login, address=attempt.address, method=attempt.method, outcome=SignInAttempt.Outcome.OK)
    return SignInAttempt.objects.filter(done).order_by("-pk").values_list("at", flat=True).first()


def _block(attempt: SignInAttempt) -> None:
    """Keep the first blocked attempt of a window, with an audit row; a flood leaves no more than that."""
    same = {"login": attempt.login, "address": attempt.address, "at__gt": timezone.now() - WINDOW}
    if SignInAttempt.objects.filter(outcome=SignInAttempt.Outcome.BLOCKED, **same).exists():
        attempt.delete()
        return
    from huitong.apps.accounts.services import system_user

    failed = SignInAttempt.objects.filter(outcome=SignInAttempt.Outcome.FAILED, **same).count() - 1
    with transaction.atomic():
        attempt.outcome = SignInAttempt.Outcome.BLOCKED
        attempt.save(update_fields=["outcome"])
        user = User.objects.filter(login=attempt.login).first()
        record_audit(
            user or system_user(),
            action="accounts.block_sign_in",
            kind="user",
            target=attempt.login,
            after=BlockSpec(address=attempt.address, failed=failed),
        )


def origin_of(request: HttpRequest) -> Origin:
    """Return where a request comes from, through the proxies that the settings trust."""
    from allauth.account.adapter import get_adapter

    agent = str(request.META.get("HTTP_USER_AGENT", ""))[:200]
    return Origin(address=get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else "", agent=agent)
