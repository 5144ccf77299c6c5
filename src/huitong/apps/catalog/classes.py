"""The guide's classification (类、项、目、细目) and the codes of information resources that are made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huitong.apps.catalog.models import CatalogItem, CodeEntry
from huitong.apps.declared import in_language

LISTS = "catalog_class"
"""Code lists whose names begin so are the classification: the standards' own, and the city's list of departments."""
CLASS, ITEM, ORDER = 1, 3, 6
"""Digits of a code down to 类, 项 and 目; what follows is 细目."""
SEQUENCE = 5
CODE = re.compile(r"(\d{6,})/(\d{1,6})")
RESOURCE_CLASSES = {"1": "base", "2": "topic", "3": "department"}


@dataclass(frozen=True)
class ClassNode:
    """One class, item or order of the classification."""

    code: str
    title: str
    title_en: str
    parent: str

    @property
    def shown(self) -> str:
        """The title in the reader's language."""
        return in_language(self.title, self.title_en)


def classification() -> dict[str, ClassNode]:
    """Return the whole classification by code, in order of code. One query."""
    rows = CodeEntry.objects.filter(codelist__name__startswith=LISTS).order_by("code")
    return {
        code: ClassNode(code, title, title_en, parent)
        for code, title, title_en, parent in rows.values_list("code", "title", "title_en", "parent")
    }


def lineage(code: str, known: dict[str, ClassNode]) -> tuple[ClassNode, ...]:
    """Return the nodes from 类 down to the deepest one known of ``code``."""
    ends = (CLASS, ITEM, ORDER, len(code))
    found = [known[code[:end]] for end in dict.fromkeys(ends) if end <= len(code) and code[:end] in known]
    return tuple(found)


def resource_class_of(classification_code: str) -> str:
    """Return ``base``, ``topic`` or ``department``; "" for what is none of the guide's three classes."""
    return RESOURCE_CLASSES.get(classification_code[:CLASS], "")


def next_resource_code(classification_code: str) -> str:
    """Return the next free code of a class, ``classification/sequence``; sequences are never used twice. One query."""
    front = f"{classification_code}/"
    taken = CatalogItem.objects.filter(resource_code__startswith=front).values_list("resource_code", flat=True)
    last = max((int(code.removeprefix(front)) for code in taken if code.removeprefix(front).isdecimal()), default=0)
    return f"{front}{last + 1:0{SEQUENCE}d}"


def item_code_of(resource_code: str) -> str:
    """Return the short code, used in addresses, of an item that has none of its own."""
    return resource_code.replace("/", "-")
