"""Drafts that somebody discarded while others had them open: who did, when, and what they said last."""

from __future__ import annotations

from dataclasses import dataclass

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.declared import revived, stored
from huitong.apps.ledger.selectors import history_of
from huitong.apps.ledger.specs import Entry
from huitong.engine.declarations import items
from huitong.foundation import clock
from huitong.foundation.errors import Terminal


@dataclass(frozen=True)
class Discarded:
    """A draft that is no more, as the audit keeps it."""

    number: int
    spec: items.CatalogItem
    provider: Organisation
    entry: Entry

    @property
    def error(self) -> Terminal:
        """What tells a person who still has it open."""
        who, at = self.entry.who or "—", clock.beijing_text(self.entry.at)
        return Terminal("catalog.draft_discarded", title=self.spec.title or f"#{self.number}", who=who, at=at)

    def as_draft(self) -> ItemDraft:
        """Return it as it was last, for the form that is still being filled in. It is not to be saved."""
        item = CatalogItem.objects.filter(code=self.spec.code).select_related("provider").first()
        return ItemDraft(
            pk=self.number,
            kind=ItemDraft.Kind.CHANGE if item else ItemDraft.Kind.CREATE,
            state=ItemDraft.State.WITHDRAWN,
            origin=ItemDraft.Origin.FORM,
            provider=self.provider,
            item=item,
            title=self.spec.title,
            spec=stored(self.spec),
            updated_at=self.entry.at,
        )


def discarded_draft(viewer: Viewer, draft_id: int) -> Discarded | None:
    """Return a draft that was discarded, None when there was none or the viewer could not have seen it."""
    scope = scope_of(viewer)
    last = history_of("draft", str(draft_id), most=1) if scope.official else ()
    if not last or last[0].action != "catalog.discard_draft":
        return None
    spec = revived(last[0].before or {}, items.CatalogItem)
    provider = Organisation.objects.filter(code=spec.provider).first()
    seen = provider is not None and (scope.limit is None or provider.pk in scope.limit)
    return Discarded(draft_id, spec, provider, last[0]) if provider is not None and seen else None
