"""Two fields of a row stand in a relation, e.g. the end is not before the start. Holds where either is missing."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason
from huitong.foundation.errors import Terminal

OPERATORS = ("<", "<=", "=", ">=", ">", "<>")


def _compile(rule: RuleInput) -> RuleSql:
    if rule.other is None:
        raise Terminal("standards.bad_rule", rule=rule.code, kind="compare", reason="other")
    return RuleSql(conditions=(f"NOT ({rule.field.value} {rule.values[0]} {rule.other.value})",))


def _refuse(_type: str, other: str, values: tuple[str, ...]) -> str:
    return "" if other and len(values) == 1 and values[0] in OPERATORS else f"other, values: [{' | '.join(OPERATORS)}]"


KIND = RuleKind(
    name="compare",
    title="字段比较",
    title_en="Comparison of two fields",
    reasons=one_reason("compare", "与另一字段矛盾", "Contradicts another field"),
    severity="flag",
    compile=_compile,
    refuse=_refuse,
)
