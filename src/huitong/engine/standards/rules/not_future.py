"""A day or moment that is not to come, in Beijing time."""

from __future__ import annotations

from datetime import timedelta

from huitong.engine.lake.names import literal
from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason


def _compile(rule: RuleInput) -> RuleSql:
    tomorrow = literal((rule.today + timedelta(days=1)).isoformat())
    return RuleSql(conditions=(f"{rule.field.value} >= CAST({tomorrow} AS DATE)",))


def _refuse(type_: str, _other: str, _values: tuple[str, ...]) -> str:
    return "" if type_ in ("date", "datetime") else "type: date"


KIND = RuleKind(
    name="not_future",
    title="不晚于今天",
    title_en="Not in the future",
    reasons=one_reason("not_future", "日期在将来", "In the future"),
    severity="flag",
    compile=_compile,
    time_dependent=frozenset({"not_future"}),
    refuse=_refuse,
)
