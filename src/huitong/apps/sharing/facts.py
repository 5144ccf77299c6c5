"""What an assessment counts of sharing."""

from __future__ import annotations

from collections.abc import Iterator

from huitong.apps.sharing.models import Service

OfferFact = tuple[str, str, str, str, int]
"""Item code, item title, service code, service title, id of the item's provider."""


def offer_facts() -> Iterator[OfferFact]:
    """Give every service with each item that it makes available. One query."""
    rows = Service.objects.filter(items__isnull=False).order_by("items__code", "code")
    yield from rows.values_list("items__code", "items__title", "code", "title", "items__provider").iterator(2000)
