"""Drafts out of a workbook: each item that can be read becomes a draft; cells that make no sense are reported."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from huitong.apps.accounts.models import User
from huitong.apps.catalog.checking import Surroundings
from huitong.apps.catalog.drafting import draft_change, draft_item
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


_Made = ItemDraft | CellProblem | LeftAlone


@dataclass(frozen=True)
class ImportReport:
    """What an import did: drafts made (or there, saying the same), items that are as they were, what was not taken."""

    drafts: tuple[ItemDraft, ...]
    unchanged: int
    problems: tuple[CellProblem, ...]
    refused: int
    """Items that have such cells and were left out."""
    left_alone: tuple[LeftAlone, ...]


@transaction.atomic
def import_items(acting_user: User, *, content: bytes) -> ImportReport:
    """Read a workbook in the guide's layout into drafts. Items with a cell that makes no sense are left out whole.

    An open draft in which somebody wrote is never replaced: its item is left alone, and the report names the draft.

    Raises:
        Terminal: ``catalog.sheet_unreadable``, ``catalog.sheet_no_heads``, ``catalog.sheet_too_large``.
    """
    known = register()
    current = {row.code: row for row in CatalogItem.objects.current()}

    def existing(code: str) -> items.CatalogItem | None:
        return current[code].as_spec() if code in current else None

    drafts: list[ItemDraft] = []
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
            made = _drafted(acting_user, read, read.spec, read.spec.code in current, known.around)
            if isinstance(made, CellProblem):
                problems.append(made)
                refused += 1
            elif isinstance(made, LeftAlone):
                left_alone.append(made)
            else:
                drafts.append(made)
    return ImportReport(tuple(drafts), unchanged, tuple(problems), refused, tuple(left_alone))


def _drafted(user: User, read: ReadItem, spec: items.CatalogItem, known: bool, around: Surroundings) -> _Made:
    try:
        with transaction.atomic():
            if known:
                return draft_change(user, code=spec.code, spec=spec, origin=ItemDraft.Origin.EXCEL, around=around)
            return draft_item(user, spec=spec, origin=ItemDraft.Origin.EXCEL, around=around)
    except Terminal as error:
        if error.code == "catalog.change_begun":
            return _left_alone(read, spec, error)
        return _row_problem(read, spec, error)


def _left_alone(read: ReadItem, spec: items.CatalogItem, error: HuitongError) -> LeftAlone:
    draft = ItemDraft.objects.open().get(item__code=spec.code)
    return LeftAlone(read.row, spec.title, draft, f"{error.detail(language())} {error.hint(language())}")


def _row_problem(read: ReadItem, spec: items.CatalogItem, error: HuitongError) -> CellProblem:
    return CellProblem(str(read.row), spec.title, spec.provider or "—", error.detail(language()))
