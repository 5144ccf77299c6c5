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
        self._texts: dict[str, dict[str, str]] = {}

    def learn(self, items: Iterable[str]) -> None:
        """Read the rules of ``items`` (codes) not known yet: two queries, however many they are."""
        unknown = set(items) - self._texts.keys()
        if not unknown:
            return
        specs = [row.as_spec() for row in items_by_code(unknown).values()]
        elements = elements_by_name({field.element for spec in specs for field in spec.fields})
        for spec in specs:
            self._texts[spec.code] = dict(_texts_of(spec, elements))

    def text(self, item: str, rule: str) -> str:
        """Return the words for ``rule`` of ``item``; the rule's code when nobody has words for it."""
        return self._texts.get(item, {}).get(rule, rule)


def _texts_of(item: CatalogItem, elements: dict[str, DataElement]) -> Iterator[tuple[str, str]]:
    titles = {field.std_name: _field_title(field, elements.get(field.element)) for field in item.fields}
    for field in item.fields:
        element = elements.get(field.element)
        checks = [text.partition(":")[0] for text in element.as_spec().checks] if element else []
        for kind in (*_ALWAYS, *checks):
            yield from _reasons(kind, field.std_name, titles[field.std_name])
    for rule in item.rules:
        texts = list(_reasons(rule.kind, rule.code, titles.get(rule.field, rule.field)))
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
