"""核对无误: a department says that its items still describe what there is; the assessment counts the day."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce, Greatest

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import may_write_for
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import may_draft_for
from huitong.apps.catalog.specs import Confirmation
from huitong.apps.ledger.services import record_audit
from huitong.foundation import clock
from huitong.foundation.errors import Terminal

MOST = 100
"""Items confirmed at once: as many as somebody can have looked through."""


@transaction.atomic
def confirm_items(acting_user: User, *, codes: Sequence[str]) -> int:
    """Note that items are as they should be, each with its audit row; return how many. All of them or none.

    Raises:
        Terminal: ``people.not_found``, ``people.not_allowed`` for an item of another department,
            ``catalog.too_many_confirmed`` beyond :data:`MOST`.
    """
    wanted = list(dict.fromkeys(codes))
    if len(wanted) > MOST:
        raise Terminal("catalog.too_many_confirmed", n=len(wanted), most=MOST)
    rows = {
        row.code: row
        for row in CatalogItem.objects.current().select_for_update(of=("self",)).select_related("provider")
        .filter(code__in=wanted)
    }  # fmt: skip
    now = clock.now()
    for code in wanted:
        row = rows.get(code)
        if row is None:
            raise Terminal("people.not_found", kind="catalog item", code=code)
        if not may_draft_for(acting_user, row.provider):
            raise Terminal("people.not_allowed", login=acting_user.login)
        row.confirmed_at, row.confirmed_by = now, acting_user
        row.save(update_fields=["confirmed_at", "confirmed_by"])
        said = Confirmation(item=code, version=row.version, at=clock.beijing_text(now))
        record_audit(acting_user, action="catalog.confirm_item", kind="item", target=code, after=said)
    return len(wanted)


def unconfirmed_items(viewer: Viewer, *, provider: str = "") -> tuple[CatalogItem, ...]:
    """Return the items that ``viewer`` writes, longest without a change or a confirmation first, at most MOST.

    Each has ``looked_at``, the later of both. Three queries.
    """
    rows = CatalogItem.objects.current().filter(provider__in=may_write_for(viewer)).select_related("provider")
    if provider:
        rows = rows.filter(provider__code=provider)
    changed = rows.annotate(changed_at=Max("versions__at"))
    looked = changed.annotate(
        looked_at=Greatest(Coalesce(F("changed_at"), F("confirmed_at")), Coalesce(F("confirmed_at"), F("changed_at")))
    )
    return tuple(looked.order_by("looked_at", "code")[:MOST])
