"""A value is there but cannot be read as the element's type."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"{rule.field.value} IS NULL AND {rule.field.text} IS NOT NULL",))


KIND = RuleKind(
    name="conversion",
    title="类型转换",
    title_en="Type",
    reasons=one_reason("conversion", "不能读作规定的类型", "Cannot be read as the required type"),
    severity="reject",
    compile=_compile,
)
