"""Mobile numbers: 11 digits, first 1, second 3 to 9."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import Probe, RuleInput, RuleKind, RuleSql, one_reason, refuse_unless_text


def _number(text: str) -> str:
    return f"CASE WHEN strlen({text}) = 11 THEN TRY_CAST({text} AS BIGINT) END"


def _clean(number: str) -> str:
    # half the price of the pattern; the cast also takes exponents such as 1300000e04, which end in zeros
    return f"({number} BETWEEN 13000000000 AND 19999999999 AND {number} % 100 <> 0)"


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(
        conditions=(f"NOT regexp_full_match({rule.field.value}, '1[3-9][0-9]{{9}}')",),
        fine=_clean(rule.field.probe) if rule.field.probe_kind == KIND.name else "",
    )


KIND = RuleKind(
    name="mobile",
    title="手机号码",
    title_en="Mobile number",
    reasons=one_reason("format", "不是手机号码", "Not a mobile number"),
    severity="flag",
    probe=Probe(
        sql=_number,
        clean=_clean,
        keeps=frozenset({"trim", "half_width", "no_spaces", "digits", "mobile", "null_words"}),
    ),
    compile=_compile,
    says_length=True,
    refuse=refuse_unless_text,
)
