"""Answers to a case type's forms: the one place that says which are right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from huitong.apps.cases.models import Case
from huitong.apps.cases.registry import options_of
from huitong.apps.declared import in_language
from huitong.engine.declarations.cases import FormField
from huitong.foundation.errors import Terminal

Problem = Literal["", "missing", "too_long", "not_a_number", "out_of_range", "not_a_date", "not_offered", "unknown"]
Offered = Sequence[tuple[str, str]]
SHORT, LONG = 200, 4_000


def offered_for(
    case_type: str, field: FormField, case: Case | None, data: Mapping[str, object]
) -> tuple[tuple[str, str], ...] | None:
    """Return the codes and titles that a question offers for a case; None when it offers none but takes what comes."""
    registered = options_of(case_type, field.name, case, data)
    if registered is not None:
        return registered
    if field.kind in ("choice", "choices"):
        return tuple((one.code, in_language(one.title, one.title_en)) for one in field.choices)
    return None


def read_answers(
    case_type: str, form: Sequence[FormField], data: Mapping[str, object], *, case: Case | None = None
) -> dict[str, object]:
    """Return the answers that ``form`` asks for, cleaned; what was left blank is left out.

    Raises:
        Terminal: ``cases.answer_missing``, ``cases.answer_wrong``.
    """
    answers, problems = check_answers(case_type, form, data, case=case)
    titles = {field.name: in_language(field.title, field.title_en) for field in form}
    for name, problem in problems.items():
        code = "cases.answer_missing" if problem == "missing" else "cases.answer_wrong"
        raise Terminal(code, field=titles.get(name, name))
    return answers


def check_answers(
    case_type: str, form: Sequence[FormField], data: Mapping[str, object], *, case: Case | None = None
) -> tuple[dict[str, object], dict[str, Problem]]:
    """Return the cleaned answers, and what is wrong by question."""
    answers: dict[str, object] = {}
    names = {field.name for field in form}
    problems: dict[str, Problem] = {name: "unknown" for name in data if name not in names}
    for field in form:
        value = _bare(data.get(field.name))
        if value is None:
            if field.required:
                problems[field.name] = "missing"
            continue
        cleaned, problem = _cleaned(field, value, offered_for(case_type, field, case, data))
        if problem:
            problems[field.name] = problem
        else:
            answers[field.name] = cleaned
    return answers, problems


def _bare(value: object) -> object | None:
    if isinstance(value, str):
        value = value.strip()
    return None if value is None or value == "" or value == [] or value == () else value


def _cleaned(field: FormField, value: object, offered: Offered | None) -> tuple[object, Problem]:
    if field.kind == "number":
        return _number(field, value)
    if field.kind == "date":
        return _date(value)
    if field.kind == "yes_no":
        return (value, "") if isinstance(value, bool) else (None, "not_offered")
    known = None if offered is None else {code for code, _ in offered}
    if field.kind in ("choices", "item_fields"):
        values = list(value) if isinstance(value, list | tuple) else [value]
        right = all(isinstance(one, str) and (known is None or one in known) for one in values)
        return (values, "") if right else (None, "not_offered")
    if not isinstance(value, str) or (known is not None and value not in known):
        return None, "not_offered"
    longest = field.max_length or (LONG if field.kind == "long_text" else SHORT)
    return (value, "") if len(value) <= longest else (None, "too_long")


def _number(field: FormField, value: object) -> tuple[object, Problem]:
    try:
        number = float(str(value))
    except ValueError:
        return None, "not_a_number"
    if isinstance(value, bool) or number != number or number in (float("inf"), float("-inf")):
        return None, "not_a_number"
    low = field.minimum is not None and number < field.minimum
    high = field.maximum is not None and number > field.maximum
    return (int(number) if number.is_integer() else number, "out_of_range" if low or high else "")


def _date(value: object) -> tuple[object, Problem]:
    if isinstance(value, dt.date):
        return value.isoformat(), ""
    try:
        return dt.date.fromisoformat(str(value)).isoformat(), ""
    except ValueError:
        return None, "not_a_date"
