"""``{% load demand %}``: the table in which fields are chosen, days left in words, addresses behind figures."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.urls import reverse

from huitong.apps.demand.specs import Figures, Offer

register = template.Library()


@register.inclusion_tag("demand/_fields.html")
def field_table(form: BaseForm, offer: Offer) -> dict[str, object]:
    """Draw the choice of fields, each with its level and mask: ``{% field_table form offer %}``."""
    asked, clear = (form[name] for name in form.table)  # type: ignore[attr-defined]
    return {
        "bound": asked,
        "inclear": clear,
        "offer": offer,
        "names": _codes(asked),
        "clears": _codes(clear),
        "chosen": asked.value() or (),
        "cleared": clear.value() or (),
    }


def _codes(bound: BoundField) -> set[str]:
    return {str(code) for code, _ in bound.field.choices}  # type: ignore[attr-defined]


@register.filter
def bound(form: BaseForm, name: str) -> BoundField:
    """``{{ form|bound:"kinds" }}``: a field of a form by its name."""
    return form[name]


@register.filter
def words(text: str) -> list[str]:
    """``"a b"|words``: to go through a few names."""
    return text.split()


@register.simple_tag
def figure_href(figures: Figures, period: str) -> str:
    """Return the address of the needs that figures count."""
    query = {"kind": figures.kind} | ({"provider": figures.provider} if figures.provider else {})
    return f"{reverse('demand:needs')}?{urlencode(query)}{period}"
