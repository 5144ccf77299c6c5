"""What follows from binding an item's fields to data elements: its normalisers and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from huitong.engine.declarations.elements import Element
from huitong.engine.declarations.items import CatalogItem, ItemField
from huitong.engine.standards.rules import RULE_KINDS
from huitong.engine.standards.rules.protocol import RuleKind, Severity
from huitong.engine.standards.standards import ElementCheck, Standards, refuse_rule
from huitong.engine.standards.types import TYPES
from huitong.foundation.errors import Terminal


@dataclass(frozen=True)
class RuleReason:
    """One reason of one rule of an item: what a failing row carries in ``_rules``, and issues are kept by."""

    code: str
    kind: str
    field: str
    severity: Severity
    title: str
    title_en: str


@dataclass(frozen=True)
class BoundRule:
    """A rule of an item, with one RuleReason for each of its kind's reasons, in their order."""

    kind: RuleKind
    field: str
    other: str
    values: tuple[str, ...]
    reasons: tuple[RuleReason, ...]

    @property
    def time_dependent_codes(self) -> tuple[str, ...]:
        """Codes of the reasons that may pass by themselves."""
        pairs = zip(self.kind.reasons, self.reasons, strict=True)
        return tuple(bound.code for declared, bound in pairs if declared.name in self.kind.time_dependent)


def element_of(item: CatalogItem, standards: Standards, field: str) -> Element:
    """Return the element behind a std name of an item; raises ``standards.unknown_field``."""
    for declared in item.fields:
        if declared.std_name == field:
            return standards.element(declared.element)
    raise Terminal("standards.unknown_field", item=item.code, field=field)


def normalisers_of(element: Element) -> tuple[str, ...]:
    """Return the names of an element's normalisers in the order of application, those of its type included."""
    reader = TYPES[element.type]
    before = tuple(name for name in reader.before if not (name == "trim" and "no_spaces" in element.normalisers))
    return (*before, *element.normalisers, *reader.after)


def rules_of(item: CatalogItem, standards: Standards) -> tuple[BoundRule, ...]:
    """Return an item's rules: those derived from its bindings, then its own.

    A derived reason's code is ``<field>.<reason>``, e.g. ``id_number.checksum``; an own rule's is its ``code``, with
    ``.<reason>`` behind when its kind has several. An own rule whose code is that of a derived reason only sets the
    severity (and titles) of that reason.

    Raises:
        Terminal: ``standards.unknown_element``, ``standards.unknown_field``, ``standards.unknown_rule``,
            ``standards.bad_rule``, ``standards.duplicate_rule``.
    """
    derived = tuple(rule for field in item.fields for rule in _derived(item, field, standards.element(field.element)))
    known = {reason.code for rule in derived for reason in rule.reasons}
    rules = (
        *(_overridden(rule, item) for rule in derived),
        *(_own(item, standards, index) for index, rule in enumerate(item.rules) if rule.code not in known),
    )
    codes = [reason.code for rule in rules for reason in rule.reasons]
    for code in codes:
        if codes.count(code) > 1:
            raise Terminal("standards.duplicate_rule", item=item.code, rule=code)
    return rules


def _derived(item: CatalogItem, field: ItemField, element: Element) -> Iterator[BoundRule]:
    checks = [ElementCheck.of(text) for text in element.checks]
    is_key = item.link is not None and field.column in item.link.key
    if field.required or is_key:
        yield _bound("required", field.std_name, severity="reject" if is_key else "flag")
    if element.type != "string":
        yield _bound("conversion", field.std_name)
    if element.codelist:
        yield _bound("in_codelist", field.std_name)
    elif element.max_length is not None and not any(RULE_KINDS[check.kind].says_length for check in checks):
        yield _bound("max_length", field.std_name, values=(str(element.max_length),))
    for check in checks:
        yield _bound(check.kind, field.std_name, values=check.values)
    if field.unique:
        yield _bound("unique", field.std_name)


def _bound(kind: str, field: str, *, values: tuple[str, ...] = (), severity: Severity | None = None) -> BoundRule:
    declared = RULE_KINDS[kind]
    reasons = tuple(
        RuleReason(f"{field}.{reason.name}", kind, field, severity or declared.severity, reason.title, reason.title_en)
        for reason in declared.reasons
    )
    return BoundRule(declared, field, "", values, reasons)


def _overridden(rule: BoundRule, item: CatalogItem) -> BoundRule:
    own = {declared.code: declared for declared in item.rules}
    reasons = tuple(
        replace(
            reason,
            severity=own[reason.code].severity,
            title=own[reason.code].title or reason.title,
            title_en=own[reason.code].title_en or reason.title_en,
        )
        if reason.code in own
        else reason
        for reason in rule.reasons
    )
    return replace(rule, reasons=reasons)


def _own(item: CatalogItem, standards: Standards, index: int) -> BoundRule:
    rule = item.rules[index]
    refuse_rule(
        rule.kind,
        element_of(item, standards, rule.field),
        other=rule.other,
        values=rule.values,
        rule=f"{item.code}: {rule.code}",
    )
    if rule.other:
        element_of(item, standards, rule.other)
    kind = RULE_KINDS[rule.kind]
    single = len(kind.reasons) == 1
    reasons = tuple(
        RuleReason(
            code=rule.code if single else f"{rule.code}.{reason.name}",
            kind=rule.kind,
            field=rule.field,
            severity=rule.severity,
            title=(rule.title if single else "") or reason.title,
            title_en=(rule.title_en if single else "") or reason.title_en,
        )
        for reason in kind.reasons
    )
    return BoundRule(kind, rule.field, rule.other, rule.values, reasons)
