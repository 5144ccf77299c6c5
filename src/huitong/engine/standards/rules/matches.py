"""A regular expression (RE2) is found in the text; anchor it with ^ and $ to mean the whole."""

from __future__ import annotations

import re

from huitong.engine.lake.names import literal
from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    return RuleSql(conditions=(f"NOT regexp_matches({rule.field.value}, {literal(rule.values[0])})",))


def _refuse(type_: str, _other: str, values: tuple[str, ...]) -> str:
    try:
        return "" if type_ == "string" and len(values) == 1 and re.compile(values[0]) else "values: [<pattern>]"
    except re.error as error:
        return str(error)


KIND = RuleKind(
    name="matches",
    title="格式",
    title_en="Pattern",
    reasons=one_reason("matches", "格式不符", "Does not match the pattern"),
    severity="flag",
    compile=_compile,
    refuse=_refuse,
)
