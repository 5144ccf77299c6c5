"""Answers in words: titles of questions, of chosen options, yes and no."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from huitong.apps.cases.answers import offered_for
from huitong.apps.cases.models import Case
from huitong.apps.cases.registry import filled_answers
from huitong.apps.declared import in_language
from huitong.engine.declarations.cases import CaseType, FormField


def answers_in_words(spec: CaseType, data: Mapping[str, object], case: Case) -> tuple[tuple[str, str], ...]:
    """Return the answers in ``data`` as title and text, in the order of the type's forms."""
    filled = filled_answers(spec.code, case, data)
    return tuple(
        (in_language(field.title, field.title_en), filled.get(field.name) or _text(spec, field, data[field.name], case))
        for field in spec.fields.values()
        if field.name in data
    )


def _text(spec: CaseType, field: FormField, value: object, case: Case) -> str:
    if field.kind == "yes_no":
        return gettext("是") if value else gettext("否")
    titles = dict(offered_for(spec.code, field, case, case.data) or ())
    if isinstance(value, list):
        return gettext("、").join(titles.get(str(one), str(one)) for one in value)
    return titles.get(str(value), str(value))
