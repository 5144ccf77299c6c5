"""Mobile numbers: 11 digits, first 1, second 3 to 9."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import Probe, RuleInput, RuleKind, RuleSql, one_reason, refuse_unless_text


def _matches(column: str) -> str:
    return f"regexp_full_match({column}, '1[3-9][0-9]{{9}}')"


def _compile(rule: RuleInput) -> RuleSql:
    probed = rule.field.probe if rule.field.probe_kind == KIND.name else ""
    return RuleSql(conditions=(f"NOT {_matches(rule.field.value)}",), fine=probed)


KIND = RuleKind(
    name="mobile",
    title="手机号码",
    title_en="Mobile number",
    reasons=one_reason("format", "不是手机号码", "Not a mobile number"),
    severity="flag",
    probe=Probe(
        sql=_matches,
        clean=lambda probe: probe,
        keeps=frozenset({"trim", "half_width", "no_spaces", "digits", "mobile", "null_words"}),
    ),
    compile=_compile,
    says_length=True,
    refuse=refuse_unless_text,
)
