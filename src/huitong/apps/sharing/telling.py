"""Who is told what about a grant: the officials of the organisation that holds it, and its program by webhook.

Each is written in the transaction of what it tells, so that nobody is told twice or for nothing.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from django.urls import reverse

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import officials_of
from huitong.apps.notices.services import tell
from huitong.apps.notices.specs import LONGEST, LONGEST_EN, Telling
from huitong.apps.sharing.models import Grant

Happened = Literal["ending", "ended", "revoked", "suspended", "resumed", "changed"]
_SAID: dict[Happened, tuple[str, str]] = {
    "ending": ("授权 {day} 到期，可以申请续期：{purpose}", "Grant ends on {day}, apply to renew it: {purpose}"),
    "ended": ("授权已于 {day} 到期，可以申请续期：{purpose}", "Grant ended on {day}, apply to renew it: {purpose}"),
    "revoked": ("授权已被撤销，调用会被拒绝：{purpose}", "Grant revoked, calls are refused: {purpose}"),
    "suspended": ("授权已暂停，调用会被拒绝：{purpose}", "Grant suspended, calls are refused: {purpose}"),
    "resumed": ("授权已恢复：{purpose}", "Grant resumed: {purpose}"),
    "changed": (
        "授权已变更，请核对项目、方式、限额和期限：{purpose}",
        "Grant changed, see what it gives now: {purpose}",
    ),
}
_EVENTS: dict[Happened, str] = {"revoked": "ended", "resumed": "changed"}
"""Programs know four things: ``grant.ending``, ``grant.ended``, ``grant.suspended``, ``grant.changed``."""
_URGENT = ("ending", "ended", "revoked", "suspended")


def tell_of_grant(row: Grant, happened: Happened, *, reason: str = "", acting_user: User | None = None) -> None:
    """Tell who uses a grant what happened to it; of its end with the way to renew it.

    Args:
        row: with its app, as it stands now.
        reason: for this, not for what was done to it earlier.
        acting_user: not told of what they did themselves.
    """
    day = row.valid_to.isoformat() if row.valid_to else ""
    title, title_en = (one.replace("{day}", day) for one in _SAID[happened])
    after = _because(reason, "。原因：", LONGEST)
    after_en = _because(reason, ". Reason: ", LONGEST_EN)
    telling = Telling(
        event=f"grant.{_EVENTS.get(happened, happened)}",
        title=_fitted(title, row.purpose, f"（{row.code}）{after}", LONGEST),
        title_en=_fitted(title_en, row.purpose_en or row.purpose, f" ({row.code}){after_en}", LONGEST_EN),
        href=_renewal(row) if happened in ("ending", "ended") else reverse("sharing:grant", args=[row.code]),
        about=row.code,
        urgent=happened in _URGENT,
    )
    users = [user for user in officials_of(row.app.organisation_id) if acting_user is None or user.pk != acting_user.pk]
    tell(telling, users=users, organisations=[row.app.organisation])


def _because(reason: str, before: str, most: int) -> str:
    """The reason, in at most half of a title: the grant's page has it whole."""
    return before + _short(reason, most // 2) if reason else ""


def _fitted(text: str, purpose: str, after: str, most: int) -> str:
    """The purpose is what is shortened: which grant it is, and why, is always read."""
    left = most - len(text.format(purpose="")) - len(after)
    return text.format(purpose=_short(purpose, left)) + after


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _renewal(row: Grant) -> str:
    return f"{reverse('demand:begin', args=['service', row.service.code])}?renews={quote(row.code)}"
