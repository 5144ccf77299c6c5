"""One source, many uses: who answers for each data element, who else collects it, and where it is collected again."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count

from huitong.apps.accounts.models import Organisation
from huitong.apps.catalog.checking import AnswersFor
from huitong.apps.catalog.models import CatalogItem, DataElement, ItemField
from huitong.apps.catalog.selectors import bound_fields
from huitong.apps.declared import in_language
from huitong.apps.demand.models import Authority
from huitong.apps.demand.specs import Repeated, SourceRow


def source_rows() -> tuple[SourceRow, ...]:
    """Return every data element that some item carries or some department answers for. Four queries.

    Work grows with elements × providers, whatever the number of items.
    """
    held: dict[int, dict[int, int]] = defaultdict(dict)
    counted = ItemField.objects.exclude(item__state=CatalogItem.State.CANCELLED).order_by()
    for element, provider, items in counted.values_list("element", "item__provider").annotate(
        Count("item", distinct=True)
    ):
        held[element][provider] = items
    authorities = {row.element_id: row for row in Authority.objects.select_related("organisation")}
    names = {row.pk: row.shown_short for row in Organisation.objects.all()}
    rows = DataElement.objects.filter(pk__in=held.keys() | authorities.keys())
    return tuple(_source_row(row, held[row.pk], authorities.get(row.pk), names) for row in rows)


def _source_row(
    element: DataElement, held: dict[int, int], authority: Authority | None, names: dict[int, str]
) -> SourceRow:
    answers = authority.organisation_id if authority else None
    spec = authority.as_spec() if authority else None
    others = sorted(((names[pk], items) for pk, items in held.items() if pk != answers), key=lambda one: -one[1])
    return SourceRow(
        name=element.name,
        title=element.shown_title,
        authority=authority.organisation.code if authority else "",
        authority_title=authority.organisation.shown_short if authority else "",
        basis=in_language(spec.basis, spec.basis_en) if spec else "",
        identifier=bool(authority and authority.identifier),
        holders=tuple(others),
        has_item=answers in held,
    )


def repeated_fields(item: CatalogItem) -> tuple[Repeated, ...]:
    """Return the fields of an item that another department answers for: collected a second time. Two queries."""
    fields = bound_fields(item)
    authorities = Authority.objects.filter(element__in=[field.element_id for field in fields], identifier=False)
    others = {row.element_id: row for row in authorities.select_related("organisation")}
    found = []
    for field in fields:
        authority = others.get(field.element_id)
        if authority is None or authority.organisation_id == item.provider_id:
            continue
        spec = authority.as_spec()
        found.append(
            Repeated(
                field_title=in_language(field.title, field.title_en) or field.element.shown_title,
                element=field.element.name,
                organisation_title=authority.organisation.shown_short,
                basis=in_language(spec.basis, spec.basis_en),
            )
        )
    return tuple(found)


def authorities() -> dict[str, AnswersFor]:
    """Return who answers for each data element but identifiers, by the element's name. One query."""
    rows = Authority.objects.filter(identifier=False).select_related("organisation", "element")
    return {row.element.name: AnswersFor(row.organisation.code, row.organisation.shown_short) for row in rows}


def identifiers() -> frozenset[str]:
    """Return the data elements that every register carries to find its people and companies. One query."""
    return frozenset(Authority.objects.filter(identifier=True).values_list("element__name", flat=True))


def items_with(element: str) -> tuple[CatalogItem, ...]:
    """Return the items that carry a data element, by provider. One query."""
    rows = CatalogItem.objects.current().filter(fields__element__name=element).select_related("provider").distinct()
    return tuple(rows.order_by("provider__path", "code"))
