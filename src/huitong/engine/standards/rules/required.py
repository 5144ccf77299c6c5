"""A value must be there. A value that cannot be read is there: ``conversion`` reports it."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"{rule.field.text} IS NULL",))


KIND = RuleKind(
    name="required",
    title="必填",
    title_en="Required",
    reasons=one_reason("required", "缺少值", "Missing"),
    severity="flag",
    compile=_compile,
)
