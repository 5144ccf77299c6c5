"""Standards: data elements, code lists, normalisers, kinds of rules; what binding a field to an element brings."""

from huitong.engine.standards.bindings import BoundRule, RuleReason, rules_of
from huitong.engine.standards.standards import Standards

__all__ = ["BoundRule", "RuleReason", "Standards", "rules_of"]
