"""What an assessment counts of the catalog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from huitong.apps.catalog.models import CatalogItem, ItemVersion
from huitong.foundation.clock import to_beijing

DESCRIBING = (
    "title",
    "abstract",
    "classification",
    "resource_code",
    "category",
    "format",
    "sharing_type",
    "sharing_method",
    "update_cycle",
)
"""Descriptions that the national guide of 2017 asks of every item; more below."""


@dataclass(frozen=True)
class ItemFact:
    """One current catalog item; days are Beijing days."""

    id: int
    code: str
    title: str
    title_en: str
    provider: int
    table: str
    state: str
    listed_on: dt.date | None
    confirmed_on: dt.date | None
    sharing_type: str
    open_to_public: bool
    update_cycle: str
    link_state: str
    descriptions: int
    missing: tuple[str, ...]


def item_facts() -> Iterator[ItemFact]:
    """Give every item that has not been cancelled, in order of code. Four queries, read in batches."""
    changes = {
        item: (to_beijing(first).date(), to_beijing(last).date())
        for item, first, last in ItemVersion.objects.order_by().values_list("item").annotate(Min("at"), Max("at"))
    }
    counted = dict(CatalogItem.objects.current().order_by().values_list("pk").annotate(Count("fields")))
    closed = CatalogItem.objects.current().filter(sharing_type="none").order_by()
    bases = dict(closed.values_list("pk", "spec__sharing_basis"))
    for item in CatalogItem.objects.current().order_by("code").defer("spec").iterator(1000):
        missing, descriptions = _missing(item, counted.get(item.pk, 0), bases.get(item.pk) or "")
        listed, confirmed = changes.get(item.pk, (None, None))
        if item.confirmed_at is not None:
            said = to_beijing(item.confirmed_at).date()
            confirmed = max(confirmed, said) if confirmed else said
        yield ItemFact(
            id=item.pk,
            code=item.code,
            title=item.title,
            title_en=item.title_en,
            provider=item.provider_id,
            table=item.table,
            state=item.state,
            listed_on=listed,
            confirmed_on=confirmed,
            sharing_type=item.sharing_type,
            open_to_public=item.open_to_public,
            update_cycle=item.update_cycle,
            link_state=item.link_state,
            descriptions=descriptions,
            missing=missing,
        )


def _missing(item: CatalogItem, fields: int, basis: str) -> tuple[tuple[str, ...], int]:
    """Names of the descriptions that are missing, and how many there should be."""
    wanted = {name: bool(getattr(item, name)) for name in DESCRIBING}
    wanted["fields"] = fields > 0
    wanted["published_on"] = item.published_on is not None
    if item.sharing_type == "conditional":
        wanted["sharing_condition"] = bool(item.sharing_condition)
    if item.sharing_type == "none":
        wanted["sharing_basis"] = bool(basis)
    return tuple(name for name, given in wanted.items() if not given), len(wanted)
