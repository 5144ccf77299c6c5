"""No other row has the same value. All rows that share one fail: which of them is right nobody can tell."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"{rule.field.value} IN (FROM {rule.sets})",))


KIND = RuleKind(
    name="unique",
    title="唯一",
    title_en="Unique",
    reasons=one_reason("unique", "多行取值相同", "Shared by several rows"),
    severity="flag",
    compile=_compile,
)
