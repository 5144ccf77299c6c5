"""Drafts out of a workbook: each item that can be read becomes a draft; cells that make no sense are reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.catalog.checking import Surroundings
from huitong.apps.catalog.drafting import draft_change, draft_item, drafted_provider, new_item_begun, save_draft
from huitong.apps.catalog.matching import OpenDrafts
from huitong.apps.catalog.models import CatalogItem, ItemDraft
from huitong.apps.catalog.sheet_lines import register
from huitong.apps.catalog.sheet_reading import CellProblem, ReadItem, read_workbook
from huitong.apps.labels import language
from huitong.engine.declarations import items
from huitong.foundation.errors import HuitongError, Terminal


@dataclass(frozen=True)
class LeftAlone:
    """An item that was not taken: somebody's open draft of it would have been replaced.

    ``row`` is where it begins in the sheet, ``text`` says whose draft it is and what to do.
    """

    row: int
    title: str
    draft: ItemDraft
    text: str


@dataclass(frozen=True)
class ImportedDraft:
    """A draft that stands for an item of the sheet: made or written anew by this import, or there, saying the same."""

    row: int
    draft: ItemDraft
    outcome: Literal["new", "updated", "same"]


_Made = ImportedDraft | CellProblem | LeftAlone


@dataclass(frozen=True)
class ImportReport:
    """What an import did: the drafts of its items, items that are as they were, what was not taken."""

    drafts: tuple[ImportedDraft, ...]
    unchanged: int
    problems: tuple[CellProblem, ...]
    refused: int
    """Items that have such cells and were left out."""
    left_alone: tuple[LeftAlone, ...]

    def count(self, outcome: str) -> int:
        """Return how many drafts came out so."""
        return sum(one.outcome == outcome for one in self.drafts)


@transaction.atomic
def import_items(acting_user: User, *, content: bytes) -> ImportReport:
    """Read a workbook in the guide's layout into drafts. Items with a cell that makes no sense are left out whole.

    The same workbook once more makes no second draft: a row that has not changed changes nothing, one that has is
    written into the draft that this user's import made. An open draft in which somebody wrote is never replaced: its
    item is left alone, and the report names the draft.

    Raises:
        Terminal: ``catalog.sheet_unreadable``, ``catalog.sheet_no_heads``, ``catalog.sheet_too_large``.
    """
    User.objects.select_for_update(no_key=True).get(pk=acting_user.pk)  # a button pressed twice imports twice in turn
    known = register()
    current = {row.code: row for row in CatalogItem.objects.current().select_related("provider")}
    importing = _Importing(acting_user, known.around, current, OpenDrafts())

    def existing(code: str) -> items.CatalogItem | None:
        return current[code].as_spec() if code in current else None

    drafts: list[ImportedDraft] = []
    problems: list[CellProblem] = []
    left_alone: list[LeftAlone] = []
    unchanged = refused = 0
    for read in read_workbook(content, known, existing):
        if read.spec is None:
            problems += read.problems
            refused += 1
        elif existing(read.spec.code) == read.spec:
            unchanged += 1
        else:
            made = importing.drafted(read, read.spec)
            if isinstance(made, CellProblem):
                problems.append(made)
                refused += 1
            elif isinstance(made, LeftAlone):
                left_alone.append(made)
            else:
                drafts.append(made)
    return ImportReport(tuple(drafts), unchanged, tuple(problems), refused, tuple(left_alone))


@dataclass(frozen=True)
class _Importing:
    """One import: by whom, against what."""

    user: User
    around: Surroundings
    current: Mapping[str, CatalogItem]
    drafts: OpenDrafts

    def drafted(self, read: ReadItem, spec: items.CatalogItem) -> _Made:
        """Draft an item of the sheet, unless an open draft stands for it."""
        item = self.current.get(spec.code)
        try:
            with transaction.atomic():
                drafted_provider(self.user, item.provider.code if item else spec.provider)
                return self._made(read.row, spec, item)
        except Terminal as error:
            if error.code in ("catalog.change_begun", "catalog.new_item_begun"):
                return _left_alone(read, spec, error)
            return _row_problem(read, spec, error)

    def _made(self, row: int, spec: items.CatalogItem, item: CatalogItem | None) -> ImportedDraft:
        standing = self.drafts.of_row(spec, published=item is not None)
        if standing is not None and self.drafts.holds(standing, spec, self.around):
            return ImportedDraft(row, standing, "same")
        if standing is not None and self.drafts.as_imported(standing, self.user):
            return ImportedDraft(row, self._written(spec, standing), "updated")
        if standing is not None and item is None:
            raise new_item_begun(standing)
        return ImportedDraft(row, self._begun(spec, item), "new")

    def _begun(self, spec: items.CatalogItem, item: CatalogItem | None) -> ItemDraft:
        if item is not None:
            return draft_change(self.user, code=item.code, spec=spec, origin=ItemDraft.Origin.EXCEL, around=self.around)
        return draft_item(self.user, spec=spec, origin=ItemDraft.Origin.EXCEL, around=self.around)

    def _written(self, spec: items.CatalogItem, standing: ItemDraft) -> ItemDraft:
        return save_draft(
            self.user,
            draft_id=standing.pk,
            spec=spec,
            version=standing.version,
            origin=ItemDraft.Origin.EXCEL,
            around=self.around,
        )


def _left_alone(read: ReadItem, spec: items.CatalogItem, error: HuitongError) -> LeftAlone:
    draft = ItemDraft.objects.get(pk=str(error.parameters["draft"]))
    return LeftAlone(read.row, spec.title, draft, f"{error.detail(language())} {error.hint(language())}")


def _row_problem(read: ReadItem, spec: items.CatalogItem, error: HuitongError) -> CellProblem:
    return CellProblem(str(read.row), spec.title, spec.provider or "—", error.detail(language()))
