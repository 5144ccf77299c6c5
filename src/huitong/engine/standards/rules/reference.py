"""The value exists in a column of another std table: ``values: [<table>, <column>]``."""

from __future__ import annotations

from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    value = rule.field.value
    return RuleSql(conditions=(f"{value} IS NOT NULL AND NOT {value} IN (FROM {rule.sets})",))


def _refuse(_type: str, _other: str, values: tuple[str, ...]) -> str:
    return "" if len(values) == 2 and all(values) else "values: [<table>, <column>]"


KIND = RuleKind(
    name="reference",
    title="引用存在",
    title_en="Reference",
    reasons=one_reason("reference", "引用的值不存在", "Refers to nothing"),
    severity="flag",
    compile=_compile,
    refuse=_refuse,
)
