"""Values come from the element's code list; titles were turned into codes before."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"{rule.field.text} IS NOT NULL AND {rule.field.code} IS NULL",))


KIND = RuleKind(
    name="in_codelist",
    title="在代码集内",
    title_en="In the code list",
    reasons=one_reason("in_codelist", "不在代码集内", "Not in the code list"),
    severity="flag",
    compile=_compile,
)
