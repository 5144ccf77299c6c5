"""The city's standards: data elements and code lists, checked against each other once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huitong.engine.declarations.elements import CodeList, Element
from huitong.engine.standards.normalisers import NORMALISERS
from huitong.engine.standards.rules import RULE_KINDS
from huitong.foundation.errors import Terminal
from huitong.foundation.masking import MASKS, mask


@dataclass(frozen=True)
class ElementCheck:
    """One entry of an element's ``checks``: ``not_future``, or with values ``range:0,150``."""

    kind: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> ElementCheck:
        """Read an entry. What follows the colon is split at commas, but for a pattern, which is one value."""
        kind, colon, rest = text.partition(":")
        values = () if not colon else (rest,) if kind == "matches" else tuple(part.strip() for part in rest.split(","))
        return cls(kind, values)


@dataclass(frozen=True)
class Standards:
    """Data elements and code lists by name."""

    elements: Mapping[str, Element]
    codelists: Mapping[str, CodeList]

    @classmethod
    def of(cls, elements: Iterable[Element], codelists: Iterable[CodeList]) -> Standards:
        """Take over the elements and code lists of a pack.

        Raises:
            Terminal: ``standards.unknown_normaliser``, ``standards.unknown_rule``, ``standards.unknown_mask``,
                ``standards.unknown_codelist``, ``standards.bad_rule`` name the element.
        """
        standards = cls(
            {element.name: element for element in elements}, {codelist.name: codelist for codelist in codelists}
        )
        for element in standards.elements.values():
            standards._verify(element)
        return standards

    def element(self, name: str) -> Element:
        """Return an element by name; raises ``standards.unknown_element``."""
        if name not in self.elements:
            raise Terminal("standards.unknown_element", name=name)
        return self.elements[name]

    def masked(self, element: str, value: str | None) -> str | None:
        """Return what a reader without the right to the clear value sees of a field bound to an element."""
        return mask(self.element(element).mask, value)

    def _verify(self, element: Element) -> None:
        for name in element.normalisers:
            if name not in NORMALISERS:
                raise Terminal(
                    "standards.unknown_normaliser", element=element.name, name=name, known=", ".join(NORMALISERS)
                )
        if element.mask and element.mask not in MASKS:
            raise Terminal("standards.unknown_mask", name=element.mask, known=", ".join(MASKS))
        if element.codelist and element.codelist not in self.codelists:
            raise Terminal("standards.unknown_codelist", element=element.name, name=element.codelist)
        for check in map(ElementCheck.of, element.checks):
            refuse_rule(check.kind, element, other="", values=check.values, rule=f"{element.name}: {check.kind}")


def refuse_rule(kind: str, element: Element, *, other: str, values: tuple[str, ...], rule: str) -> None:
    """Raise ``standards.unknown_rule`` or ``standards.bad_rule`` where a rule cannot be applied to an element."""
    if kind not in RULE_KINDS:
        raise Terminal("standards.unknown_rule", rule=rule, kind=kind, known=", ".join(RULE_KINDS))
    reason = RULE_KINDS[kind].refuse(element.type, other, values)
    if reason:
        raise Terminal("standards.bad_rule", rule=rule, kind=kind, reason=reason)
