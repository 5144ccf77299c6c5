"""One catalog item with all that belongs to it."""

from __future__ import annotations

from dataclasses import replace

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.rule_words import RuleWords
from huitong.apps.catalog.selectors import access_item, fields_of, item_row, items_by_code, rules_of, versions_of
from huitong.apps.catalog.specs import RuleRow
from huitong.apps.collection.selectors import (
    issues_of_item,
    may_run,
    may_see_rows,
    runs_of_item,
    source_by_code,
    table_states,
)
from huitong.apps.declared import in_language
from huitong.apps.libraries.selectors import libraries_fed_by
from huitong.apps.overview.specs import ItemHead, ItemPage, LinkPanel, TableFigures
from huitong.apps.sharing.selectors import services_of_item


def item_page(viewer: Viewer, code: str) -> ItemPage:
    """Return an item's page. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    item = access_item(viewer, code)
    spec = item.as_spec()
    head = _head(viewer, item)
    related = items_by_code(spec.related)
    return ItemPage(
        item=head.item,
        abstract=head.abstract,
        table=head.table,
        tables=head.tables,
        may_run=head.may_run,
        may_see_rows=head.may_see_rows,
        sharing_condition=in_language(spec.sharing_condition, spec.sharing_condition_en),
        sharing_basis=in_language(spec.sharing_basis, spec.sharing_basis_en),
        open_condition=in_language(spec.open_condition, spec.open_condition_en),
        system_title=item.system.shown_title if item.system else "",
        fields=fields_of(item),
        rules=_rules(item),
        related=tuple((one, related[one].shown_title) for one in spec.related if one in related),
        link=_link(item) if head.may_see_rows else None,
        libraries=tuple((one.code, one.shown_title) for one in libraries_fed_by(item.table)),
        services=tuple((one.code, one.shown_title) for one in services_of_item(code)),
        issues=issues_of_item(viewer, item),
        runs=runs_of_item(viewer, item),
        versions=versions_of(item) if head.may_see_rows else (),
    )


def _rules(item: CatalogItem) -> tuple[RuleRow, ...]:
    """The declared rules; one without a title of its own is called by its field and what it asks, not by its code."""
    rows, words = rules_of(item), RuleWords()
    if any(row.title == row.code for row in rows):
        words.learn([item.code])
    return tuple(replace(row, title=words.text(item.code, row.code)) if row.title == row.code else row for row in rows)


def item_head(viewer: Viewer, code: str) -> ItemHead:
    """Return what stands above the pages of an item. Two queries, and those of the viewer's scope.

    Raises:
        Terminal: ``people.not_found``, also for what the viewer may not see.
    """
    return _head(viewer, access_item(viewer, code))


def _head(viewer: Viewer, item: CatalogItem) -> ItemHead:
    spec = item.as_spec()
    return ItemHead(
        item=item_row(item),
        abstract=in_language(spec.abstract, spec.abstract_en),
        table=item.table,
        tables=tuple(
            TableFigures(state.schema, state.name, state.rows, state.changed_at)
            for state in table_states([item.table])
            if state.schema in ("raw", "std", "quarantine")
        ),
        may_run=may_run(viewer, item) and bool(item.source),
        may_see_rows=may_see_rows(viewer, item),
    )


def _link(item: CatalogItem) -> LinkPanel | None:
    spec, source = item.as_spec(), source_by_code(item.source)
    if spec.link is None or source is None:
        return None
    return LinkPanel(
        source=source.code,
        source_title=source.shown_title,
        kind=source.kind,
        shown=source.place,
        object=spec.link.object,
        mode=spec.link.mode,
        key=spec.link.key,
        watermark=spec.link.watermark,
        reachable=source.reachable,
    )
