"""At most so many characters."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    text, limit = rule.field.value, int(rule.values[0])
    # bytes are counted faster than characters, and there are never fewer of them
    return RuleSql(conditions=(f"strlen({text}) > {limit} AND length({text}) > {limit}",))


def _refuse(type_: str, _other: str, values: tuple[str, ...]) -> str:
    return "" if type_ == "string" and len(values) == 1 and values[0].isdecimal() else "values: [<characters>]"


KIND = RuleKind(
    name="max_length",
    title="长度上限",
    title_en="Maximum length",
    reasons=one_reason("max_length", "超过长度上限", "Too long"),
    severity="flag",
    compile=_compile,
    refuse=_refuse,
)
