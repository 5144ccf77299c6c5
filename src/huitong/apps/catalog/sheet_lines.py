"""A catalog item as lines of the guide's table, one an information item."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation

from huitong.apps.accounts.selectors import system_names
from huitong.apps.catalog.checking import GUIDE_TYPES, Surroundings, surroundings
from huitong.apps.catalog.classes import CLASS, ITEM, ORDER
from huitong.apps.catalog.sheet_layout import COLUMNS, Line
from huitong.apps.labels import label
from huitong.engine.declarations import items

WORDED = ("format", "sharing_type", "sharing_method", "update_cycle")
"""Parts of an item that the sheet says in words."""
PLAIN = (
    *("title", "title_en", "abstract", "abstract_en", "format_type", "sharing_condition", "sharing_basis"),
    *("open_condition", "published_on", "code", "table"),
    *("sharing_condition_en", "sharing_basis_en", "open_condition_en"),
)
"""Parts that it says as they are."""
YES, NO = "是", "否"


@dataclass(frozen=True)
class Register:
    """What the names in a sheet stand for."""

    around: Surroundings
    systems: dict[str, str]
    """Title by code."""
    resource_codes: dict[str, str]
    """Resource code by item."""


def register() -> Register:
    """Read what names stand for. Six queries."""
    around = surroundings()
    codes = {item: code for code, item in around.resource_codes.items() if code}
    return Register(around, system_names(), codes)


def lines_of(item: items.CatalogItem, known: Register) -> list[Line]:
    """Return the lines of an item; an item without fields has one."""
    with translation.override("zh-hans"):
        own = _item_line(item, known)
        lines = [{**own, **field_line(field, known.around)} for field in item.fields]
    return lines or [{**own, **{column.name: "" for column in COLUMNS if column.of == "field"}}]


def _item_line(item: items.CatalogItem, known: Register) -> Line:
    provider, uscc = known.around.organisations.get(item.provider, (item.provider, ""))
    code = item.classification
    ends = (CLASS, ITEM, ORDER, len(code) if len(code) > ORDER else 0)
    return {
        **{f"class_{level}": _class(code, end, known) for level, end in enumerate(ends, 1)},
        **{name: str(getattr(item, name)) for name in PLAIN},
        **{name: str(label(name, getattr(item, name)).text) for name in WORDED},
        "resource_code": item.resource_code or known.resource_codes.get(item.code, ""),
        "provider": provider,
        "provider_code": uscc,
        "open_to_public": YES if item.open_to_public else NO,
        "related": "、".join(known.resource_codes.get(one, one) for one in item.related),
        "system": known.systems.get(item.system, item.system),
    }


def _class(code: str, end: int, known: Register) -> str:
    if not end or len(code) < end:
        return ""
    node = known.around.classes.get(code[:end])
    return f"{code[:end]} {node.title}" if node else code[:end]


def field_line(field: items.ItemField, around: Surroundings) -> Line:
    """Return the part of a line that a field fills; what is the element's own is written out."""
    element = around.elements.get(field.element)
    kind = field.guide_type or (GUIDE_TYPES[element.type][0] if element else "")
    length = field.length or (element.max_length if element else 0) or 0
    return {
        "field_title": field.title or (element.title if element else ""),
        "guide_type": str(label("guide_type", kind).text) if kind else "",
        "length": str(length) if length else "",
        "column": field.column,
        "name": field.std_name,
        "element": field.element,
        "field_title_en": field.title_en or (element.title_en if element and not field.title else ""),
        "required": YES if field.required else "",
        "unique": YES if field.unique else "",
    }
