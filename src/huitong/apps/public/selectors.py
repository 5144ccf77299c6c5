"""Reads of the public site: everything as nobody in particular sees it, whoever is signed in."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from huitong.apps.accounts.selectors import organisation_tree
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.catalog.selectors import access_item, fields_of, item_list, item_row, items_by_code
from huitong.apps.catalog.specs import ItemFilter, ItemRow
from huitong.apps.collection.models import TableState
from huitong.apps.collection.selectors import table_states
from huitong.apps.declared import in_language
from huitong.apps.labels import Text
from huitong.apps.paging import Page
from huitong.apps.public.opening import MOST_FILE_ROWS, is_open, sample_of
from huitong.apps.public.specs import OpenField, OpenSet, PublicFigures
from huitong.apps.sharing.openly import openly_known_services
from huitong.apps.sharing.specs import OpenlyKnown

NOBODY = AnonymousUser()


def open_sets(text: str = "", provider: str = "", order: str = "", *, number: int = 1, size: int = 50) -> Page[ItemRow]:
    """Return one page of what is open to the public. Two queries."""
    return item_list(NOBODY, ItemFilter(text=text, provider=provider, order=order), number=number, size=size)


def open_providers() -> list[tuple[str, Text]]:
    """Return code and name of the departments that open something. One query."""
    rows = CatalogItem.objects.visible_to(NOBODY).order_by("provider__path").select_related("provider")
    return list({row.provider.code: row.provider.shown_short for row in rows}.items())


def access_open_item(code: str) -> CatalogItem:
    """Return an item that is open to the public.

    Raises:
        Terminal: ``people.not_found``, also for what is not open.
    """
    return access_item(NOBODY, code)


def std_state(item: CatalogItem) -> TableState | None:
    """Return the state of the table that holds the rows of ``item`` that passed the checks. One query."""
    return next((state for state in table_states([item.table]) if state.schema == "std"), None)


def open_set(code: str) -> OpenSet:
    """Return one open set with its fields and a sample. A fixed number of queries.

    Raises:
        Terminal: ``people.not_found``, also for what is not open.
    """
    item = access_open_item(code)
    spec, fields, state = item.as_spec(), fields_of(item), std_state(item)
    related = items_by_code(spec.related)
    opened = [one for one in spec.related if one in related and related[one].open_to_public]
    rows = state.rows if state else 0
    return OpenSet(
        item=item_row(item),
        abstract=in_language(spec.abstract, spec.abstract_en),
        condition=in_language(spec.open_condition, spec.open_condition_en),
        fields=tuple(OpenField(field, is_open(field)) for field in fields),
        related=tuple((one, related[one].shown_title) for one in opened if related[one].state == "published"),
        rows=rows,
        changed_at=state.changed_at if state else None,
        sample=sample_of(state, fields) if state else None,
        has_file=0 < rows <= MOST_FILE_ROWS and any(is_open(field) for field in fields),
    )


def public_figures() -> PublicFigures:
    """Count what the city opens and shares. Three queries."""
    return PublicFigures(
        open_sets=CatalogItem.objects.visible_to(NOBODY).count(),
        services=len(openly_known_services()),
        departments=sum(node.kind in ("department", "bureau") for node in organisation_tree(NOBODY)),
    )


__all__ = ["OpenlyKnown", "openly_known_services"]
