"""At least and at most: numbers, or ISO dates. An empty bound is open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

from huitong.engine.lake.names import literal
from huitong.engine.standards.rules.protocol import RuleInput, RuleKind, RuleSql, one_reason

_NUMBERS, _DATES = ("integer", "decimal"), {"date": "DATE", "datetime": "TIMESTAMP"}


def _compile(rule: RuleInput) -> RuleSql:
    low, high = ([*rule.values, ""])[:2]
    value, type_ = rule.field.value, rule.field.type
    bounds = [
        f"{value} {sign} {bound if type_ in _NUMBERS else f'CAST({literal(bound)} AS {_DATES[type_]})'}"
        for sign, bound in (("<", low), (">", high))
        if bound
    ]
    return RuleSql(conditions=(" OR ".join(bounds) or "false",))


def _refuse(type_: str, _other: str, values: tuple[str, ...]) -> str:
    usable = {**dict.fromkeys(_NUMBERS, _is_number), **dict.fromkeys(_DATES, _is_date)}.get(type_)
    right = usable is not None and 1 <= len(values) <= 2 and all(not bound or usable(bound) for bound in values)
    return "" if right else "values: [<least>, <most>]"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and text.lstrip("+-").replace(".", "", 1).isdecimal()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


KIND = RuleKind(
    name="range",
    title="取值范围",
    title_en="Range",
    reasons=one_reason("range", "超出取值范围", "Out of range"),
    severity="flag",
    compile=_compile,
    refuse=_refuse,
)
