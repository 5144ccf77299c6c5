"""Second factors: which an account has, who must have one, what happens when one is added or taken away."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import require_bureau
from huitong.apps.accounts.sessions import end_sessions
from huitong.apps.accounts.specs import Factors, FactorSpec, Passkey
from huitong.apps.ledger.services import record_audit

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""


def has_factor(user: User) -> bool:
    """Tell whether signing in asks ``user`` for a second factor. One query."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def must_have_factor(user: User) -> bool:
    """Tell whether the settings ask the roles of ``user`` for a second factor."""
    wanted = {role.strip() for role in settings.HUITONG.mfa_roles.split(",") if role.strip()}
    return user.has_role(*wanted) if wanted else False


def factors_of(user: User) -> Factors:
    """Return the second factors of ``user``. One query."""
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        totp=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=tuple(
            Passkey(id=row.pk, name=row.wrap().name, added_at=row.created_at, used_at=row.last_used_at)
            for row in rows
            if row.type == Authenticator.Type.WEBAUTHN
        ),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


def may_remove(factor: Authenticator) -> bool:
    """Tell whether a factor may go: not the last one of somebody whose role needs one."""
    others = Authenticator.objects.filter(user_id=factor.user_id, type__in=FACTORS).exclude(pk=factor.pk)
    return others.exists() or not must_have_factor(User.objects.get(pk=factor.user_id))


@transaction.atomic
def note_factor(acting_user: User, *, user: User, kind: str, action: str) -> None:
    """Write the audit row of a factor that was set up or removed: ``action`` is ``set`` or ``remove``."""
    spec = FactorSpec(login=user.login, kind=kind)
    before, after = (spec, None) if action == "remove" else (None, spec)
    record_audit(
        acting_user, action=f"accounts.{action}_factor", kind="factor", target=user.login, before=before, after=after
    )


@transaction.atomic
def reset_factors(acting_user: User, *, user: User) -> int:
    """Take all second factors from somebody who lost them, and end their sessions. Returns how many there were.

    Raises:
        Terminal: ``people.not_allowed`` unless the bureau does it.
    """
    require_bureau(acting_user)
    rows = list(Authenticator.objects.filter(user_id=user.pk))
    for row in rows:
        row.delete()  # its audit row is written by the receiver
    end_sessions(acting_user, user=user)
    return len(rows)
