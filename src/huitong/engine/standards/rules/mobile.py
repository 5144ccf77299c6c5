"""Mobile numbers: 11 digits, first 1, second 3 to 9."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason, refuse_unless_text


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"NOT regexp_full_match({rule.field.value}, '1[3-9][0-9]{{9}}')",))


KIND = RuleKind(
    name="mobile",
    title="手机号码",
    title_en="Mobile number",
    reasons=one_reason("format", "不是手机号码", "Not a mobile number"),
    severity="flag",
    compile=_compile,
    says_length=True,
    refuse=refuse_unless_text,
)
