"""Rows of data as a list: filtered, ordered, with chosen columns, saved views and exports; always masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.collection.services import record_export
from huitong.apps.collection.specs import RowsExport
from huitong.apps.labels import language
from huitong.apps.overview.rows import RowsHead, rows_under
from huitong.apps.overview.specs import RowsWanted
from huitong.apps.paging import Page
from huitong.apps.tables import Cell, Column, Empty, Fetch, Filter, Listing, Wanted

SHOWN_COLUMNS = 30
"""Columns of a wide table that are there without being asked for."""
BATCH = 10_000
"""Rows that an export reads at once: each reading orders the table anew."""
REASONS = "_reasons"
_NAME = 60

Row = tuple[tuple[str | None, ...], tuple[str, ...]]
"""A row's cells, masked, and in quarantine the rules that it broke."""


class Words(Protocol):
    """Gives the words for a rule."""

    def __call__(self, rule: str, /) -> str:
        """Return what ``rule`` is called."""
        ...


def words_of(item: str) -> Words:
    """Return the words for the rules of one catalog item."""
    words = RuleWords()
    words.learn([item])
    return lambda rule: words.text(item, rule)


def row_listing(viewer: Viewer, head: RowsHead, words: Words, *, asked_rule: str = "") -> Listing[Row]:
    """Return the list of a table's rows: everything but the rows.

    Only columns that nobody covers can be searched and ordered by: the order of masked values, or which of them fit a
    word, would tell what the mask hides.
    """
    columns = [
        Column(one.name, one.title, sorts=not one.masked, note=one.name, extra=place >= SHOWN_COLUMNS)
        for place, one in enumerate(head.columns)
    ]
    quarantine = head.schema == "quarantine"
    if quarantine:
        columns.insert(0, Column(REASONS, _("为什么被拦截"), "reasons"))
    return Listing(
        name=f"rows-{head.schema}-{head.table}"[:_NAME],
        title=head.title,
        columns=tuple(columns),
        cells=lambda row: _cells(row, words, quarantine=quarantine),
        empty=Empty(_("这里没有数据"), _("换一个标签页看看，或等下一次归集。")),
        search=_("在没有遮盖的列里搜索") if any(not one.masked for one in head.columns) else "",
        filters=(Filter("rule", _("违反的规则"), _rules(head, words, asked_rule)),),
        wide=True,
        batch=BATCH,
        on_export=lambda form, wanted, names: _keep_export(viewer, head, form, wanted, names),
    )


def row_fetch(head: RowsHead) -> Fetch[Row]:
    """Return what reads pages of the rows, all of them at the snapshot of ``head``."""

    def fetch(wanted: Wanted, number: int, size: int) -> Page[Row]:
        asked = RowsWanted(rule=wanted.value("rule"), text=wanted.text, order=wanted.order)
        found = rows_under(head, wanted=asked, number=number, size=size, most=BATCH)
        rules = found.rules or ((),) * len(found.rows)
        rows = tuple(zip(found.rows, rules, strict=True))
        return Page(rows=rows, total=found.total, number=found.number, size=found.size)

    return fetch


def _cells(row: Row, words: Words, *, quarantine: bool) -> tuple[Cell, ...]:
    values, broken = row
    cells = tuple(Cell(value) for value in values)
    if not quarantine:
        return cells
    comma = "; " if language() == "en" else "；"
    return (Cell(comma.join(words(rule) for rule in broken), tone="bad", icon="alert-circle"), *cells)


def _rules(head: RowsHead, words: Words, asked: str) -> list[tuple[str, str]]:
    """The rules that rows break, those that most rows break first; and the one asked for, also when none does."""
    counts = dict(head.rules)
    if asked and head.schema == "quarantine":
        counts.setdefault(asked, 0)
    bracket = " ({})" if language() == "en" else "（{}）"
    return [(rule, words(rule) + bracket.format(f"{count:,}")) for rule, count in counts.items()]


def _keep_export(viewer: Viewer, head: RowsHead, form: str, wanted: Wanted, names: Sequence[str]) -> None:
    if not isinstance(viewer, User):
        return
    export = RowsExport(
        table=f"{head.schema}.{head.table}",
        form=form,
        rule=wanted.value("rule"),
        text=wanted.text,
        order=wanted.order,
        columns=tuple(name for name in names if name != REASONS),
        snapshot=head.snapshot,
    )
    record_export(viewer, export=export)
