"""The life of a grant after it was given: changed, suspended, resumed, revoked, warned of its end, expired.

The gateway goes by each decision within a second or two: every one of them rewrites the policy after its commit.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.services import system_user
from huitong.apps.labels import label
from huitong.apps.ledger.services import record_audit
from huitong.apps.sharing.models import Grant
from huitong.apps.sharing.narrowing import widened
from huitong.apps.sharing.policy import policy_after_commit
from huitong.apps.sharing.selectors import WARN_DAYS, access_grant, may_decide
from huitong.apps.sharing.specs import GrantChange, GrantState
from huitong.apps.sharing.standing import require_standing
from huitong.apps.sharing.telling import Happened, tell_of_grant
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

_ALONG = ("app__organisation", "service")
_FROM = {
    Grant.State.REVOKED: (Grant.State.ACTIVE, Grant.State.SUSPENDED, Grant.State.EXPIRED),
    Grant.State.SUSPENDED: (Grant.State.ACTIVE,),
    Grant.State.ACTIVE: (Grant.State.SUSPENDED,),
}

_TOLD: dict[Grant.State, Happened] = {
    Grant.State.REVOKED: "revoked",
    Grant.State.SUSPENDED: "suspended",
    Grant.State.ACTIVE: "resumed",
}


def withdraw_grant(acting_user: User, *, code: str) -> None:
    """Revoke a grant because the pack that declared it does so no more. Raises as :func:`revoke_grant`."""
    revoke_grant(acting_user, grant=code, reason="声明包不再包含 / no longer declared by its pack")


def revoke_grant(acting_user: User, *, grant: str, reason: str) -> Grant:
    """End a grant for good.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` unless the bureau or the provider's data officer asks,
            ``sharing.reason_missing``, ``sharing.wrong_state``.
    """
    return _move_grant(acting_user, "sharing.revoke_grant", grant, Grant.State.REVOKED, reason)


def suspend_grant(acting_user: User, *, grant: str, reason: str) -> Grant:
    """Stop honouring a grant for the time being. Raises as :func:`revoke_grant`."""
    return _move_grant(acting_user, "sharing.suspend_grant", grant, Grant.State.SUSPENDED, reason)


def resume_grant(acting_user: User, *, grant: str, reason: str) -> Grant:
    """Honour a suspended grant again, where its item is still shared and its fields are still there.

    Raises:
        Terminal: as :func:`revoke_grant`; ``sharing.item_not_shared``, ``sharing.field_gone``.
    """
    return _move_grant(acting_user, "sharing.resume_grant", grant, Grant.State.ACTIVE, reason)


@transaction.atomic
def _move_grant(acting_user: User, action: str, code: str, state: Grant.State, reason: str) -> Grant:
    row = _locked(acting_user, code, reason)
    if row.state not in _FROM[state]:
        raise Terminal("sharing.wrong_state", grant=code, state=row.state)
    if state == Grant.State.ACTIVE:
        require_standing(row)
    before = GrantState(code=code, state=row.state, reason=row.reason)
    row.state, row.reason = state, reason.strip()[:300]
    row.save()
    after = GrantState(code=code, state=row.state, reason=row.reason)
    record_audit(acting_user, action=action, kind="grant", target=code, before=before, after=after)
    tell_of_grant(row, _TOLD[state], reason=row.reason, acting_user=acting_user)
    policy_after_commit()
    return row


def _locked(acting_user: User, code: str, reason: str) -> Grant:
    """Return a grant about which the user may decide, locked until the transaction ends."""
    seen = access_grant(acting_user, code)
    if not may_decide(acting_user, seen):
        raise Terminal("people.not_allowed", login=acting_user.login)
    if not reason.strip():
        raise Terminal("sharing.reason_missing", grant=code)
    return Grant.objects.select_for_update(of=("self",)).select_related(*_ALONG).get(pk=seen.pk)


@transaction.atomic
def change_grant(acting_user: User, *, grant: str, digest: str, change: GrantChange, reason: str) -> Grant:
    """Narrow a grant: fewer fields, kinds, rows or keys a day, more masked, a nearer end. More needs an application.

    Args:
        digest: of the grant as the user saw it, so that of two people the second learns of the first.
        change: what is left of it.
        reason: told to the consumer.

    Raises:
        Terminal: as :func:`revoke_grant`; ``sharing.changed_meanwhile``, ``sharing.change_widens``,
            ``people.invalid_input`` for a bad date.
    """
    row = _locked(acting_user, grant, reason)
    if row.state not in (Grant.State.ACTIVE, Grant.State.SUSPENDED):
        raise Terminal("sharing.wrong_state", grant=grant, state=row.state)
    if row.digest != digest:
        raise Terminal("sharing.changed_meanwhile", grant=grant, at=clock.beijing_text(row.updated_at))
    before = row.as_spec()
    after = msgspec.structs.replace(before, **msgspec.structs.asdict(change))
    part = widened(before, after)
    if part:
        raise Terminal("sharing.change_widens", grant=grant, part=label("grant_part", part).text)
    row.valid_to = dt.date.fromisoformat(after.valid_to) if after.valid_to else None
    row.reason, row.warned_on = reason.strip()[:300], None
    row.set_spec(after)
    row.save()
    record_audit(acting_user, action="sharing.change_grant", kind="grant", target=grant, before=before, after=after)
    note = GrantState(code=grant, state=row.state, reason=row.reason)
    record_audit(acting_user, action="sharing.explain_grant", kind="grant", target=grant, after=note)
    tell_of_grant(row, "changed", reason=row.reason, acting_user=acting_user)
    policy_after_commit()
    return row


def advance_grants(today: dt.date | None = None) -> int:
    """Mark grants that have ended, and those that end within :data:`WARN_DAYS`; return how many. Twice does nothing.

    The gateway refuses an ended grant by its date whether or not this ran.
    """
    today = today or clock.beijing_today()
    open_ones = Grant.objects.filter(state=Grant.State.ACTIVE)
    ended = open_ones.filter(valid_to__lt=today)
    ending = open_ones.filter(valid_to__range=(today, today + dt.timedelta(days=WARN_DAYS)), warned_on=None)
    rows = [*ended.values_list("pk", flat=True), *ending.values_list("pk", flat=True)]
    return sum(_advance(pk, today) for pk in rows)


@transaction.atomic
def _advance(pk: int, today: dt.date) -> int:
    row = Grant.objects.select_for_update(of=("self",)).select_related(*_ALONG).get(pk=pk)
    if row.state != Grant.State.ACTIVE or row.valid_to is None:
        return 0
    before = GrantState(code=row.code, state=row.state)
    action = "sharing.warn_grant"
    happened: Happened = "ending"
    if row.valid_to < today:
        action, happened, row.state, row.reason = "sharing.expire_grant", "ended", Grant.State.EXPIRED, ""
    elif row.warned_on is not None:
        return 0
    row.warned_on = row.warned_on or today
    row.save()
    after = GrantState(code=row.code, state=row.state, reason=row.valid_to.isoformat())
    record_audit(system_user(), action=action, kind="grant", target=row.code, before=before, after=after)
    tell_of_grant(row, happened)
    policy_after_commit()
    return 1
