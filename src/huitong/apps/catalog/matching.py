"""Which open draft a row of a workbook is about: that of its item, or the one that drafts the same new item."""

from __future__ import annotations

from huitong.apps.accounts.models import User
from huitong.apps.catalog.checking import Surroundings
from huitong.apps.catalog.drafting import EDITABLE, derived, says
from huitong.apps.catalog.models import DraftVersion, ItemDraft
from huitong.engine.declarations import items

WEIGHTS = {"code": 2, "resource_code": 2, "table": 2, "title": 1}
"""What tells one new item of a department from another: what the catalog has only once, and the title, which a
department gives only once (the check ``title_taken``). Any of them may be empty still, mended in the sheet or wrong
there, so all are weighed: a title alone is enough where nothing contradicts it, a table outweighs it."""


class OpenDrafts:
    """The open drafts and what imports wrote in them last, read once for all rows of a workbook. Two queries."""

    def __init__(self) -> None:
        rows = ItemDraft.objects.open().select_related("provider", "item", "created_by").order_by("pk")
        self._drafts = list(rows)
        written = DraftVersion.objects.filter(draft__in=ItemDraft.objects.open(), origin=ItemDraft.Origin.EXCEL)
        self._imported = {one.draft_id: one for one in written.order_by("version")}
        self._new: dict[str, dict[ItemDraft, tuple[items.CatalogItem, ...]]] = {}
        for one in self._drafts:
            if one.kind == ItemDraft.Kind.CREATE:
                self._new.setdefault(one.provider.code, {})[one] = self._specs(one)
        self._taken: set[int] = set()

    def of_row(self, spec: items.CatalogItem, *, published: bool) -> ItemDraft | None:
        """Return the draft that a row is about, None when there is none. No two new items have one draft."""
        found = self._of_item(spec) if published else self._of_new_item(spec)
        if found is not None:
            self._taken.add(found.pk)
        return found

    def _of_item(self, spec: items.CatalogItem) -> ItemDraft | None:
        return next((one for one in self._drafts if one.item is not None and one.item.code == spec.code), None)

    def _of_new_item(self, spec: items.CatalogItem) -> ItemDraft | None:
        """The draft most like the row, the oldest of several."""
        likeness = {
            one: max(_likeness(each, spec) for each in known)
            for one, known in self._new.get(spec.provider, {}).items()
            if one.pk not in self._taken
        }
        best = max(likeness, key=likeness.__getitem__, default=None)
        return best if best is not None and likeness[best] > 0 else None

    def _specs(self, draft: ItemDraft) -> tuple[items.CatalogItem, ...]:
        """What it says, and what an import wrote: the row still finds it when somebody has given it another title."""
        imported = self._imported.get(draft.pk)
        return (draft.as_spec(), imported.as_spec()) if imported else (draft.as_spec(),)

    def holds(self, draft: ItemDraft, spec: items.CatalogItem, around: Surroundings) -> bool:
        """Tell whether a row brings nothing new: the draft says it, or the last import wrote it there."""
        imported = self._imported.get(draft.pk)
        return says(draft, spec, around) or (imported is not None and imported.as_spec() == derived(spec, around))

    def as_imported(self, draft: ItemDraft, user: User) -> bool:
        """Tell whether a draft is as this user's own import left it, and can still be written in."""
        imported = self._imported.get(draft.pk)
        current = draft.item is None or draft.item.version == draft.base_version
        mine = imported is not None and imported.version == draft.version and imported.user_id == user.pk
        return mine and current and draft.state in EDITABLE


def _likeness(one: items.CatalogItem, other: items.CatalogItem) -> int:
    """How much more speaks for two being one item than against it; what either leaves empty says nothing."""
    pairs = [(weight, getattr(one, name), getattr(other, name)) for name, weight in WEIGHTS.items()]
    return sum(weight if mine == theirs else -weight for weight, mine, theirs in pairs if mine and theirs)
