"""What a broken rule is called on a page: the field's title and what is wrong with it, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from huitong.apps.catalog.models import DataElement
from huitong.apps.catalog.selectors import elements_by_name, items_by_code
from huitong.apps.declared import in_language
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.standards.rules import RULE_KINDS

_ALWAYS = ("required", "conversion", "in_codelist", "max_length", "unique")
"""Kinds of rules that follow from a binding whatever the element's own checks are."""


class RuleWords:
    """The words for the rules of some items; learns an item the first time it is asked to."""

    def __init__(self) -> None:
        self._specs: dict[str, CatalogItem] = {}
        self._elements: dict[str, DataElement] = {}
        self._texts: dict[tuple[str, str], str] = {}

    def learn(self, items: Iterable[str]) -> None:
        """Read the rules of ``items`` (codes) not known yet: two queries, however many they are."""
        unknown = set(items) - self._specs.keys()
        if not unknown:
            return
        specs = [row.as_spec() for row in items_by_code(unknown).values()]
        names = {field.element for spec in specs for field in spec.fields}
        self._elements |= elements_by_name(names - self._elements.keys())
        self._specs |= {spec.code: spec for spec in specs}

    def text(self, item: str, rule: str) -> str:
        """Return the words for ``rule`` of ``item``; the rule's code when nobody has words for it."""
        if item not in self._specs:
            return rule
        if (item, rule) not in self._texts:
            found = dict(_texts_of(self._specs[item], self._elements, rule))
            self._texts |= {(item, one): text for one, text in found.items()}
            self._texts.setdefault((item, rule), rule)
        return self._texts[item, rule]


def _texts_of(item: CatalogItem, elements: dict[str, DataElement], asked: str) -> Iterator[tuple[str, str]]:
    """The words for the rules that begin as the one asked for does: those of one field, or of one rule of the item."""
    for field in item.fields:
        if asked.startswith(f"{field.std_name}."):
            element = elements.get(field.element)
            checks = [text.partition(":")[0] for text in element.as_spec().checks] if element else []
            for kind in (*_ALWAYS, *checks):
                yield from _reasons(kind, field.std_name, _field_title(field, element))
    fields = {field.std_name: field for field in item.fields}
    for rule in item.rules:
        if asked != rule.code and not asked.startswith(f"{rule.code}."):
            continue
        about = fields.get(rule.field)
        title = _field_title(about, elements.get(about.element)) if about else rule.field
        texts = list(_reasons(rule.kind, rule.code, title))
        yield from texts
        if len(texts) == 1:
            yield rule.code, in_language(rule.title, rule.title_en) or texts[0][1]


def _reasons(kind: str, prefix: str, title: str) -> Iterator[tuple[str, str]]:
    declared = RULE_KINDS.get(kind)
    for reason in declared.reasons if declared else ():
        yield f"{prefix}.{reason.name}", in_language(f"{title}：{reason.title}", f"{title}: {reason.title_en}")


def _field_title(field: ItemField, element: DataElement | None) -> str:
    own = in_language(field.title, field.title_en)
    return own or (element.shown_title if element else field.std_name)
